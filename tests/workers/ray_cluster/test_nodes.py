"""On a cluster of several nodes trials spread, and a search goes on when nodes die."""

import pytest

from nas.drivers.inline import run_inline
from nas.memory import MemoryStorage
from nas.records import TrialStatus
from nas.testing.searches import ToyEvaluator, toy_controller, toy_document
from tests.workers.ray_cluster.clusters import apart, nodes_of_one_cpu, search

pytestmark = pytest.mark.ray

DOOMED = 5


def searches_while_nodes_die(folder):
    """One search on three nodes, of which one dies, and another on the two that are left, of which one dies."""
    with nodes_of_one_cpu(3):
        return [search(folder, concurrent=count, doomed=DOOMED) for count in (3, 2)]


def inline(concurrent):
    storage = MemoryStorage()
    document = toy_document(budget={"trials": 10}, resources={"concurrent": concurrent})
    controller = toy_controller(storage, document)
    run_inline(controller, ToyEvaluator())
    return storage.trials(controller.search_id)


def outcomes(trials):
    return [(trial.number, trial.genotype, trial.status, trial.metrics["AP"]) for trial in trials]


def test_trials_spread_over_nodes_and_the_search_goes_on_when_nodes_die(tmp_path):
    for told, nodes in zip(apart(searches_while_nodes_die, tmp_path), (3, 2), strict=True):
        assert outcomes(told.trials) == outcomes(inline(nodes))
        assert {trial.status for trial in told.trials} == {TrialStatus.COMPLETED}
        assert (len(told.nodes), told.alive) == (nodes, nodes - 1)
        assert told.trials[DOOMED].attempt == 2
        assert sum(trial.attempt for trial in told.trials) == 11, "only what ran on the dead node is trained again"
        (lost,) = [event for event in told.events if event.kind == "trial_lost"]
        assert lost.message.startswith(f"trial {DOOMED} lost its machine: ")
        assert lost.message.endswith("; it goes on elsewhere, 1 of 2")
