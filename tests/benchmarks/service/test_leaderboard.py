"""Searches of a million trials are filled by copies, and pages of them are timed."""

import pytest

from api.storage import open_storage
from benchmarks.service.databases import fresh
from benchmarks.service.leaderboard import fill_quickly, measure
from nas.leaderboard import parse_query


@pytest.mark.parametrize("size", [7, 25])
def test_a_search_has_as_many_trials_as_asked_for_on_its_leaderboard(size):
    with fresh("sqlite") as url:
        storage = open_storage(url)
        search = fill_quickly(storage, size, drawn=10)
        page = storage.leaderboard(search, parse_query(sort="-AP", limit=100))
        storage.close()
    assert {trial.number for trial in page.trials} == set(range(size))


def test_every_kind_of_page_is_timed_at_every_size():
    with fresh("sqlite") as url:
        timings = measure(url, (60, 120), requests=10)
    kinds = {timing.kind for timing in timings}
    assert len(timings) == 2 * len(kinds)
    assert all(0 < timing.p50_ms <= timing.p99_ms for timing in timings)
