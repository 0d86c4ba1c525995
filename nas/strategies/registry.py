"""The strategies a search document may name, and how their draws are made."""

import random
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

from nas.kinds import kind_named
from nas.ports import Outcome, Strategy
from nas.problems import KIND
from nas.strategies.evolution import EvolutionStrategy, evolution_from
from nas.strategies.exhaustive import ExhaustiveStrategy, exhaustive_from
from nas.strategies.fixed import Fixed, FixedStrategy, candidates_of
from nas.strategies.kinds import STRATEGIES
from nas.strategies.local_search import LocalSearch, LocalSearchStrategy
from nas.strategies.nsga2 import Nsga2, Nsga2Strategy
from nas.strategies.optuna import OptunaStrategy, optuna_from
from nas.strategies.predictor import PredictorStrategy, predictor_from
from nas.strategies.random import Random, RandomStrategy
from nas.strategies.reinforce import ReinforceStrategy, reinforce_from
from nas.strategies.setting import Setting
from nas.tasks.options import Options
from search_spaces.genotypes import Draw
from search_spaces.space import Space

MAX_DRAWS = 1000  # for one number, of a strategy that could go on for ever
FINITE = (FixedStrategy, ExhaustiveStrategy)

Draws = Callable[[Sequence[Outcome], int], Iterator[Draw[Any]]]
"""The candidates for trial `number` given what is shown, in turn until one fits; ends when none is left."""


def draws_from(options: Options, setting: Setting, *, seed: int) -> Draws:
    """The draws of the strategy the document names. Raises `SpaceError` for a fixed candidate out of the space."""
    limit = None if isinstance(options, FINITE) else MAX_DRAWS
    return asked(strategy_from(options, setting, seed=seed), space=setting.space, seed=seed, limit=limit)


def strategy_from(options: Options, setting: Setting, *, seed: int = 0) -> Strategy:
    """The strategy with these options; `seed` is for orders that hold for all numbers.

    Raises `SpaceError` for a fixed candidate out of the space, `DocumentError` for a space too large and for a kind
    that is no longer installed.
    """
    match options:
        case RandomStrategy():
            return Random()
        case EvolutionStrategy():
            return evolution_from(options)
        case Nsga2Strategy():
            return Nsga2(population=options.population, crossover=options.crossover)
        case LocalSearchStrategy():
            return LocalSearch(patience=options.patience, unseen=setting.unseen)
        case ExhaustiveStrategy():
            return exhaustive_from(setting, seed=seed)
        case FixedStrategy():
            return Fixed(candidates_of(options.candidates, setting.space))
        case OptunaStrategy():
            return optuna_from(options, setting)
        case ReinforceStrategy():
            return reinforce_from(options, setting)
        case PredictorStrategy():
            return predictor_from(options, setting)
        case _:
            return kind_named(STRATEGIES, getattr(options, KIND, None), part="strategy").make(options, setting)


def asked(strategy: Strategy, *, space: Space[Any], seed: int, limit: int | None = MAX_DRAWS) -> Draws:
    """Draws by asking; their randomness comes from (seed, number) alone."""

    def draws(history: Sequence[Outcome], number: int) -> Iterator[Draw[Any]]:
        return islice(strategy.ask(space, history, number, random.Random(f"{seed}/{number}/0")), limit)

    return draws
