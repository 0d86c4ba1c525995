"""The simulator: several trials at a time on a virtual clock."""

import time

from nas.drivers.simulated import run_simulated
from nas.memory import MemoryStorage
from nas.records import Measurement, SearchStatus, TrialStatus
from nas.testing.searches import ToyEvaluator, toy_controller, toy_document


def simulated(document, **options):
    storage = MemoryStorage()
    controller = toy_controller(storage, document)
    seconds = run_simulated(controller, ToyEvaluator(), **options)
    return seconds, storage, controller.search_id


def test_a_search_runs_to_its_end():
    seconds, storage, search_id = simulated(toy_document())
    assert storage.search(search_id).status is SearchStatus.COMPLETED
    assert [trial.status for trial in storage.trials(search_id)] == [TrialStatus.COMPLETED] * 30
    assert seconds > 0


def test_twice_the_workers_take_half_the_time():
    document = toy_document(strategy={"kind": "random"}, budget={"trials": 40})
    alone, _, _ = simulated(document, concurrency=1, duration=lambda assignment, report: report.measurement.fidelity)
    pair, _, _ = simulated(document, concurrency=2, duration=lambda assignment, report: report.measurement.fidelity)
    assert (alone, pair) == (80.0, 40.0)


def test_the_duration_is_by_default_what_the_evaluator_measured():
    storage = MemoryStorage()
    controller = toy_controller(storage, toy_document(budget={"trials": 3}, resources={"concurrent": 1}))

    def evaluator(assignment):
        yield Measurement(fidelity=1, metrics={"AP": 1.0}, elapsed_s=10.0 + assignment.number)

    assert run_simulated(controller, evaluator) == 33.0


def test_hundreds_of_trials_take_a_moment():
    started = time.perf_counter()
    simulated(toy_document(strategy={"kind": "random"}, budget={"trials": 200}))
    assert time.perf_counter() - started < 5  # generous: a loaded machine; the benchmark states the speed
