"""What holds for every strategy a document may name: numbers and conditional choices, and results of any size.

That a strategy finds better trials than chance is held by the tests of each; here by those of the samplers of Optuna.
"""

import random
from itertools import islice
from statistics import fmean

import pytest

from nas.document import parse_document
from nas.drivers.inline import run_inline
from nas.memory import MemoryStorage
from nas.records import SearchStatus
from nas.searching import search
from nas.strategies.kinds import OURS
from nas.strategies.registry import strategy_from
from nas.testing.searches import ToyEvaluator, toy_controller, toy_document
from nas.testing.strategies import history_of, toy_setting
from search_spaces.genotypes import decode, encode
from search_spaces.joint.space import JointSpace
from search_spaces.testing import ToySpace, ToyTrainingSpace

JOINT = JointSpace({"backbone": ToySpace(), "training": ToyTrainingSpace()})
POPULATION = {"options": {"population_size": 8}}
STRATEGIES = {
    "random": {"kind": "random"},
    "local_search": {"kind": "local_search"},
    "evolution": {"kind": "evolution", "population": 6},
    "evolution with crossover": {"kind": "evolution", "population": 6, "crossover": 0.5},
    "nsga2": {"kind": "nsga2", "population": 8},
    "reinforce": {"kind": "reinforce", "batch": 4},
    "predictor": {"kind": "predictor", "initial": 8, "candidates": 20},
    "tpe of optuna": {"kind": "optuna"},
    "gp of optuna": {"kind": "optuna", "sampler": "gp"},
    "nsga2 of optuna": {"kind": "optuna", "sampler": "nsga2", **POPULATION},
    "nsga3 of optuna": {"kind": "optuna", "sampler": "nsga3", **POPULATION},
    "random of optuna": {"kind": "optuna", "sampler": "random"},
}
LISTING = ("fixed", "exhaustive")  # strategies that go through a list; tests of their own hold them


def asked(options, space, history, seed):
    document = parse_document({**toy_document().model_dump(mode="json"), "strategy": options})
    strategy = strategy_from(document.strategy, toy_setting(space))
    return list(islice(strategy.ask(space, history, len(history), random.Random(seed)), 2))


def test_no_strategy_is_forgotten():
    assert {options["kind"] for options in STRATEGIES.values()} | set(LISTING) == set(OURS)


@pytest.mark.parametrize("name", STRATEGIES)
def test_numbers_and_conditional_choices_of_a_joint_space_are_proposed_the_same_again(name):
    history = history_of(JOINT, 30, without_result=(3, 28, 29), earlier=6)
    for draw, again in zip(*(asked(STRATEGIES[name], JOINT, history, seed=1) for _ in range(2)), strict=True):
        assert draw == again
        assert decode(JOINT, draw.genotype) == draw.architecture
        assert encode(JOINT, draw.architecture) == draw.genotype


@pytest.mark.parametrize("name", STRATEGIES)
def test_every_part_of_a_joint_space_is_searched(name):
    draws = [draw for seed in range(3) for draw in asked(STRATEGIES[name], JOINT, history_of(JOINT, 30), seed)]
    parts = [draw.architecture.parts for draw in draws]
    assert len({part["backbone"] for part in parts}) > 1
    assert len({part["training"].rate for part in parts}) > 1


HUGE = {
    "as large as numbers go": lambda rng: rng.random() * 1.7e308,
    "far below": lambda rng: -1e150 * rng.random(),
    "mostly small": lambda rng: 1e200 if rng.random() > 0.9 else rng.random(),
    "all the same": lambda rng: 1.0,
}


@pytest.mark.parametrize("objectives", [["a"], ["a", "b"]], ids=["one objective", "two objectives"])
@pytest.mark.parametrize("name", [name for name in STRATEGIES if name != "gp of optuna"])
def test_results_of_any_size_end_no_search(name, objectives):
    for judge in HUGE.values():

        def function(toy, judge=judge):
            value = judge(random.Random(toy.architecture_id))
            return {"a": value, "b": -value}

        found = search(ToySpace(), function, trials=16, objectives=objectives, strategy=STRATEGIES[name])
        assert found.search.status is SearchStatus.COMPLETED, found.search.reason


def mean_score(strategy, seed, *, trials, learned):
    storage = MemoryStorage()
    controller = toy_controller(storage, toy_document(strategy=strategy, budget={"trials": trials}, seed=seed))
    run_inline(controller, ToyEvaluator())
    return fmean(trial.metrics["AP"] for trial in storage.trials(controller.search_id)[learned:])


@pytest.mark.parametrize(
    ("name", "trials", "learned"),
    [("gp of optuna", 20, 12), ("nsga2 of optuna", 60, 30), ("nsga3 of optuna", 60, 30)],
)
def test_every_sampler_finds_better_trials_than_chance(name, trials, learned):
    def gained(seed):
        ours, chance = (
            mean_score(strategy, seed, trials=trials, learned=learned)
            for strategy in (STRATEGIES[name], STRATEGIES["random"])
        )
        return ours - chance

    assert fmean(map(gained, range(2))) > 0.1, "over two fixed seeds; scores lie between 2.8 and 5.1"
