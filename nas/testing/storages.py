"""The conformance suite of storages.

class TestMemoryStorage(StorageSuite):
    @pytest.fixture
    def storage(self, clock: ManualClock) -> Storage:
        return MemoryStorage(clock=clock)
"""

from datetime import timedelta

import pytest

from nas.clock import ManualClock, utc
from nas.errors import IllegalTransition, LeaseLost, NotFound
from nas.leaderboard import parse_query
from nas.ports import Storage
from nas.records import (
    Artifact,
    Companion,
    Failure,
    FailureKind,
    Infeasible,
    Lease,
    Measurement,
    Promotion,
    SearchStatus,
    TrialStatus,
)
from nas.testing.leaderboards import LeaderboardLaws
from nas.testing.search_laws import SearchLaws
from nas.testing.stored import TTL_S, ClockFixture, add_completed, add_running, leased, trial
from nas.testing.wish_laws import WishLaws

__all__ = ["TTL_S", "StorageSuite", "add_completed", "add_running", "leased", "trial"]


class StatusLaws(ClockFixture):
    """Statuses move along the tables of legal transitions, and moments are recorded."""

    def test_a_search_runs_and_ends_with_a_reason(self, storage: Storage, clock: ManualClock) -> None:
        lease = leased(storage)
        started = utc(clock())
        clock.advance(5)
        ended = storage.set_search_status(lease, SearchStatus.FAILED, "too many failures")
        assert (ended.status, ended.reason) == (SearchStatus.FAILED, "too many failures")
        assert (ended.started_at, ended.finished_at) == (started, started + timedelta(seconds=5))
        assert storage.search(lease.search_id) == ended

    def test_a_search_ends_with_what_was_drawn_in_vain_or_not_at_all(self, storage: Storage) -> None:
        lease = leased(storage)
        storage.add_trial(lease, trial(0, redraws={"duplicate": 2}))
        refused = Infeasible(number=1, draw=3, genotype=(9,), architecture_id="f" * 16, reason="params 9 > 8")
        thrown = {"infeasible": [refused], "redraws": {"duplicate": 1, "infeasible": 1}}
        with pytest.raises(IllegalTransition):
            storage.set_search_status(lease, SearchStatus.QUEUED, **thrown)  # type: ignore[arg-type]
        assert storage.summary(lease.search_id).redraws == {"duplicate": 2}
        storage.set_search_status(lease, SearchStatus.FAILED, "none left", **thrown)  # type: ignore[arg-type]
        assert storage.infeasible(lease.search_id) == [refused]
        assert storage.summary(lease.search_id).redraws == {"duplicate": 3, "infeasible": 1}

    def test_an_ended_search_stays_ended(self, storage: Storage) -> None:
        lease = leased(storage)
        storage.set_search_status(lease, SearchStatus.COMPLETED)
        for status in SearchStatus:
            with pytest.raises(IllegalTransition):
                storage.set_search_status(lease, status)
        assert storage.search(lease.search_id).status is SearchStatus.COMPLETED

    def test_a_trial_is_recorded_whole(self, storage: Storage, clock: ManualClock) -> None:
        lease = leased(storage)
        full = trial(
            0,
            redraws={"duplicate": 2},
            seen=(0, 5, 7, 9),
            static_metrics={"params": 3.0, "macs": 1e12},
            companion=Companion(candidate=7, control="plain", repeat=2),
        )
        storage.add_trial(lease, full)
        found = storage.trial(lease.search_id, 0)
        kept = ("genotype", "architecture", "architecture_id", "seed", "redraws", "seen", "static_metrics", "companion")
        assert [getattr(found, name) for name in kept] == [getattr(full, name) for name in kept]
        assert (found.search_id, found.status, found.attempt) == (lease.search_id, TrialStatus.QUEUED, 0)
        assert (found.created_at, found.started_at, found.finished_at) == (utc(clock()), None, None)

    def test_a_trial_runs_and_completes(self, storage: Storage, clock: ManualClock) -> None:
        lease = leased(storage)
        storage.add_trial(lease, trial(0))
        storage.move_trial(lease, 0, TrialStatus.RUNNING)
        running = storage.trial(lease.search_id, 0)
        assert (running.status, running.attempt, running.started_at) == (TrialStatus.RUNNING, 1, utc(clock()))
        clock.advance(2)
        storage.move_trial(lease, 0, TrialStatus.COMPLETED)
        done = storage.trial(lease.search_id, 0)
        assert (done.status, done.finished_at) == (TrialStatus.COMPLETED, utc(clock()))

    def test_a_trial_may_be_handed_out_as_it_is_recorded(self, storage: Storage, clock: ManualClock) -> None:
        lease = leased(storage)
        storage.add_trial(lease, trial(0, status=TrialStatus.RUNNING, attempt=1))
        found = storage.trial(lease.search_id, 0)
        assert (found.status, found.attempt) == (TrialStatus.RUNNING, 1)
        assert (found.created_at, found.started_at) == (utc(clock()), utc(clock()))
        with pytest.raises(IllegalTransition):
            storage.add_trial(lease, trial(1, status=TrialStatus.COMPLETED))
        assert len(storage.trials(lease.search_id)) == 1

    def test_a_trial_ends_with_its_last_measurements_and_an_event_or_not_at_all(self, storage: Storage) -> None:
        lease = leased(storage)
        add_running(storage, lease, 0)
        storage.add_measurement(lease, 0, Measurement(fidelity=1, metrics={"AP": 0.1}))
        last = [Measurement(fidelity=fidelity, metrics={"AP": fidelity / 10}) for fidelity in (1, 2, 3)]
        with pytest.raises(IllegalTransition):
            storage.move_trial(lease, 0, TrialStatus.QUEUED, measurements=last, told="trial 0 waits")
        assert [m.fidelity for m in storage.trial(lease.search_id, 0).measurements] == [1]
        assert storage.events(lease.search_id) == []
        broken = "AP 0.3 < 0.5"
        storage.move_trial(lease, 0, TrialStatus.COMPLETED, measurements=last, told="trial 0 completed", broken=broken)
        done = storage.trial(lease.search_id, 0)
        assert (done.status, done.measurements, done.broken) == (TrialStatus.COMPLETED, tuple(last), broken)
        (event,) = storage.events(lease.search_id)
        assert (event.kind, event.message, event.trial) == ("trial_completed", "trial 0 completed", 0)
        assert storage.leaderboard(lease.search_id, parse_query(sort="-AP")).trials[0].metrics["AP"] == 0.3

    def test_a_trial_handed_out_again_counts_its_attempts(self, storage: Storage, clock: ManualClock) -> None:
        lease = leased(storage)
        add_running(storage, lease, 0)
        started = utc(clock())
        clock.advance(2)
        storage.move_trial(lease, 0, TrialStatus.RUNNING)
        again = storage.trial(lease.search_id, 0)
        assert (again.attempt, again.started_at) == (2, started)

    def test_a_failure_keeps_its_kind_and_sentence(self, storage: Storage) -> None:
        lease = leased(storage)
        add_running(storage, lease, 0)
        failure = Failure(kind=FailureKind.DIVERGED, message="the loss became NaN in epoch 2")
        storage.move_trial(lease, 0, TrialStatus.FAILED, failure)
        assert storage.trial(lease.search_id, 0).failure == failure

    def test_a_failure_may_be_told_in_any_text(self, storage: Storage) -> None:
        """The name of a file need not be UTF-8; Python reads it with halves of surrogate pairs."""
        lease = leased(storage)
        add_running(storage, lease, 0)
        failure = Failure(kind=FailureKind.DATA, message="picture caf\udce9\x00.jpg is missing")
        storage.move_trial(lease, 0, TrialStatus.FAILED, failure, told=f"trial 0 failed: {failure.message}")
        stored = storage.trial(lease.search_id, 0).failure
        assert stored is not None
        assert stored.message.endswith(".jpg is missing")

    def test_illegal_moves_change_nothing(self, storage: Storage) -> None:
        lease = leased(storage)
        storage.add_trial(lease, trial(0))
        with pytest.raises(IllegalTransition):
            storage.move_trial(lease, 0, TrialStatus.COMPLETED)
        storage.move_trial(lease, 0, TrialStatus.RUNNING)
        storage.move_trial(lease, 0, TrialStatus.STOPPED)
        for status in TrialStatus:
            with pytest.raises(IllegalTransition):
                storage.move_trial(lease, 0, status)
        assert storage.trial(lease.search_id, 0).status is TrialStatus.STOPPED

    def test_a_stopped_trial_is_promoted_and_goes_on(self, storage: Storage) -> None:
        lease = leased(storage)
        add_running(storage, lease, 0)
        storage.add_measurement(lease, 0, Measurement(fidelity=1, metrics={"AP": 0.1}))
        promotions = [Promotion(job=4, fidelity=1, seen=2), Promotion(job=9, fidelity=3)]
        with pytest.raises(IllegalTransition):
            storage.promote_trial(lease, 0, promotions[0], "trial 0 promoted")
        for fidelity, promotion in zip((1, 3), promotions, strict=True):
            storage.add_measurement(lease, 0, Measurement(fidelity=fidelity, metrics={"AP": 0.1}))
            storage.move_trial(lease, 0, TrialStatus.STOPPED)
            storage.promote_trial(lease, 0, promotion, "trial 0 promoted")
        found = storage.trial(lease.search_id, 0)
        assert (found.status, found.attempt, found.finished_at) == (TrialStatus.RUNNING, 3, None)
        assert found.promotions == tuple(promotions)
        assert [event.kind for event in storage.events(lease.search_id)] == ["trial_promoted"] * 2
        storage.move_trial(lease, 0, TrialStatus.COMPLETED)
        assert [each.number for each in storage.leaderboard(lease.search_id, parse_query(sort="-AP")).trials] == [0]

    def test_trials_are_added_in_order_with_their_infeasible_candidates_or_not_at_all(self, storage: Storage) -> None:
        lease = leased(storage)
        refused = Infeasible(
            number=0, draw=1, genotype=(9,), architecture_id="f" * 16, reason="params 9 > 8", metrics={"params": 9.0}
        )
        storage.add_trial(lease, trial(0), [refused])
        for number in (0, 2):
            with pytest.raises(IllegalTransition):
                storage.add_trial(lease, trial(number), [refused])
        assert [found.number for found in storage.trials(lease.search_id)] == [0]
        assert storage.infeasible(lease.search_id) == [refused]

    def test_companions_are_found_with_their_candidates(self, storage: Storage) -> None:
        lease = leased(storage)
        assert storage.compared(lease.search_id) == []
        beside = [None, None, Companion(candidate=1, repeat=1), Companion(candidate=1, control="plain", repeat=0)]
        for number, companion in enumerate(beside):
            storage.add_trial(lease, trial(number, companion=companion))
        storage.move_trial(lease, 1, TrialStatus.RUNNING)
        for fidelity in (1, 2):
            storage.add_measurement(lease, 1, Measurement(fidelity=fidelity, metrics={"AP": fidelity / 10}))
        found = storage.compared(lease.search_id)
        assert [(each.number, each.companion) for each in found] == [(1, None), (2, beside[2]), (3, beside[3])]
        assert [(m.fidelity, m.metrics["AP"]) for m in found[0].measurements] == [(2, 0.2)]
        with pytest.raises(NotFound):
            storage.compared("no-such-search")

    def test_the_summary_counts(self, storage: Storage) -> None:
        lease = leased(storage)
        refused = Infeasible(number=1, draw=0, genotype=(9,), architecture_id="f" * 16, reason="params 9 > 8")
        storage.add_trial(lease, trial(0, redraws={"duplicate": 2}))
        storage.add_trial(lease, trial(1, redraws={"duplicate": 1, "infeasible": 1}), [refused])
        storage.move_trial(lease, 0, TrialStatus.RUNNING)
        summary = storage.summary(lease.search_id)
        assert summary.search == storage.search(lease.search_id)
        assert summary.trials_by_status == {TrialStatus.RUNNING: 1, TrialStatus.QUEUED: 1}
        assert (summary.infeasible, summary.redraws) == (1, {"duplicate": 3, "infeasible": 1})


