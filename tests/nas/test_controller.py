"""The controller: hands out, records, stops, ends, and goes on after a crash."""

from dataclasses import replace

import pytest

from nas.clock import ManualClock
from nas.controller import LEASE_TTL_S
from nas.drivers.inline import run_inline
from nas.errors import LeaseHeld, LeaseLost, NotFound
from nas.memory import MemoryStorage
from nas.records import Failed, Failure, FailureKind, Finished, Measured, Measurement, SearchStatus, Signal, TrialStatus
from nas.testing.searches import EVOLUTION, ToyEvaluator, toy_controller, toy_document


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def storage(clock):
    return MemoryStorage(clock=clock)


@pytest.fixture
def start(storage, clock):
    """Opens a controller of a new search, or with `search_id` of one there is."""

    def opened(search_id=None, owner="test", **fields):
        return toy_controller(storage, toy_document(**fields), search_id=search_id, owner=owner, clock=clock)

    return opened


def complete(controller, number, ap=1.0):
    controller.record(Measured(number=number, measurement=Measurement(fidelity=1, metrics={"AP": ap})))
    controller.record(Finished(number=number))


def fail(controller, number, message="out of paper"):
    controller.record(Failed(number=number, failure=Failure(kind=FailureKind.ERROR, message=message)))


def test_an_assignment_holds_all_a_worker_needs(start):
    controller = start(budget={"trials": 3, "trial_timeout_s": 60}, resources={"cpus": 2, "gpus": 0.5})
    assignment = controller.next_trial()
    assert (assignment.number, assignment.attempt, assignment.search_name) == (0, 1, "toy")
    assert (assignment.cpus, assignment.gpus, assignment.timeout_s) == (2, 0.5, 60)
    assert assignment.architecture["kind"] == "toy"
    assert assignment.task["epochs"] == 12
    assert assignment.directory == f"home/trials/{controller.search_id}/00000"
    assert assignment.cache_directory == "home/cache"


def test_evolution_waits_for_the_lag_and_random_never_does(start):
    evolution = start(strategy={**EVOLUTION, "lag": 3})
    handed = [evolution.next_trial() for _ in range(3)]
    assert evolution.next_trial() is Signal.WAIT
    complete(evolution, handed[1].number)
    assert evolution.next_trial() is Signal.WAIT
    complete(evolution, handed[0].number)
    assert [evolution.next_trial().number for _ in range(2)] == [3, 4]
    drawn = start(strategy={"kind": "random"})
    assert [drawn.next_trial().number for _ in range(30)] == list(range(30))


def test_without_a_lag_it_sees_what_has_finished_and_records_it(start, storage):
    controller = start(strategy={**EVOLUTION, "lag": "none"})
    for _ in range(4):
        controller.next_trial()
    for number in (0, 1, 3):
        complete(controller, number)
    assert controller.next_trial().number == 4
    assert [trial.seen for trial in storage.trials(controller.search_id)] == [(), (), (), (), (0, 2, 3, 4)]


def test_no_architecture_is_trained_twice(start, storage):
    controller = start(strategy={"kind": "random"}, budget={"trials": 150})
    run_inline(controller, ToyEvaluator())
    trials = storage.trials(controller.search_id)
    assert len({trial.architecture_id for trial in trials}) == 150
    redraws = storage.summary(controller.search_id).redraws
    assert redraws["duplicate"] > 0
    assert redraws["idle"] > 0, "draws the space rejects are counted by their reason"


def test_an_exhausted_space_ends_the_search_with_a_reason(start, storage):
    controller = start(strategy={"kind": "random"}, budget={"trials": 5000})
    run_inline(controller, ToyEvaluator())
    search = storage.search(controller.search_id)
    assert search.status is SearchStatus.COMPLETED
    assert search.reason == (
        "no untried feasible candidate is left: of those drawn 1,000 were tried before, 0 are infeasible"
    )
    assert len({trial.architecture_id for trial in storage.trials(search.id)}) > 150


def test_infeasible_candidates_are_recorded_and_cost_nothing(start, storage):
    controller = start(constraints=[{"metric": "params", "max": 350}])
    run_inline(controller, ToyEvaluator())
    assert all(trial.static_metrics["params"] <= 350 for trial in storage.trials(controller.search_id))
    infeasible = storage.infeasible(controller.search_id)
    assert infeasible[0].reason.startswith("params 40")
    assert infeasible[0].reason.endswith(" > 350")
    assert storage.summary(controller.search_id).redraws["infeasible"] == len(infeasible)


