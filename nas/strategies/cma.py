"""CMA-ES (Hansen and Ostermeier 2001) over numeric choices, by the library that Optuna's sampler of that name runs.

Optuna's keeps its optimizer pickled with the trials. Here it is a function of history: it is told the finished trials
in the order of their numbers, a population at a time, and remembered between proposals for speed alone. It fits spaces
all of whose choices are numbers and always asked: places of numeric choices, evenly on 0 .. 1.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np
from cmaes import CMA
from numpy.typing import NDArray
from optuna.distributions import IntDistribution

from nas.errors import DocumentError
from nas.ports import Outcome
from nas.strategies.optuna_parameters import parameters_of
from search_spaces.choices import Chooser, Question
from search_spaces.errors import Rejected
from search_spaces.genotypes import Draw, Genotype, encode, sample
from search_spaces.space import Space

TRIED = 16  # draws of a space that tell which choices it asks for
DRAWS = 64  # of the optimizer for one number; once it has converged, most are known
Told = tuple[Genotype, float]
Ranges = dict[str, int]
"""The greatest place of every parameter, by name."""


def ranges_of(space: Space[Any]) -> Ranges:
    """The parameters of a space that CMA-ES fits. Raises `DocumentError` naming what it has no use for."""
    rng = random.Random(0)
    found = [parameters_of(space, sample(space, rng).genotype).distributions for _ in range(TRIED)]
    first = found[0]
    wrong = [name for one in found for name, each in one.items() if not isinstance(each, IntDistribution)]
    odd = [name for one in found for name in one.keys() ^ first.keys()]
    for names, sentence in ((wrong, "is no number"), (odd, "is not always asked")):
        if names:
            told = f"cmaes fits spaces of numbers alone, and {names[0]} {sentence}: take tpe"
            raise DocumentError([("strategy.sampler", told)])
    if len(first) < 2:
        raise DocumentError([("strategy.sampler", f"cmaes needs at least 2 choices, got {len(first)}: take tpe")])
    return {name: each.high for name, each in sorted(first.items()) if isinstance(each, IntDistribution)}


@dataclass(kw_only=True, slots=True)
class CmaEs:
    """Draws around the mean of the optimizer, then uniform samples."""

    ranges: Ranges
    population: int | None = None
    sigma: float = 1 / 6
    _told: list[Told] = field(default_factory=list, init=False, repr=False, compare=False)
    _optimizer: CMA | None = field(default=None, init=False, repr=False, compare=False)

    def ask(
        self, space: Space[Any], history: Sequence[Outcome], number: int, rng: random.Random
    ) -> Iterator[Draw[Any]]:
        """New candidates of the optimizer, known ones left out, then uniform samples."""
        optimizer = self._taught(space, history)
        optimizer.reseed_rng(rng.getrandbits(32))
        known = {outcome.genotype for outcome in history}
        for _ in range(DRAWS):
            picked = Placed(dict(zip(self.ranges, optimizer.ask(), strict=True)), self.ranges)
            try:
                architecture = space.decode(Chooser(picked))
            except Rejected:
                continue
            genotype = encode(space, architecture)
            if genotype not in known:
                known.add(genotype)
                yield Draw(genotype=genotype, architecture=architecture, rejected={})
        while True:
            yield sample(space, rng)

    def _taught(self, space: Space[Any], history: Sequence[Outcome]) -> CMA:
        """The optimizer after all whole populations of history; what was remembered of another one is forgotten."""
        finished = [
            (outcome.genotype, outcome.values[0])
            for outcome in history
            if outcome.values is not None and outcome.fidelity >= 1
        ]
        optimizer = self._optimizer
        if optimizer is None or finished[: len(self._told)] != self._told:
            optimizer, self._told = self._fresh(), []
        size = optimizer.population_size
        while len(batch := list(islice(finished, len(self._told), len(self._told) + size))) == size:
            optimizer.tell([(self._point(space, genotype), -value) for genotype, value in batch])
            self._told += batch
        self._optimizer = optimizer
        return optimizer

    def _fresh(self) -> CMA:
        dimensions = len(self.ranges)
        bounds = np.tile((0.0, 1.0), (dimensions, 1))
        middle = np.full(dimensions, 0.5)
        return CMA(mean=middle, sigma=self.sigma, bounds=bounds, seed=0, population_size=self.population)

    def _point(self, space: Space[Any], genotype: Genotype) -> NDArray[np.float64]:
        """Where a genotype lies on 0 .. 1."""
        values = parameters_of(space, genotype).values
        return np.array([values[name] / high for name, high in self.ranges.items()])


class Placed:
    """A pick that takes the place next to a point."""

    def __init__(self, point: dict[str, float], ranges: Ranges) -> None:
        self._point = point
        self._ranges = ranges

    def __call__(self, question: Question) -> int:
        name = f"{question.call} in {len(question.values)}"
        high = self._ranges.get(name, 0)
        return min(high, max(0, round(self._point[name] * high))) if high else 0