class MeasurementLaws(ClockFixture):
    """Measurements and events."""

    def test_a_curve_comes_back_in_ascending_fidelity(self, storage: Storage) -> None:
        lease = leased(storage)
        add_running(storage, lease, 0)
        artifact = Artifact(name="checkpoint", uri="file:///c", sha256="0" * 64, size_bytes=5)
        curve = [
            Measurement(fidelity=1, metrics={"AP": 0.1, "loss": 2.0}, elapsed_s=1.5),
            Measurement(fidelity=3, metrics={"AP": 0.3}, elapsed_s=4.5, artifacts=(artifact,)),
        ]
        for measurement in reversed(curve):
            storage.add_measurement(lease, 0, measurement)
        found = storage.trial(lease.search_id, 0)
        assert found.measurements == tuple(curve)
        assert found.metrics == {"params": 100.0, "AP": 0.3, "loss": 2.0}
        assert storage.trials(lease.search_id) == [found]

    def test_the_first_value_of_a_fidelity_stays(self, storage: Storage) -> None:
        lease = leased(storage)
        add_running(storage, lease, 0)
        artifact = Artifact(name="checkpoint", uri="file:///c", sha256="0" * 64, size_bytes=5)
        first, again = (Measurement(fidelity=1, metrics={"AP": ap}, artifacts=(artifact,)) for ap in (0.1, 0.9))
        storage.add_measurement(lease, 0, first)
        storage.add_measurement(lease, 0, again)
        assert storage.trial(lease.search_id, 0).measurements == (first,)
        storage.move_trial(lease, 0, TrialStatus.COMPLETED, measurements=[again])
        assert storage.trial(lease.search_id, 0).measurements == (first,)

    def test_only_a_running_trial_is_measured(self, storage: Storage) -> None:
        lease = leased(storage)
        storage.add_trial(lease, trial(0))
        with pytest.raises(IllegalTransition):
            storage.add_measurement(lease, 0, Measurement(fidelity=1, metrics={"AP": 0.1}))
        storage.move_trial(lease, 0, TrialStatus.RUNNING)
        storage.move_trial(lease, 0, TrialStatus.COMPLETED)
        with pytest.raises(IllegalTransition):
            storage.add_measurement(lease, 0, Measurement(fidelity=1, metrics={"AP": 0.1}))

    def test_events_come_in_the_order_they_happened(self, storage: Storage, clock: ManualClock) -> None:
        lease = leased(storage)
        for index in range(4):
            storage.add_event(lease, "told", f"event {index}", trial=index or None)
        events = storage.events(lease.search_id)
        assert [event.message for event in events] == [f"event {index}" for index in range(4)]
        assert [event.sequence for event in events] == sorted({event.sequence for event in events})
        assert [event.trial for event in events] == [None, 1, 2, 3]
        assert events[0].at == utc(clock())
        assert storage.events(lease.search_id, after=events[1].sequence, limit=1) == [events[2]]