def test_a_constraint_nothing_meets_fails_the_search_with_a_sentence(start, storage):
    controller = start(constraints=[{"metric": "params", "max": 10}])
    assert controller.next_trial() is Signal.DONE
    search = storage.search(controller.search_id)
    assert search.status is SearchStatus.FAILED
    assert "the last: params " in search.reason
    summary = storage.summary(search.id)
    assert summary.infeasible == summary.redraws["infeasible"] == len(storage.infeasible(search.id)) > 100
    assert f", {summary.infeasible} are infeasible" in search.reason


def test_too_many_failures_stop_the_search(start, storage):
    controller = start(budget={"trials": 20, "max_failures": 2}, resources={"concurrent": 4})
    for _ in range(4):
        controller.next_trial()
    fail(controller, 0, "first")
    assert not controller.should_stop(1)
    fail(controller, 1, "second")
    assert controller.should_stop(2)
    assert controller.next_trial() is Signal.DONE
    assert storage.search(controller.search_id).status is SearchStatus.RUNNING
    controller.should_stop(3)
    controller.record(Finished(number=2))
    controller.record(Finished(number=3))
    search = storage.search(controller.search_id)
    assert (search.status, search.reason) == (SearchStatus.FAILED, "2 trials failed; the last, trial 1: second")
    statuses = [trial.status for trial in storage.trials(search.id)]
    assert statuses == [TrialStatus.FAILED] * 2 + [TrialStatus.CANCELLED] * 2


def test_a_search_without_a_completed_trial_has_failed(start, storage):
    controller = start(budget={"trials": 1})
    controller.next_trial()
    fail(controller, 0)
    search = storage.search(controller.search_id)
    assert (search.status, search.reason) == (
        SearchStatus.FAILED,
        "no trial completed; the last, trial 0: out of paper",
    )


def test_a_metric_that_is_no_number_is_a_divergence(start, storage):
    controller = start()
    controller.next_trial()
    nan = Measurement(fidelity=3, metrics={"AP": float("nan"), "loss": 1.0})
    controller.record(Measured(number=0, measurement=nan))
    failure = storage.trial(controller.search_id, 0).failure
    assert (failure.kind, failure.message) == (FailureKind.DIVERGED, "AP is nan at fidelity 3")
    assert controller.should_stop(0)


def test_reports_of_one_step_are_recorded_together_up_to_the_end_of_the_trial(start, storage):
    controller = start()
    good = [Measured(number=0, measurement=Measurement(fidelity=f, metrics={"AP": f / 10})) for f in (1, 2)]
    broken = Measured(number=1, measurement=Measurement(fidelity=2, metrics={"AP": float("inf")}))
    for number in range(2):
        assert controller.next_trial().number == number
    controller.record(*good, Finished(number=0), Finished(number=0))
    controller.record(*(replace(report, number=1) for report in good[:1]), broken, Finished(number=1))
    completed, failed = storage.trials(controller.search_id)
    assert completed.status is TrialStatus.COMPLETED
    assert completed.measurements == tuple(report.measurement for report in good)
    assert (failed.failure.kind, [m.fidelity for m in failed.measurements]) == (FailureKind.DIVERGED, [1])
    kinds = [event.kind for event in storage.events(controller.search_id)]
    assert kinds == ["started", "trial_completed", "trial_failed"]


def test_a_trial_that_lacks_an_objective_has_failed(start, storage):
    controller = start()
    controller.next_trial()
    controller.record(Measured(number=0, measurement=Measurement(fidelity=1, metrics={"AP50": 1.0})))
    controller.record(Finished(number=0))
    message = storage.trial(controller.search_id, 0).failure.message
    assert message == "no AP was measured, only AP50, macs, params"


def test_late_reports_are_ignored_and_unknown_trials_are_not(start, storage):
    controller = start()
    controller.next_trial()
    complete(controller, 0)
    fail(controller, 0)
    assert storage.trial(controller.search_id, 0).status is TrialStatus.COMPLETED
    with pytest.raises(NotFound, match=r"has trials 0\.\.0, got 7"):
        fail(controller, 7)


def test_what_the_controller_goes_by_is_what_is_stored(start, storage):
    """Also when a worker contradicts itself: a search resumed from the storage must go on with the same proposals."""
    fields = {"strategy": {"kind": "evolution", "population": 2, "sample": 2, "lag": "none"}, "budget": {"trials": 9}}
    controller = start(**fields)
    for number, ap in enumerate((0.2, 0.1)):
        controller.next_trial()
        for fidelity, value in ((2, ap), (1, 1 - ap), (2, 1 - ap)):
            measurement = Measurement(fidelity=fidelity, metrics={"AP": value})
            controller.record(Measured(number=number, measurement=measurement))
        controller.record(Finished(number=number))
    assert [trial.metrics["AP"] for trial in storage.trials(controller.search_id)] == [0.2, 0.1]
    twin = start(**fields)
    for number, ap in enumerate((0.2, 0.1)):
        twin.next_trial()
        complete(twin, number, ap)
    assert [controller.next_trial().architecture for _ in range(3)] == [
        twin.next_trial().architecture for _ in range(3)
    ]


