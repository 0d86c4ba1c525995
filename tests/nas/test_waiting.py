"""A search whose project has reached a quota, or that has less than it wants of the cluster, waits and then goes on."""

from pathlib import Path

import pytest

from nas.clock import ManualClock
from nas.controller import POLL_S
from nas.drivers.inline import run_inline
from nas.errors import QuotaReached
from nas.memory import MemoryStorage
from nas.opening import open_controller
from nas.quotas import HOUR_S, Quota
from nas.records import Artifact, Finished, Measured, Measurement, SearchStatus, Signal
from nas.testing.searches import ToyEvaluator, toy_controller, toy_document, toy_metrics
from search_spaces.testing import ToySpace

RANDOM = {"kind": "random"}


@pytest.fixture
def clock():
    return ManualClock()


def limited(clock, **quota):
    """A storage whose default project has this quota."""
    return MemoryStorage(clock=clock, quotas={"default": Quota(**quota)})


def opened(storage, clock, **fields):
    return toy_controller(storage, toy_document(strategy=RANDOM, **fields), clock=clock)


def complete(controller, number, artifacts=()):
    measured = Measurement(fidelity=1, metrics={"AP": 1.0}, artifacts=artifacts)
    controller.record(Measured(number=number, measurement=measured))
    controller.record(Finished(number=number))


def test_two_searches_of_a_project_run_no_more_trials_than_it_may(clock):
    storage = limited(clock, max_concurrent=2)
    first, second = opened(storage, clock, name="first"), opened(storage, clock, name="second")
    assert [first.next_trial().number for _ in range(2)] == [0, 1]
    assert second.next_trial() is Signal.WAIT
    (waits,) = [event for event in storage.events(second.search_id) if event.kind == "waits"]
    assert waits.message == "project default may run 2 trials at a time (max_concurrent) and runs 2"
    assert second.next_trial() is Signal.WAIT
    complete(first, 0)
    clock.advance(POLL_S)
    assert second.next_trial().number == 0
    assert sum(event.kind == "waits" for event in storage.events(second.search_id)) == 1, "told once"


def test_what_waited_is_what_would_have_come(clock):
    free, held = MemoryStorage(clock=clock), limited(clock, max_concurrent=1)
    ours = opened(free, clock, budget={"trials": 5}), opened(held, clock, budget={"trials": 5})
    for controller in ours:
        while (answer := controller.next_trial()) is not Signal.DONE:
            clock.advance(POLL_S)
            if answer is Signal.WAIT:
                for number in controller.running:
                    complete(controller, number)
        for number in controller.running:
            complete(controller, number)
    genotypes = [[t.genotype for t in each.storage.trials(each.search_id)] for each in ours]
    assert genotypes[0] == genotypes[1]
    assert held.search(ours[1].search_id).status is SearchStatus.COMPLETED


def test_gpu_hours_are_counted_and_end_what_begins(clock):
    storage = limited(clock, gpu_hours=1.0)
    controller = opened(storage, clock, resources={"gpus": 2, "concurrent": 1})
    controller.next_trial()
    clock.advance(HOUR_S / 2)
    complete(controller, 0)
    assert storage.quotas.used("default").gpu_s == HOUR_S
    assert controller.next_trial() is Signal.WAIT
    assert "may use 1 GPU hours (gpu_hours) and has used 1.00" in storage.events(controller.search_id)[-1].message


def test_artifacts_are_counted_and_those_of_a_deleted_search_are_not(clock):
    storage = limited(clock, artifact_bytes=10)
    first = opened(storage, clock, budget={"trials": 1})
    first.next_trial()
    complete(first, 0, (Artifact(name="model", uri="file:///model", sha256="0" * 64, size_bytes=12),))
    second = opened(storage, clock)
    assert second.next_trial() is Signal.WAIT
    storage.delete_search(first.search_id)
    clock.advance(POLL_S)
    assert second.next_trial().number == 0


def test_a_waiting_search_can_be_cancelled(clock):
    storage = limited(clock, max_concurrent=0)
    controller = opened(storage, clock)
    assert controller.next_trial() is Signal.WAIT
    storage.request_cancel(controller.search_id)
    clock.advance(POLL_S)
    assert controller.next_trial() is Signal.DONE
    assert storage.search(controller.search_id).status is SearchStatus.CANCELLED
    assert storage.trials(controller.search_id) == []


def test_a_project_has_no_more_unfinished_searches_than_it_may(clock):
    storage = limited(clock, max_searches=1)
    controller = opened(storage, clock, budget={"trials": 1})
    with pytest.raises(QuotaReached, match="may have 1 unfinished searches"):
        opened(storage, clock)
    run_inline(controller, ToyEvaluator())
    opened(storage, clock)


def test_the_inline_driver_rests_until_there_is_room(clock):
    storage = limited(clock, max_concurrent=1)
    blocking, waiting = opened(storage, clock, budget={"trials": 1}), opened(storage, clock, budget={"trials": 2})
    blocking.next_trial()
    rests = []

    def rest():
        rests.append(clock())
        clock.advance(POLL_S)
        if len(rests) == 3:
            complete(blocking, 0)

    run_inline(waiting, ToyEvaluator(), rest=rest)
    assert len(rests) >= 3
    assert storage.search(waiting.search_id).status is SearchStatus.COMPLETED


def test_a_search_runs_no_more_trials_than_its_share(clock):
    storage, shares = MemoryStorage(clock=clock), [2]
    document = toy_document(strategy=RANDOM, resources={"concurrent": 5})
    search = storage.create_search("toy", document.model_dump(mode="json"))
    controller = open_controller(
        storage,
        search.id,
        owner="test",
        home=Path("home"),
        clock=clock,
        space=ToySpace(),
        static_metrics=toy_metrics,
        share=lambda: shares[0],
    )
    assert [controller.next_trial().number for _ in range(2)] == [0, 1]
    assert controller.next_trial() is Signal.WAIT
    shares[0] = 1
    complete(controller, 0)
    assert controller.next_trial() is Signal.WAIT, "none is taken away, but none begins"
    shares[0] = 3
    assert [controller.next_trial().number for _ in range(2)] == [2, 3]
