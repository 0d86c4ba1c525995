"""What people want of a search while it runs and after it has ended: its controller does it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nas.clock import ManualClock
from nas.controller import POLL_S
from nas.drivers.inline import run_inline
from nas.memory import MemoryStorage
from nas.records import (
    Assignment,
    Failed,
    Failure,
    FailureKind,
    Finished,
    Measured,
    Measurement,
    Pause,
    SearchStatus,
    Signal,
    TrialStatus,
    TrialWish,
)
from nas.testing.searches import EVOLUTION, ToyEvaluator, toy_controller, toy_document

RANDOM = {"kind": "random"}


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def storage(clock):
    return MemoryStorage(clock=clock)


@pytest.fixture
def start(storage, clock):
    """Opens a controller of a new search, or with `search_id` of one there is."""

    def opened(search_id=None, **fields):
        fields = {"strategy": RANDOM, "budget": {"trials": 4}, **fields}
        return toy_controller(storage, toy_document(**fields), search_id=search_id, clock=clock)

    return opened


def complete(controller, number, ap=1.0):
    controller.record(Measured(number=number, measurement=Measurement(fidelity=1, metrics={"AP": ap})))
    controller.record(Finished(number=number))


def fail(controller, number):
    controller.record(Failed(number=number, failure=Failure(kind=FailureKind.ERROR, message="out of paper")))


def statuses(storage, controller):
    return [trial.status for trial in storage.trials(controller.search_id)]


def test_a_search_pauses_when_its_running_trials_have_ended(start, storage, clock):
    controller = start()
    controller.next_trial()
    storage.request_pause(controller.search_id, Pause.LATER)
    clock.advance(POLL_S)
    assert controller.next_trial() is Signal.WAIT
    assert not controller.should_stop(0), "it may end"
    complete(controller, 0)
    assert controller.next_trial() is Signal.DONE
    assert storage.search(controller.search_id).status is SearchStatus.PAUSED
    assert storage.events(controller.search_id)[-1].kind == "paused"


def test_a_pause_can_be_withdrawn_before_it_comes(start, storage, clock):
    controller = start()
    controller.next_trial()
    storage.request_pause(controller.search_id, Pause.NOW)
    clock.advance(POLL_S)
    assert controller.should_stop(0)
    assert controller.next_trial() is Signal.WAIT
    storage.request_pause(controller.search_id, None)
    clock.advance(POLL_S)
    controller.record(Finished(number=0))
    again = controller.next_trial()
    assert (again.number, again.attempt) == (0, 2), "what was set aside comes first"
    assert controller.next_trial().number == 1


def test_a_search_that_pauses_now_goes_on_with_what_it_set_aside(start, storage, clock):
    controller = start()
    controller.next_trial()
    controller.record(Measured(number=0, measurement=Measurement(fidelity=1, metrics={"AP": 0.5})))
    storage.request_pause(controller.search_id, Pause.NOW)
    clock.advance(POLL_S)
    assert controller.should_stop(0)
    controller.record(Finished(number=0))
    assert controller.next_trial() is Signal.DONE
    assert statuses(storage, controller) == [TrialStatus.RUNNING]
    assert storage.trial(controller.search_id, 0).fidelity == 1
    storage.request_pause(controller.search_id, None)
    later = start(search_id=controller.search_id)
    assert storage.search(controller.search_id).status is SearchStatus.RUNNING
    assert (handed := later.next_trial()).number == 0
    assert handed.attempt == 2


def test_a_measurement_that_comes_with_the_end_of_a_trial_set_aside_is_kept(start, storage, clock):
    controller = start()
    controller.next_trial()
    storage.request_pause(controller.search_id, Pause.NOW)
    clock.advance(POLL_S)
    assert controller.should_stop(0)
    measured = Measured(number=0, measurement=Measurement(fidelity=1, metrics={"AP": 0.5}))
    controller.record(measured, Finished(number=0))
    assert storage.trial(controller.search_id, 0).metrics["AP"] == 0.5


def test_a_paused_search_can_be_cancelled(start, storage, clock):
    controller = start()
    controller.next_trial()
    storage.request_pause(controller.search_id, Pause.NOW)
    clock.advance(POLL_S)
    controller.should_stop(0)
    controller.record(Finished(number=0))
    assert controller.next_trial() is Signal.DONE
    storage.request_cancel(controller.search_id)
    later = start(search_id=controller.search_id)
    assert later.next_trial() is Signal.DONE
    assert storage.search(controller.search_id).status is SearchStatus.CANCELLED
    assert statuses(storage, controller) == [TrialStatus.CANCELLED]


def test_one_trial_is_stopped_and_the_search_goes_on(start, storage, clock):
    controller = start()
    for _ in range(2):
        controller.next_trial()
    storage.request_trial(controller.search_id, 0, TrialWish.STOP)
    clock.advance(POLL_S)
    assert (controller.should_stop(0), controller.should_stop(1)) == (True, False)
    controller.record(Finished(number=0))
    complete(controller, 1)
    assert statuses(storage, controller) == [TrialStatus.CANCELLED, TrialStatus.COMPLETED]
    assert controller.next_trial().number == 2


def test_a_failed_trial_is_retried_and_forgiven(start, storage, clock):
    controller = start(budget={"trials": 3, "max_failures": 2})
    for _ in range(2):
        controller.next_trial()
    fail(controller, 0)
    storage.request_trial(controller.search_id, 0, TrialWish.RETRY)
    clock.advance(POLL_S)
    again = controller.next_trial()
    assert (again.number, again.attempt) == (0, 2)
    complete(controller, 0)
    fail(controller, 1)
    assert controller.next_trial().number == 2, "only one failure counts"
    first = storage.trial(controller.search_id, 0)
    assert (first.status, first.promotions[0].after) == (TrialStatus.COMPLETED, TrialStatus.FAILED)


def test_a_trial_of_an_ended_search_is_retried(start, storage):
    controller = start()
    run_inline(controller, ToyEvaluator({2: FailureKind.ERROR}))
    assert storage.search(controller.search_id).status is SearchStatus.COMPLETED
    storage.request_trial(controller.search_id, 2, TrialWish.RETRY)
    later = start(search_id=controller.search_id)
    run_inline(later, ToyEvaluator())
    assert statuses(storage, controller) == [TrialStatus.COMPLETED] * 4
    assert storage.search(controller.search_id).status is SearchStatus.COMPLETED


def test_an_ended_search_goes_on_with_more_trials_as_if_it_had_had_them_from_the_start(start, storage):
    for fields in ({"strategy": EVOLUTION}, {"scheduler": {"kind": "asha", "min_epochs": 1}}):
        whole = start(budget={"trials": 14}, **fields)
        run_inline(whole, ToyEvaluator(epochs=12))
        short = start(budget={"trials": 6}, **fields)
        run_inline(short, ToyEvaluator(epochs=12))
        assert len(storage.trials(short.search_id)) == 6
        storage.request_trials(short.search_id, 14)
        run_inline(start(search_id=short.search_id, **fields), ToyEvaluator(epochs=12))
        found, expected = storage.trials(short.search_id), storage.trials(whole.search_id)
        assert [trial.genotype for trial in found[:7]] == [trial.genotype for trial in expected[:7]]
        assert len(found) == 14
        assert storage.search(short.search_id).status is SearchStatus.COMPLETED


def test_a_running_search_gets_more_trials(start, storage, clock):
    controller = start(budget={"trials": 2})
    for _ in range(2):
        controller.next_trial()
    assert controller.next_trial() is Signal.WAIT
    storage.request_trials(controller.search_id, 3)
    clock.advance(POLL_S)
    assert controller.next_trial().number == 2


def test_more_trials_come_after_companions_and_get_companions_too(start, storage):
    fields = {"strategy": EVOLUTION, "comparison": {"top": 1, "seeds": 2, "controls": False}}
    controller = start(**fields)
    run_inline(controller, ToyEvaluator())
    assert [trial.companion is None for trial in storage.trials(controller.search_id)] == [True] * 4 + [False] * 2
    storage.request_trials(controller.search_id, 20)
    run_inline(start(search_id=controller.search_id, **fields), ToyEvaluator())
    trials = storage.trials(controller.search_id)
    candidates = [trial for trial in trials if trial.companion is None]
    assert [trial.number for trial in trials] == list(range(len(trials)))
    assert len(candidates) == 20
    assert candidates[4].number == 6
    best = max(candidates, key=lambda trial: trial.metrics["AP"])
    assert sum(t.companion is not None and t.companion.candidate == best.number for t in trials) == 2


@settings(max_examples=25, deadline=None)
@given(crash_at=st.integers(0, 40), retried=st.integers(0, 5))
def test_wishes_survive_crashes(crash_at, retried):
    """Retry a failed trial and raise the budget, crash anywhere after that: the search ends the same."""

    def ended(crashes):
        clock = ManualClock()
        storage = MemoryStorage(clock=clock)
        fields = {"strategy": {**EVOLUTION, "lag": 2}, "budget": {"trials": 6}}
        controller = toy_controller(storage, toy_document(**fields), clock=clock)
        run_inline(controller, ToyEvaluator({retried: FailureKind.ERROR}))
        storage.request_trial(controller.search_id, retried, TrialWish.RETRY)
        storage.request_trials(controller.search_id, 12)
        evaluate, steps = ToyEvaluator(), 0
        while True:
            controller = toy_controller(storage, toy_document(**fields), search_id=controller.search_id, clock=clock)
            while isinstance(assignment := controller.next_trial(), Assignment):
                for measurement in evaluate(assignment):
                    controller.record(Measured(number=assignment.number, measurement=measurement))
                    steps += 1
                    if steps == crash_at and crashes:
                        break
                else:
                    controller.record(Finished(number=assignment.number))
                    continue
                break
            else:
                return [(t.genotype, t.status, t.metrics) for t in storage.trials(controller.search_id)]

    assert ended(crashes=True) == ended(crashes=False)