def test_cancelling_is_noticed_within_a_second(start, storage, clock):
    controller = start()
    controller.next_trial()
    controller.next_trial()
    storage.request_cancel(controller.search_id)
    assert not controller.should_stop(0), "the wish is looked for once a second"
    clock.advance(1.5)
    assert controller.should_stop(0)
    assert controller.next_trial() is Signal.DONE
    controller.record(Finished(number=0))
    complete(controller, 1)
    statuses = [trial.status for trial in storage.trials(controller.search_id)]
    assert statuses == [TrialStatus.CANCELLED, TrialStatus.COMPLETED], "a trial that ended unasked is complete"
    search = storage.search(controller.search_id)
    assert (search.status, search.reason) == (SearchStatus.CANCELLED, "cancelled on request")


def test_a_search_cancelled_before_it_starts_trains_nothing(start, storage):
    search_id = start().search_id
    storage.request_cancel(search_id)
    controller = start(search_id=search_id)
    assert controller.next_trial() is Signal.DONE
    assert storage.search(search_id).status is SearchStatus.CANCELLED


def test_after_a_crash_running_trials_come_first_with_the_next_attempt(start, storage):
    first = start(strategy={"kind": "random"})
    for _ in range(4):
        first.next_trial()
    complete(first, 1)
    second = start(search_id=first.search_id, strategy={"kind": "random"})
    handed = [second.next_trial() for _ in range(4)]
    assert [(a.number, a.attempt) for a in handed] == [(0, 2), (2, 2), (3, 2), (4, 1)]
    kinds = [event.kind for event in storage.events(first.search_id)]
    assert kinds == ["started", "trial_completed", "resumed"]
    with pytest.raises(LeaseLost):
        complete(first, 0)


def test_a_crash_while_cancelling_ends_cancelled(start, storage, clock):
    first = start()
    first.next_trial()
    storage.request_cancel(first.search_id)
    second = start(search_id=first.search_id)
    assert second.next_trial() is Signal.DONE
    assert storage.trial(first.search_id, 0).status is TrialStatus.CANCELLED
    assert storage.search(first.search_id).status is SearchStatus.CANCELLED
    kinds = [(event.kind, event.trial) for event in storage.events(first.search_id)]
    assert kinds == [("started", None), ("resumed", None), ("trial_cancelled", 0), ("cancelled", None)]


def test_an_ended_search_stays_ended(start, storage):
    first = start(budget={"trials": 2})
    run_inline(first, ToyEvaluator())
    again = start(search_id=first.search_id)
    assert again.next_trial() is Signal.DONE
    assert len(storage.trials(first.search_id)) == 2


def test_the_lease_is_renewed_as_time_goes_by(start, storage, clock):
    controller = start()
    for _ in range(10):
        clock.advance(LEASE_TTL_S / 2)
        controller.heartbeat()
    with pytest.raises(LeaseHeld, match="being run by test"):
        start(search_id=controller.search_id, owner="another")
    clock.advance(LEASE_TTL_S + 1)
    start(search_id=controller.search_id, owner="another")
    with pytest.raises(LeaseLost):
        controller.next_trial()


def test_a_closed_controller_lets_the_search_go(start):
    controller = start()
    controller.close()
    assert start(search_id=controller.search_id, owner="another").next_trial().number == 0


def test_a_trial_that_breaks_a_measured_bound_completes_with_its_reason(start, storage):
    controller = start(constraints=[{"metric": "AP", "min": 0.5}], strategy={"kind": "random"})
    for number, ap in enumerate((0.4, 0.6)):
        controller.next_trial()
        complete(controller, number, ap)
    low, high = storage.trials(controller.search_id)
    assert (low.status, low.broken) == (TrialStatus.COMPLETED, "AP 0.4 < 0.5")
    assert (high.status, high.broken) == (TrialStatus.COMPLETED, None)
    assert [event.message for event in storage.events(controller.search_id)][1:] == [
        "trial 0 completed, but AP 0.4 < 0.5",
        "trial 1 completed",
    ]
    assert storage.infeasible(controller.search_id) == []
