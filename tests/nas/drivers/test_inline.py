"""The inline driver: one trial after the other in this process."""

from nas.clock import ManualClock
from nas.drivers.inline import run_inline
from nas.memory import MemoryStorage
from nas.records import FailureKind, SearchStatus, TrialStatus
from nas.testing.searches import ToyEvaluator, toy_controller, toy_document


def test_a_search_runs_to_its_end_with_failures_recorded():
    storage = MemoryStorage()
    controller = toy_controller(storage, toy_document(budget={"trials": 10}))
    run_inline(controller, ToyEvaluator({4: FailureKind.DIVERGED}))
    trials = storage.trials(controller.search_id)
    assert storage.search(controller.search_id).status is SearchStatus.COMPLETED
    assert [trial.number for trial in trials if trial.status is TrialStatus.FAILED] == [4]
    assert trials[4].failure.message == "trial 4 was told to fail"
    assert [len(trial.measurements) for trial in trials] == [2, 2, 2, 2, 1, 2, 2, 2, 2, 2]


def test_cancelling_stops_the_running_trial():
    clock = ManualClock()
    storage = MemoryStorage(clock=clock)
    controller = toy_controller(storage, toy_document(), clock=clock)

    def evaluator(assignment):
        for measurement in ToyEvaluator()(assignment):
            if assignment.number == 2:
                storage.request_cancel(controller.search_id)
                clock.advance(2)
            yield measurement

    run_inline(controller, evaluator)
    statuses = [trial.status for trial in storage.trials(controller.search_id)]
    assert statuses == [TrialStatus.COMPLETED, TrialStatus.COMPLETED, TrialStatus.CANCELLED]
    assert storage.search(controller.search_id).status is SearchStatus.CANCELLED
