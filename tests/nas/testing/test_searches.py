"""The small searches tests are made of."""

from nas.drivers.inline import run_inline
from nas.memory import MemoryStorage
from nas.records import FailureKind, SearchStatus
from nas.testing.searches import ToyEvaluator, toy_controller, toy_document


def test_fields_replace_those_of_the_document():
    document = toy_document(seed=4, budget={"trials": 2})
    assert (document.seed, document.budget.trials, document.name) == (4, 2, "toy")


def test_a_toy_search_runs_and_fails_as_told():
    storage = MemoryStorage()
    controller = toy_controller(storage, toy_document(budget={"trials": 8}))
    run_inline(controller, ToyEvaluator({2: FailureKind.DATA}))
    assert storage.search("toy").status is SearchStatus.COMPLETED
    failures = {t.number: t.failure.kind for t in storage.trials(controller.search_id) if t.failure}
    assert failures == {2: FailureKind.DATA}


def test_a_toy_search_loses_machines_as_told():
    storage = MemoryStorage()
    controller = toy_controller(storage, toy_document(budget={"trials": 4}))
    run_inline(controller, ToyEvaluator(losses={1: 2}))
    assert [trial.attempt for trial in storage.trials(controller.search_id)] == [1, 3, 1, 1]
