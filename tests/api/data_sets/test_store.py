"""Registered data sets are kept, found by name, and their checks are done by one."""

from datetime import UTC, datetime

import pytest

from api.data_sets.records import Checking, Standing
from api.errors import Taken
from nas.data_sets import DataReport
from nas.errors import NotFound

REPORT = DataReport(checked_at=datetime(2026, 3, 1, tzinfo=UTC), elapsed_s=1.5, every_picture=False, fingerprint="f")


def test_a_set_is_kept_as_it_was_registered(data_sets):
    made = data_sets.add("cells", "detection", {"train": "a"})
    assert data_sets.find("cells") == made.data_set
    assert (made.data_set.data, made.data_set.report, made.standing) == ({"train": "a"}, None, Standing.UNCHECKED)
    with pytest.raises(Taken, match="`nas data remove cells` makes room"):
        data_sets.add("cells", "quality", {})


def test_a_set_that_is_not_there_is_told_with_the_nearest(data_sets):
    with pytest.raises(NotFound, match="none is registered"):
        data_sets.find("cells")
    data_sets.add("cells", "detection", {})
    with pytest.raises(NotFound, match="did you mean 'cells'"):
        data_sets.remove("cell")


def test_sets_are_listed_by_name_page_by_page(data_sets):
    for name in ("b", "c", "a"):
        data_sets.add(name, "detection", {})
    first = data_sets.all(limit=2)
    rest = data_sets.all(limit=2, cursor=first.next_cursor)
    assert [each.data_set.name for each in (*first.items, *rest.items)] == ["a", "b", "c"]
    data_sets.remove("b")
    assert len(data_sets.all().items) == 2


def test_a_check_is_wanted_claimed_by_one_and_reported(data_sets):
    data_sets.add("cells", "detection", {}, check=Checking.EVERY_PICTURE)
    assert data_sets.wanted() == ["cells"]
    assert data_sets.registered("cells").standing is Standing.CHECKING
    assert data_sets.claim("cells") is Checking.EVERY_PICTURE
    assert (data_sets.claim("cells"), data_sets.wanted()) == (None, [])
    data_sets.begin("cells")
    data_sets.progress("cells", 3, 10)
    assert (data_sets.registered("cells").done, data_sets.registered("cells").total) == (3, 10)
    data_sets.end("cells", REPORT)
    found = data_sets.registered("cells")
    assert (found.data_set.report, found.standing) == (REPORT, Standing.SOUND)


def test_a_check_that_died_leaves_what_was_known(data_sets):
    data_sets.add("cells", "detection", {})
    data_sets.end("cells", REPORT.model_copy(update={"faults": ("one",)}))
    assert data_sets.wish("cells", Checking.SAMPLE).standing is Standing.CHECKING
    data_sets.claim("cells")
    data_sets.end("cells")
    assert data_sets.registered("cells").standing is Standing.FAULTY
