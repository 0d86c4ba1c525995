"""The strategy: small changes of trials that are drawn from ever nearer the top."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field

from nas.merit import merit
from nas.ports import Outcome
from nas.strategies.kinds import StrategyKind
from nas.strategies.learning import LearningOptions
from search_spaces.genotypes import Draw, mutate, sample
from search_spaces.space import Space


class NarrowingStrategy(LearningOptions):
    """It looks at results, so its options derive from `LearningOptions`, which brings `lag`."""

    kind: Literal["narrowing"] = "narrowing"
    pace: int = Field(10, ge=1, description="trials after which parents are drawn from half as many")


@dataclass(frozen=True)
class Narrowing:
    """Changes one choice of a parent: of any trial at first, of one of the best later on.

    A pure function of its arguments: whoever asks again with the same history gets the same proposals. How far the
    search has come is the length of the history, which may begin with the trials of an earlier search.
    """

    pace: int

    def ask(
        self, space: Space[Any], history: Sequence[Outcome], number: int, rng: random.Random
    ) -> Iterator[Draw[Any]]:
        """Candidates for trial `number`, until one of them is new and feasible."""
        known = sorted((outcome for outcome in history if outcome.values is not None), key=merit, reverse=True)
        while True:
            if known:
                place = int(len(known) * rng.random() ** (1 + len(history) / self.pace))
                yield mutate(space, known[place].genotype, rng)
            else:
                yield sample(space, rng)


STRATEGY = StrategyKind(
    kind="narrowing",
    options=NarrowingStrategy,
    make=lambda options, setting: Narrowing(pace=options.pace),
)