class LeaseLaws(ClockFixture):
    """One search has one writer."""

    def test_a_held_search_is_not_taken(self, storage: Storage, clock: ManualClock) -> None:
        lease = leased(storage)
        assert storage.acquire_lease(lease.search_id, "second", TTL_S) is None
        clock.advance(TTL_S + 1)
        taken = storage.acquire_lease(lease.search_id, "second", TTL_S)
        assert taken is not None
        assert taken.fence == lease.fence + 1

    def test_the_owner_takes_its_own_search_again_with_a_higher_fence(self, storage: Storage) -> None:
        lease = leased(storage)
        again = storage.acquire_lease(lease.search_id, "first", TTL_S)
        assert again is not None
        assert again.fence == lease.fence + 1
        self._assert_writes_nothing(storage, lease)

    def test_a_renewed_lease_holds_longer(self, storage: Storage, clock: ManualClock) -> None:
        lease = leased(storage)
        clock.advance(TTL_S - 1)
        renewed = storage.renew_lease(lease, TTL_S)
        assert (renewed.fence, renewed.expires_at) == (lease.fence, clock() + TTL_S)
        clock.advance(TTL_S - 1)
        assert storage.acquire_lease(lease.search_id, "second", TTL_S) is None
        storage.add_event(renewed, "told", "still here")

    def test_an_expired_lease_writes_nothing_until_it_is_renewed(self, storage: Storage, clock: ManualClock) -> None:
        lease = leased(storage)
        clock.advance(TTL_S + 1)
        self._assert_writes_nothing(storage, lease)
        storage.add_event(storage.renew_lease(lease, TTL_S), "told", "back again")

    def test_a_lease_taken_over_writes_nothing_and_is_not_renewed(self, storage: Storage, clock: ManualClock) -> None:
        lease = leased(storage)
        clock.advance(TTL_S + 1)
        assert storage.acquire_lease(lease.search_id, "second", TTL_S) is not None
        self._assert_writes_nothing(storage, lease)
        with pytest.raises(LeaseLost):
            storage.renew_lease(lease, TTL_S)
        storage.release_lease(lease)
        assert storage.acquire_lease(lease.search_id, "third", TTL_S) is None

    def test_a_released_search_is_free_at_once(self, storage: Storage) -> None:
        lease = leased(storage)
        storage.release_lease(lease)
        self._assert_writes_nothing(storage, lease)
        taken = storage.acquire_lease(lease.search_id, "second", TTL_S)
        assert taken is not None
        assert taken.fence > lease.fence

    def test_everyone_learns_who_holds_a_search(self, storage: Storage, clock: ManualClock) -> None:
        search = storage.create_search("cells", {})
        assert storage.lease_of(search.id) is None
        lease = storage.acquire_lease(search.id, "first", TTL_S)
        assert lease is not None
        clock.advance(TTL_S + 1)
        assert storage.lease_of(search.id) == lease
        storage.release_lease(lease)
        assert storage.lease_of(search.id) is None
        with pytest.raises(NotFound):
            storage.lease_of("no-such-search")

    def _assert_writes_nothing(self, storage: Storage, lease: Lease) -> None:
        before = (storage.search(lease.search_id), storage.trials(lease.search_id))
        known = len(before[1])
        with pytest.raises(LeaseLost):
            storage.set_search_status(lease, SearchStatus.COMPLETED)
        with pytest.raises(LeaseLost):
            storage.add_trial(lease, trial(known))
        with pytest.raises(LeaseLost):
            storage.move_trial(lease, 0, TrialStatus.RUNNING)
        with pytest.raises(LeaseLost):
            storage.add_measurement(lease, 0, Measurement(fidelity=9, metrics={}))
        with pytest.raises(LeaseLost):
            storage.add_event(lease, "told", "nothing")
        assert (storage.search(lease.search_id), storage.trials(lease.search_id)) == before


class StorageSuite(SearchLaws, WishLaws, StatusLaws, MeasurementLaws, LeaseLaws, LeaderboardLaws):
    """Everything a storage owes the core. Supply a `storage` fixture built on the `clock` fixture."""
