"""A trial whose machine is lost goes on elsewhere, as often as its document allows."""

import pytest

from nas.drivers.inline import run_inline
from nas.drivers.simulated import run_simulated
from nas.losses import Losses, events_of
from nas.memory import MemoryStorage
from nas.records import (
    Failed,
    Failure,
    FailureKind,
    Finished,
    Lost,
    Measured,
    Measurement,
    SearchStatus,
    Signal,
    TrialStatus,
    TrialWish,
)
from nas.testing.searches import ToyEvaluator, toy_controller, toy_document

REASON = "its node died"


@pytest.fixture
def storage():
    return MemoryStorage()


def start(storage, retries=2, trials=1, **options):
    document = toy_document(budget={"trials": trials}, resources={"concurrent": 2, "retries": retries})
    return toy_controller(storage, document, **options)


def lose(controller, number):
    controller.record(Lost(number=number, reason=REASON))


def told(storage, controller):
    return [event.message for event in storage.events(controller.search_id) if event.kind == "trial_lost"]


def test_it_is_handed_out_again_with_what_it_has_measured(storage):
    controller = start(storage)
    first = controller.next_trial()
    measurement = Measurement(fidelity=1, metrics={"AP": 0.5})
    controller.record(Measured(number=0, measurement=measurement), Lost(number=0, reason=REASON))
    assert storage.trial(controller.search_id, 0).status is TrialStatus.RUNNING
    again = controller.next_trial()
    assert (again.number, again.attempt, again.directory) == (0, first.attempt + 1, first.directory)
    assert told(storage, controller) == ["trial 0 lost its machine: its node died; it goes on elsewhere, 1 of 2"]
    controller.record(Measured(number=0, measurement=measurement), Finished(number=0))
    trial = storage.trial(controller.search_id, 0)
    assert (trial.status, trial.attempt, trial.measurements) == (TrialStatus.COMPLETED, 2, (measurement,))


def test_after_that_it_fails_with_a_kind_and_a_sentence(storage):
    controller = start(storage)
    for _ in range(3):
        controller.next_trial()
        lose(controller, 0)
    failure = storage.trial(controller.search_id, 0).failure
    sentence = "its machine was lost 3 times, resources.retries allows 2; at last: its node died"
    assert failure == Failure(kind=FailureKind.LOST, message=sentence)
    assert controller.next_trial() is Signal.DONE
    assert storage.search(controller.search_id).status is SearchStatus.FAILED


def test_without_retries_it_fails_at_once(storage):
    controller = start(storage, retries=0)
    controller.next_trial()
    lose(controller, 0)
    message = storage.trial(controller.search_id, 0).failure.message
    assert message == "its machine was lost 1 time, resources.retries allows 0; at last: its node died"
    assert told(storage, controller) == []


def test_the_search_is_not_done_while_a_trial_runs_that_may_lose_its_machine(storage):
    controller = start(storage, trials=2)
    assert [controller.next_trial().number for _ in range(2)] == [0, 1]
    assert controller.next_trial() is Signal.WAIT
    lose(controller, 1)
    assert controller.next_trial().number == 1


def test_a_controller_opened_anew_counts_what_was_lost_before(storage):
    controller = start(storage)
    for _ in range(2):
        controller.next_trial()
        lose(controller, 0)
    again = start(storage, search_id=controller.search_id)
    again.next_trial()
    lose(again, 0)
    assert storage.trial(controller.search_id, 0).failure.kind is FailureKind.LOST


def test_a_trial_that_people_want_tried_again_may_lose_as_many_machines_as_before(storage):
    controller = start(storage, trials=2)
    while controller.next_trial().number == 0:
        lose(controller, 0)
    controller.record(Failed(number=1, failure=Failure(kind=FailureKind.ERROR, message="out of paper")))
    storage.request_trial(controller.search_id, 0, TrialWish.RETRY)
    again = start(storage, search_id=controller.search_id)
    for _ in range(2):
        assert again.next_trial().number == 0
        lose(again, 0)
    assert storage.trial(controller.search_id, 0).status is TrialStatus.RUNNING
    losses = Losses(2)
    losses.recall(events_of(storage, controller.search_id))
    assert isinstance(losses.count(Lost(number=0, reason=REASON)), Failure)


def test_a_cancelled_search_drops_it(storage):
    controller = start(storage)
    controller.next_trial()
    storage.request_cancel(controller.search_id)
    controller.close()
    again = start(storage, search_id=controller.search_id)
    assert again.next_trial() is Signal.DONE
    assert storage.trial(controller.search_id, 0).status is TrialStatus.CANCELLED


@pytest.mark.parametrize("run", [run_inline, run_simulated])
def test_every_driver_goes_on(storage, run):
    lost, whole = start(storage, trials=8), start(storage, trials=8)
    run(lost, ToyEvaluator(losses={2: 1, 7: 2}))
    run(whole, ToyEvaluator())
    metrics = [[trial.metrics for trial in storage.trials(each.search_id)] for each in (lost, whole)]
    assert metrics[0] == metrics[1]
    assert [trial.attempt for trial in storage.trials(lost.search_id)] == [1, 1, 2, 1, 1, 1, 1, 3]
    assert len(told(storage, lost)) == 3


def test_all_events_of_a_search_come_in_their_order(storage):
    controller = start(storage)
    lease = storage.lease_of(controller.search_id)
    for number in range(1200):
        storage.add_event(lease, "waits", f"{number}")
    assert [event.message for event in events_of(storage, controller.search_id)][-1200:] == [
        str(number) for number in range(1200)
    ]
