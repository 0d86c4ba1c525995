"""The strategies a document may name: ours, and those of installed packages."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, SerializeAsAny, Tag, WithJsonSchema

from nas.kinds import installed, kinds_in, told_apart
from nas.ports import Strategy
from nas.problems import BUILT_IN, INSTALLED
from nas.strategies.evolution import EvolutionStrategy
from nas.strategies.exhaustive import ExhaustiveStrategy
from nas.strategies.fixed import FixedStrategy
from nas.strategies.learning import LearningOptions
from nas.strategies.local_search import LocalSearchStrategy
from nas.strategies.nsga2 import Nsga2Strategy
from nas.strategies.optuna import OptunaStrategy
from nas.strategies.predictor import PredictorStrategy
from nas.strategies.random import RandomStrategy
from nas.strategies.reinforce import ReinforceStrategy
from nas.strategies.setting import Setting
from nas.tasks.options import Options
from search_spaces.extensions import Extensions


@dataclass(frozen=True, kw_only=True, slots=True)
class StrategyKind:
    """A strategy of an installed package: its name and its options in documents, and how it is made of them.

    Options of a strategy that looks at results derive from `LearningOptions`: any other is shown no results, and never
    waits for one.
    """

    kind: str
    options: type[Options]
    make: Callable[[Any, Setting], Strategy]


class GivenStrategy(LearningOptions):
    """A strategy given in Python (see nas.searching). No document can name it."""

    kind: Literal["given"] = "given"


OurStrategy = (
    RandomStrategy
    | EvolutionStrategy
    | FixedStrategy
    | ExhaustiveStrategy
    | LocalSearchStrategy
    | Nsga2Strategy
    | ReinforceStrategy
    | PredictorStrategy
    | OptunaStrategy
)
"""How candidates are proposed, by its kind. What is built from them stands in `nas.strategies.registry`."""
OURS = kinds_in(OurStrategy)
PYTHON = kinds_in(GivenStrategy)[0]

STRATEGIES = Extensions(group="spinesearch.strategies", of=StrategyKind, ours=(*OURS, PYTHON))

InstalledStrategy = Annotated[
    SerializeAsAny[Options],
    installed(STRATEGIES, ours=OURS, python=GivenStrategy),
    WithJsonSchema({"type": "object", "description": "the options of a strategy that an installed package brings"}),
]
AnyStrategy = Annotated[
    Annotated[OurStrategy, Field(discriminator="kind"), Tag(BUILT_IN)] | Annotated[InstalledStrategy, Tag(INSTALLED)],
    told_apart(OURS),
]
