"""What every storage owes the wishes of people: part of the conformance suite of storages."""

import pytest

from nas.clock import ManualClock, utc
from nas.errors import IllegalTransition, NotFound
from nas.ports import Storage
from nas.records import (
    RETRIABLE,
    Artifact,
    Failure,
    FailureKind,
    Lease,
    Measurement,
    Pause,
    Promotion,
    SearchStatus,
    TrialStatus,
    TrialWish,
)
from nas.testing.stored import TTL_S, ClockFixture, add_completed, add_running

DOCUMENT = {"name": "cells", "budget": {"trials": 3}}
FAILURE = Failure(kind=FailureKind.ERROR, message="out of paper")


def begun(storage: Storage) -> Lease:
    """A lease on a new running search with a budget of three trials."""
    search = storage.create_search("cells", DOCUMENT)
    lease = storage.acquire_lease(search.id, "first", TTL_S)
    assert lease is not None
    storage.set_search_status(lease, SearchStatus.RUNNING)
    return lease


class WishLaws(ClockFixture):
    """Wishes need no lease, are kept until they are fulfilled, and take ended searches up again."""

    def test_a_pause_is_wished_for_and_withdrawn(self, storage: Storage) -> None:
        lease = begun(storage)
        for pause in (Pause.LATER, Pause.NOW, None):
            assert storage.request_pause(lease.search_id, pause).pause_requested is pause
            assert storage.wanted(lease.search_id).search.pause_requested is pause

    def test_a_paused_search_goes_on_with_the_moment_it_began(self, storage: Storage, clock: ManualClock) -> None:
        lease = begun(storage)
        began = storage.search(lease.search_id).started_at
        clock.advance(5)
        paused = storage.set_search_status(lease, SearchStatus.PAUSED)
        assert (paused.status, paused.started_at, paused.finished_at) == (SearchStatus.PAUSED, began, None)
        assert storage.set_search_status(lease, SearchStatus.RUNNING).started_at == began

    def test_a_search_that_has_ended_is_not_paused(self, storage: Storage) -> None:
        lease = begun(storage)
        storage.set_search_status(lease, SearchStatus.COMPLETED)
        assert storage.request_pause(lease.search_id, Pause.NOW).pause_requested is None

    def test_more_trials_take_an_ended_search_up_again(self, storage: Storage) -> None:
        lease = begun(storage)
        storage.request_pause(lease.search_id, Pause.LATER)
        storage.set_search_status(lease, SearchStatus.FAILED, "too many failures")
        raised = storage.request_trials(lease.search_id, 5)
        assert (raised.status, raised.trial_budget, raised.reason) == (SearchStatus.QUEUED, 5, None)
        assert (raised.finished_at, raised.pause_requested) == (None, None)
        assert storage.set_search_status(lease, SearchStatus.RUNNING).trial_budget == 5

    def test_a_running_search_gets_more_trials_and_never_fewer(self, storage: Storage) -> None:
        lease = begun(storage)
        assert storage.request_trials(lease.search_id, 4).status is SearchStatus.RUNNING
        for trials in (4, 3, 1):
            with pytest.raises(IllegalTransition, match=f"more than the 4 trials it is to have, got {trials}"):
                storage.request_trials(lease.search_id, trials)

    def test_only_a_running_trial_is_stopped(self, storage: Storage) -> None:
        lease = begun(storage)
        add_completed(storage, lease, [{"AP": 0.5}])
        add_running(storage, lease, 1)
        storage.request_trial(lease.search_id, 1, TrialWish.STOP)
        assert storage.wanted(lease.search_id).stop == {1}
        with pytest.raises(IllegalTransition, match="trial 0 is completed; to stop it, it must be running"):
            storage.request_trial(lease.search_id, 0, TrialWish.STOP)
        storage.move_trial(lease, 1, TrialStatus.CANCELLED)
        assert storage.wanted(lease.search_id).stop == frozenset(), "it has ended"

    def test_an_ended_trial_is_retried_once(self, storage: Storage, clock: ManualClock) -> None:
        lease = begun(storage)
        for number, status in enumerate(sorted(RETRIABLE)):
            add_running(storage, lease, number)
            failure = FAILURE if status is TrialStatus.FAILED else None
            storage.move_trial(lease, number, status, failure)
            storage.request_trial(lease.search_id, number, TrialWish.RETRY)
        assert storage.wanted(lease.search_id).retry == (0, 1, 2)
        clock.advance(3)
        for number, status in enumerate(sorted(RETRIABLE)):
            storage.promote_trial(lease, number, Promotion(job=3 + number, fidelity=0, after=status), "again")
            again = storage.trial(lease.search_id, number)
            assert (again.status, again.failure, again.attempt) == (TrialStatus.RUNNING, None, 2)
            assert again.promotions == (Promotion(job=3 + number, fidelity=0, after=status),)
        assert storage.wanted(lease.search_id).retry == ()
        storage.move_trial(lease, 0, TrialStatus.FAILED, FAILURE)
        assert storage.wanted(lease.search_id).retry == (), "it was tried again, and once was wished for"
        assert storage.trial(lease.search_id, 0).finished_at == utc(clock())

    def test_to_retry_a_trial_an_ended_search_is_taken_up_again(self, storage: Storage) -> None:
        lease = begun(storage)
        add_running(storage, lease, 0)
        storage.move_trial(lease, 0, TrialStatus.FAILED, FAILURE)
        storage.set_search_status(lease, SearchStatus.FAILED, "no trial completed")
        assert storage.request_trial(lease.search_id, 0, TrialWish.RETRY).status is SearchStatus.QUEUED

    def test_a_trial_in_another_status_than_its_promotion_names_stays_as_it_is(self, storage: Storage) -> None:
        lease = begun(storage)
        add_completed(storage, lease, [{"AP": 0.5}])
        for status in (TrialStatus.COMPLETED, TrialStatus.STOPPED):
            with pytest.raises(IllegalTransition, match="is completed"):
                storage.promote_trial(lease, 0, Promotion(job=1, fidelity=1, after=status), "again")
        with pytest.raises(IllegalTransition, match="trial 0 is completed; to retry it"):
            storage.request_trial(lease.search_id, 0, TrialWish.RETRY)

    def test_of_pruned_trials_the_records_stay_and_their_artifacts_do_not(self, storage: Storage) -> None:
        lease = begun(storage)
        model = Artifact(name="model", uri="file:///model.pt", sha256="0" * 64, size_bytes=10)
        for number in range(2):
            add_running(storage, lease, number)
            measured = Measurement(fidelity=1, metrics={"AP": 0.5}, elapsed_s=1.0, artifacts=(model,))
            storage.add_measurement(lease, number, measured)
            storage.move_trial(lease, number, TrialStatus.COMPLETED)
        with pytest.raises(IllegalTransition, match="is running; only ended ones are pruned"):
            storage.prune_trials(lease.search_id, (0,))
        storage.set_search_status(lease, SearchStatus.COMPLETED)
        assert storage.prune_trials(lease.search_id, (0,)) == [model]
        assert storage.prune_trials(lease.search_id, (0,)) == []
        pruned, kept = storage.trials(lease.search_id)
        assert (pruned.metrics["AP"], pruned.measurements[0].artifacts) == (0.5, ())
        assert pruned.pruned_at is not None
        assert (kept.measurements[0].artifacts, kept.pruned_at) == ((model,), None)

    def test_an_ended_search_is_deleted_with_all_that_belongs_to_it(self, storage: Storage) -> None:
        lease = begun(storage)
        other = storage.create_search("cells", DOCUMENT, idempotency_key="once")
        add_completed(storage, lease, [{"AP": 0.5}])
        storage.add_event(lease, "told", "something")
        with pytest.raises(IllegalTransition, match="is running; cancel it before deleting it"):
            storage.delete_search(lease.search_id)
        storage.set_search_status(lease, SearchStatus.COMPLETED)
        storage.delete_search(lease.search_id)
        for read in (storage.search, storage.trials, storage.events, storage.lease_of, storage.delete_search):
            with pytest.raises(NotFound):
                read(lease.search_id)
        assert storage.search("cells") == other

    def test_the_key_of_a_deleted_search_makes_a_new_one(self, storage: Storage) -> None:
        first = storage.create_search("cells", DOCUMENT, idempotency_key="once")
        lease = storage.acquire_lease(first.id, "first", TTL_S)
        assert lease is not None
        storage.set_search_status(lease, SearchStatus.CANCELLED)
        storage.delete_search(first.id)
        assert storage.create_search("cells", DOCUMENT, idempotency_key="once").id != first.id

    def test_what_is_not_there_is_not_found(self, storage: Storage) -> None:
        lease = begun(storage)
        for wish in (
            lambda: storage.request_pause("no-such-search", None),
            lambda: storage.request_trials("no-such-search", 9),
            lambda: storage.request_trial("no-such-search", 0, TrialWish.STOP),
            lambda: storage.request_trial(lease.search_id, 0, TrialWish.STOP),
            lambda: storage.wanted("no-such-search"),
            lambda: storage.prune_trials("no-such-search", (0,)),
            lambda: storage.delete_search("no-such-search"),
        ):
            with pytest.raises(NotFound):
                wish()
