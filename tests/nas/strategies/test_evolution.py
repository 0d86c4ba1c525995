"""Regularized evolution."""

import random
from statistics import fmean

import pytest

from nas.drivers.inline import run_inline
from nas.memory import MemoryStorage
from nas.ports import Outcome
from nas.strategies.evolution import Evolution
from nas.testing.searches import ToyEvaluator, toy_controller, toy_document
from nas.testing.strategies import StrategySuite, history_of
from search_spaces.genotypes import mutate, sample
from search_spaces.testing import ToySpace

SPACE = ToySpace()


class TestEvolution(StrategySuite):
    @pytest.fixture
    def strategy(self) -> Evolution:
        return Evolution(population=6, sample=3)


def test_the_first_population_is_drawn_at_random():
    history = history_of(SPACE, 5)
    draw = next(Evolution(population=6, sample=3).ask(SPACE, history, 5, random.Random(1)))
    assert draw == sample(SPACE, random.Random(1))


def test_the_best_of_the_living_is_mutated():
    history = history_of(SPACE, 10)
    best = max(history, key=lambda outcome: outcome.values)
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


def mean_score(strategy, seed):
    storage = MemoryStorage()
    controller = toy_controller(storage, toy_document(strategy=strategy, budget={"trials": 80}, seed=seed))
    run_inline(controller, ToyEvaluator())
    return fmean(trial.metrics["AP"] for trial in storage.trials(controller.search_id)[30:])


def test_evolution_finds_better_trials_than_chance():
    evolution = {"kind": "evolution", "population": 16, "sample": 8}
    gains = [mean_score(evolution, seed) - mean_score({"kind": "random"}, seed) for seed in range(5)]
    assert fmean(gains) > 0.1, "over five fixed seeds; scores lie between 2.8 and 5.1"
