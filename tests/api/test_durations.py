"""How long things took, counted on both databases."""

import pytest
from sqlalchemy import select

from api.database import reading
from api.durations import BEYOND, BOUNDS_S, bound_of
from api.people.desk import People
from api.people.records import Project
from api.tables import durations
from nas.quotas import Spent
from nas.records import Failure, FailureKind, SearchStatus, TrialStatus
from nas.testing.stored import trial

CRASHED = Failure(kind=FailureKind.CRASHED, message="the worker died")


@pytest.fixture
def lease(sql_storage, clock):
    """On a running search of a project, submitted 25 seconds ago."""
    People.over(sql_storage.engine, sql_storage.clock).projects.create(Project(name="vision"))
    search = sql_storage.create_search("cells", {}, project="vision")
    clock.advance(25)
    held = sql_storage.acquire_lease(search.id, "first", 10_000)
    sql_storage.set_search_status(held, SearchStatus.RUNNING)
    return held


def counted(storage):
    with reading(storage.engine) as connection:
        return sorted(tuple(row) for row in connection.execute(select(durations)))


def end(storage, lease, number, status, failure=None, *, spent=None):
    storage.add_trial(lease, trial(number, status=TrialStatus.RUNNING))
    storage.move_trial(lease, number, status, failure, spent=spent)


def test_seconds_fall_under_the_least_bound_they_meet():
    assert [bound_of(seconds) for seconds in (0.0, 1.0, 1.1, 604_800, 604_801)] == [1, 1, 10, 604_800, BEYOND]
    assert list(BOUNDS_S) == sorted(set(BOUNDS_S))


def test_a_search_waits_until_its_first_trial_is_handed_out(sql_storage, lease, clock):
    clock.advance(3)
    for number in range(2):
        sql_storage.add_trial(lease, trial(number, status=TrialStatus.RUNNING))
        clock.advance(100)
    assert counted(sql_storage) == [("wait", "vision", "", "", 60, 1, 28.0)]


def test_trials_are_counted_by_how_they_ended_and_how_long_they_took(sql_storage, lease):
    end(sql_storage, lease, 0, TrialStatus.COMPLETED, spent=Spent(trial_s=40.0, gpu_s=0.0))
    end(sql_storage, lease, 1, TrialStatus.COMPLETED, spent=Spent(trial_s=60.0, gpu_s=0.0))
    end(sql_storage, lease, 2, TrialStatus.FAILED, CRASHED, spent=Spent(trial_s=1e6, gpu_s=0.0))
    end(sql_storage, lease, 3, TrialStatus.CANCELLED)
    assert counted(sql_storage)[:3] == [
        ("trial", "vision", "cancelled", "", 1, 1, 0.0),
        ("trial", "vision", "completed", "", 60, 2, 100.0),
        ("trial", "vision", "failed", "crashed", BEYOND, 1, 1e6),
    ]


def test_a_search_is_counted_when_it_ends_and_stays_counted_when_it_is_deleted(sql_storage, lease, clock):
    clock.advance(9)
    for status in (SearchStatus.PAUSED, SearchStatus.RUNNING):
        sql_storage.set_search_status(lease, status)
    assert counted(sql_storage) == []
    sql_storage.set_search_status(lease, SearchStatus.FAILED, "too many failures")
    sql_storage.delete_search(lease.search_id)
    assert counted(sql_storage) == [("search", "vision", "failed", "", 10, 1, 9.0)]


def test_a_clock_that_was_set_back_counts_no_time(sql_storage, lease, clock):
    clock.advance(-1000)
    sql_storage.add_trial(lease, trial(0, status=TrialStatus.RUNNING))
    assert counted(sql_storage) == [("wait", "vision", "", "", 1, 1, 0.0)]
