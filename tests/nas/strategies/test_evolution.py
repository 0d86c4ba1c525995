"""Regularized evolution."""

import random
from itertools import islice
from statistics import fmean

import pytest

from nas.drivers.inline import run_inline
from nas.memory import MemoryStorage
from nas.ports import Outcome
from nas.strategies.evolution import Evolution, EvolutionStrategy, evolution_from
from nas.testing.searches import ToyEvaluator, toy_controller, toy_document
from nas.testing.strategies import StrategySuite, history_of
from search_spaces.genotypes import crossover, mutate, sample
from search_spaces.joint.space import JointSpace
from search_spaces.testing import ToySpace, ToyTrainingSpace

SPACE = ToySpace()


class TestEvolution(StrategySuite):
    @pytest.fixture
    def strategy(self) -> Evolution:
        return Evolution(population=6, sample=3)


class TestEvolutionWithCrossover(StrategySuite):
    @pytest.fixture
    def strategy(self) -> Evolution:
        return Evolution(population=6, sample=3, crossover=0.5)


class TestEvolutionOfAJointSpace(StrategySuite):
    @pytest.fixture
    def strategy(self) -> Evolution:
        return Evolution(population=6, sample=3, crossover=0.5)

    @pytest.fixture
    def space(self) -> JointSpace:
        return JointSpace({"backbone": SPACE, "training": ToyTrainingSpace()})


def test_the_first_population_is_drawn_at_random():
    history = history_of(SPACE, 5)
    draw = next(Evolution(population=6, sample=3).ask(SPACE, history, 5, random.Random(1)))
    assert draw == sample(SPACE, random.Random(1))


def test_the_best_of_the_living_is_mutated():
    history = history_of(SPACE, 10)
    best = max(history, key=lambda outcome: (-outcome.violation, outcome.values))
    rng = random.Random(1)
    rng.sample(history, 10)
    draw = next(Evolution(population=10, sample=10).ask(SPACE, history, 10, random.Random(1)))
    assert draw == mutate(SPACE, best.genotype, rng)


def test_the_oldest_die_however_good():
    history = [*history_of(SPACE, 10)]
    history[0] = Outcome(number=0, genotype=history[0].genotype, values=(99.0,))
    alive = Evolution(population=4, sample=2)._alive(history)
    assert [outcome.number for outcome in alive] == [9, 8, 7, 6]


def test_trials_without_results_are_no_parents():
    history = history_of(SPACE, 10, without_result=(9, 7))
    alive = Evolution(population=3, sample=2)._alive(history)
    assert [outcome.number for outcome in alive] == [8, 6, 5]


def test_later_objectives_break_ties_and_older_trials_win_the_rest():
    genotypes = [sample(SPACE, random.Random(seed)).genotype for seed in range(4)]
    values = [(1.0, 0.0), (1.0, 2.0), (1.0, 2.0), (0.5, 9.0)]
    history = [Outcome(number=n, genotype=g, values=v) for n, (g, v) in enumerate(zip(genotypes, values, strict=True))]
    rng = random.Random(3)
    rng.sample(history, 4)
    draw = next(Evolution(population=4, sample=4).ask(SPACE, history, 4, random.Random(3)))
    assert draw == mutate(SPACE, genotypes[1], rng)


def test_a_trial_that_breaks_measured_bounds_loses_however_good():
    genotypes = [sample(SPACE, random.Random(seed)).genotype for seed in range(4)]
    judged = [((9.0,), 0.5), ((1.0,), 0.1), ((0.5,), 0.0), ((0.2,), 0.0)]
    history = [
        Outcome(number=n, genotype=genotypes[n], values=values, violation=violation)
        for n, (values, violation) in enumerate(judged)
    ]
    for alive, best in ((history, 2), (history[:2], 1)):
        rng = random.Random(3)
        rng.sample(alive, len(alive))
        draw = next(Evolution(population=4, sample=4).ask(SPACE, alive, 4, random.Random(3)))
        assert draw == mutate(SPACE, genotypes[best], rng)


def test_two_parents_win_a_tournament_each():
    history = history_of(SPACE, 10)
    best = max(history, key=lambda outcome: (-outcome.violation, outcome.values)).genotype
    rng = random.Random(1)
    rng.random()
    rng.sample(history, 10)
    rng.sample(history, 10)
    mixed = crossover(SPACE, best, best, rng)
    draw = next(Evolution(population=10, sample=10, crossover=1).ask(SPACE, history, 10, random.Random(1)))
    assert draw == mutate(SPACE, mixed.genotype, rng)


def test_half_of_the_population_competes_unless_told_otherwise():
    assert evolution_from(EvolutionStrategy(population=9)) == Evolution(population=9, sample=4)
    assert evolution_from(EvolutionStrategy(population=9, sample=2, crossover=0.1)) == Evolution(
        population=9, sample=2, crossover=0.1
    )


def test_a_population_whose_neighbours_were_all_tried_is_left_for_uniform_samples():
    history = history_of(SPACE, 6)
    drawn = {
        d.genotype for d in islice(Evolution(population=6, sample=6).ask(SPACE, history, 6, random.Random(0)), 900)
    }
    assert len(drawn) > 100, "one parent has some 12 neighbours"


def mean_score(strategy, seed):
    storage = MemoryStorage()
    controller = toy_controller(storage, toy_document(strategy=strategy, budget={"trials": 80}, seed=seed))
    run_inline(controller, ToyEvaluator())
    return fmean(trial.metrics["AP"] for trial in storage.trials(controller.search_id)[30:])


def test_evolution_finds_better_trials_than_chance():
    evolution = {"kind": "evolution", "population": 16, "sample": 8}
    gains = [mean_score(evolution, seed) - mean_score({"kind": "random"}, seed) for seed in range(5)]
    assert fmean(gains) > 0.1, "over five fixed seeds; scores lie between 2.8 and 5.1"
