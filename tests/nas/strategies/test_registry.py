"""Strategies by their options, and the draws they make."""

import random

from nas.strategies.evolution import Evolution, EvolutionStrategy
from nas.strategies.fixed import FixedStrategy
from nas.strategies.random import Random, RandomStrategy
from nas.strategies.registry import asked, draws_from, strategy_from
from nas.testing.strategies import toy_setting
from search_spaces.genotypes import sample
from search_spaces.spinenet.space import SpineNetSpace
from search_spaces.testing import ToySpace


def test_options_make_their_strategy():
    assert isinstance(strategy_from(RandomStrategy(), toy_setting()), Random)
    evolution = EvolutionStrategy(population=5, sample=2)
    assert strategy_from(evolution, toy_setting()) == Evolution(population=5, sample=2)


def test_the_randomness_of_draws_comes_from_seed_and_number():
    space = ToySpace()
    draws = list(asked(Random(), space=space, seed=3, limit=4)((), 7))
    rng = random.Random("3/7/0")
    assert draws == [sample(space, rng) for _ in range(4)]
    assert draws != list(asked(Random(), space=space, seed=4, limit=4)((), 7))


def test_fixed_candidates_are_drawn_in_their_order():
    draws = draws_from(FixedStrategy(candidates=("r0-sp53", "spinenet-49")), toy_setting(SpineNetSpace()), seed=0)
    assert [draw.genotype for draw in draws((), 0)] == [draw.genotype for draw in draws((), 1)]
    assert len(list(draws((), 0))) == 2
