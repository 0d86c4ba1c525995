"""A small crowd before a real service."""

from benchmarks.service.submitters import run


def test_a_small_crowd_is_accepted():
    (row,) = run(databases=("sqlite",), submitters=3)
    assert row.met, row.ours
