"""The strategies a search document may name, and how their draws are made."""

import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from nas.document import EvolutionStrategy, FixedStrategy, RandomStrategy, StrategyOptions
from nas.ports import Outcome, Strategy
from nas.strategies.evolution import Evolution
from nas.strategies.fixed import candidates_of
from nas.strategies.random import Random
from search_spaces.genotypes import Draw
from search_spaces.space import Space

MAX_DRAWS = 1000

Draws = Callable[[Sequence[Outcome], int], Iterator[Draw[Any]]]
"""The candidates for trial `number` given what is shown, in turn until one fits; ends when none is left."""


def draws_from(options: StrategyOptions, *, space: Space[Any], seed: int) -> Draws:
    """The draws of the strategy the document names. Raises `SpaceError` for a fixed candidate out of the space."""
    if isinstance(options, FixedStrategy):
        return listed(candidates_of(options.candidates, space))
    return asked(strategy_from(options), space=space, seed=seed)


def strategy_from(options: RandomStrategy | EvolutionStrategy) -> Strategy:
    """The strategy with these options."""
    match options:
        case RandomStrategy():
            return Random()
        case EvolutionStrategy():
            return Evolution(population=options.population, sample=options.sample)


def asked(strategy: Strategy, *, space: Space[Any], seed: int, limit: int = MAX_DRAWS) -> Draws:
    """Draws by asking; the randomness of each comes from (seed, number, draw) alone."""

    def draws(history: Sequence[Outcome], number: int) -> Iterator[Draw[Any]]:
        for draw in range(limit):
            yield strategy.ask(space, history, number, random.Random(f"{seed}/{number}/{draw}"))

    return draws


def listed(candidates: Sequence[Draw[Any]]) -> Draws:
    """The same candidates for every number, in their order; those tried before are passed over by the proposer."""

    def draws(history: Sequence[Outcome], number: int) -> Iterator[Draw[Any]]:
        return iter(candidates)

    return draws
