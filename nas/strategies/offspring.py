"""Children: how strategies with a population make candidates out of parents."""

import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from nas.ports import Outcome
from nas.records import Genotype
from search_spaces.genotypes import Draw, mutate, sample
from search_spaces.genotypes import crossover as crossed
from search_spaces.space import Space

PERSISTENCE = 500  # children in vain, before uniform samples: all near the parents may have been tried


def trials_before(history: Sequence[Outcome], number: int) -> int:
    """How many trials there were before this number, those of an earlier search included, which are below 0."""
    return number + (max(0, -history[0].number) if history else 0)


def children(
    space: Space[Any], parent: Callable[[], Genotype], *, crossover: float, rng: random.Random
) -> Iterator[Draw[Any]]:
    """Mutations of a parent or, as the share `crossover` of them, of a crossover of two; in the end uniform samples."""
    for _ in range(PERSISTENCE):
        yield mutate(space, _to_mutate(space, parent, crossover=crossover, rng=rng), rng)
    while True:
        yield sample(space, rng)


def _to_mutate(space: Space[Any], parent: Callable[[], Genotype], *, crossover: float, rng: random.Random) -> Genotype:
    """A parent, or what two of them give. Without crossover no randomness goes into the question."""
    if not crossover or rng.random() >= crossover:
        return parent()
    return crossed(space, parent(), parent(), rng).genotype
