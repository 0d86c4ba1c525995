"""The metrics that are told from the database, as Prometheus reads them."""

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.registry import Collector

from api.monitoring.families import families
from api.monitoring.state import read_state
from nas.quotas import Spent
from nas.records import Failure, FailureKind, SearchStatus, TrialStatus
from nas.testing.stored import trial


@pytest.fixture
def told(sqlite_storage, figures):
    """The figures of now."""

    class Told(Collector):
        def collect(self):
            return families(read_state(sqlite_storage.engine, sqlite_storage.clock()))

    registry = CollectorRegistry()
    registry.register(Told())
    return lambda: figures(generate_latest(registry).decode())


@pytest.fixture
def lease(sqlite_storage, begin):
    return begin(sqlite_storage)


def end(storage, lease, number, status, failure=None, *, trial_s=2.0):
    storage.add_trial(lease, trial(number, status=TrialStatus.RUNNING))
    storage.move_trial(lease, number, status, failure, spent=Spent(trial_s=trial_s, gpu_s=2 * trial_s))


def test_counters_of_every_project_begin_with_zeros_so_that_a_first_failure_is_seen(told):
    now = told()
    assert now["nas_searches_ended_total"] == {
        ("default", status): 0.0 for status in ("completed", "failed", "cancelled")
    }
    assert now["nas_trials_ended_total"]["default", "stopped"] == 0.0
    assert set(now["nas_trial_failures_total"]) == {(kind.value, "default") for kind in FailureKind}
    assert now["nas_gpu_seconds_total"] == {("default",): 0.0}
    assert now["nas_trials_running"] == {("default",): 0.0}


def test_trials_are_told_by_status_kind_of_failure_and_duration(told, sqlite_storage, lease):
    end(sqlite_storage, lease, 0, TrialStatus.COMPLETED, trial_s=2.0)
    end(sqlite_storage, lease, 1, TrialStatus.COMPLETED, trial_s=1e6)
    for number, kind in ((2, FailureKind.CRASHED), (3, FailureKind.DIVERGED)):
        end(sqlite_storage, lease, number, TrialStatus.FAILED, Failure(kind=kind, message="so it was"))
    sqlite_storage.add_trial(lease, trial(4, status=TrialStatus.RUNNING))
    now = told()
    assert now["nas_trials_ended_total"]["vision", "completed"] == 2.0
    assert now["nas_trials_ended_total"]["vision", "failed"] == 2.0
    assert now["nas_trial_failures_total"]["crashed", "vision"] == 1.0
    assert now["nas_trials_running"]["vision",] == 1.0
    assert now["nas_gpu_seconds_total"]["vision",] == 2 * (2.0 + 1e6 + 4.0)
    buckets = now["nas_trial_seconds_bucket"]
    assert [buckets[bound, "vision", "completed"] for bound in ("1.0", "10.0", "604800.0", "+Inf")] == [0, 1, 1, 2]
    assert buckets["10.0", "vision", "failed"] == 2
    assert now["nas_trial_seconds_sum"]["vision", "completed"] == 2.0 + 1e6


def test_a_search_is_told_while_it_runs_and_counted_when_it_ends(told, sqlite_storage, lease, clock):
    clock.advance(20)
    sqlite_storage.add_trial(lease, trial(0, status=TrialStatus.RUNNING))
    clock.advance(5)
    now, search = told(), lease.search_id
    assert now["nas_searches"] == {("vision", "running"): 1.0}
    assert now["nas_search_silence_seconds"] == {("vision", search): 5.0}
    assert now["nas_search_lease"]["vision", search, "held"] == 1.0
    assert now["nas_search_lease"]["vision", search, "expired"] == 0.0
    assert now["nas_search_wait_seconds_bucket"]["60.0", "vision"] == 1
    assert now["nas_search_wait_seconds_sum"]["vision",] == 20.0
    sqlite_storage.set_search_status(lease, SearchStatus.FAILED, "too many failures")
    now = told()
    assert "nas_search_lease" not in now, "what has ended has no labels of its own"
    assert now["nas_searches_ended_total"]["vision", "failed"] == 1.0
    assert now["nas_search_seconds_sum"]["vision", "failed"] == 25.0


def test_the_wait_of_queued_searches_shows_before_it_has_ended(told, sqlite_storage, clock):
    sqlite_storage.create_search("cells", {})
    clock.advance(90)
    assert told()["nas_oldest_queued_search_seconds"] == {("default",): 90.0}
