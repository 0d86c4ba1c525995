"""Every architecture of a small space, once each: what a search over a table or a handful of variants wants."""

import random
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from math import log10
from typing import Any, Literal

from pydantic import Field

from nas.errors import DocumentError
from nas.ports import Outcome
from nas.records import Genotype
from nas.strategies.setting import Setting
from nas.tasks.options import Options
from search_spaces.genotypes import Draw, count, decode, encode
from search_spaces.paths import paths
from search_spaces.space import Space

MOST_WAYS = 100_000  # to choose; they are listed when the search is opened


class ExhaustiveStrategy(Options):
    """Tries every architecture of a space with at most 100,000 ways to choose, in an order shuffled by the seed.

    It looks at no results, so it never waits for any. The search is complete when none is left, whatever its budget.
    """

    kind: Literal["exhaustive"] = Field("exhaustive", description="every architecture of a small space")


class Exhaustive:
    """One order for all numbers: each trial takes up behind the one before it, and leaves out what was tried."""

    def __init__(self, order: Sequence[Genotype]) -> None:
        self.order = tuple(order)
        self._places = {genotype: place for place, genotype in enumerate(self.order)}

    def ask(
        self, space: Space[Any], history: Sequence[Outcome], number: int, rng: random.Random
    ) -> Iterator[Draw[Any]]:
        """All that were not tried, those behind the last trial first. `rng` has no say."""
        tried = {outcome.genotype for outcome in history}
        start = self._places.get(history[-1].genotype, -1) + 1 if history else 0
        for genotype in chain(islice(self.order, start, None), islice(self.order, start)):
            if genotype in tried:
                continue
            architecture = decode(space, genotype)
            if encode(space, architecture) == genotype:  # else the same architecture has another place, too
                yield Draw(genotype=genotype, architecture=architecture)


def exhaustive_from(setting: Setting, *, seed: int) -> Exhaustive:
    """The strategy, its order shuffled by the seed. Raises `DocumentError` where the space is too large."""
    problem = too_large(setting.space)
    if problem is not None:
        raise DocumentError([("strategy.kind", problem)])
    order = [genotype for genotype, architecture in paths(setting.space) if architecture is not None]
    random.Random(f"{seed}/exhaustive").shuffle(order)
    return Exhaustive(order)


def too_large(space: Space[Any]) -> str | None:
    """Why not every architecture of a space can be tried; None when it can."""
    ways = count(space)
    if ways <= MOST_WAYS:
        return None
    written = f"{ways:,}" if ways < 10**15 else f"about 10^{int(log10(ways))}"
    return f"exhaustive is for spaces with at most {MOST_WAYS:,} ways to choose, this one has {written}"
