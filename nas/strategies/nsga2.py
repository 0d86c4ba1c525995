"""NSGA-II (Deb et al. 2002): several objectives at once, by Pareto fronts and crowding."""

import random
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, Literal

from pydantic import Field

from nas.pareto import Point, crowding, fronts
from nas.ports import Outcome
from nas.strategies.learning import LearningOptions
from nas.strategies.offspring import children, trials_before
from search_spaces.genotypes import Draw, sample
from search_spaces.space import Space

Outcomes = tuple[Outcome, ...]


class Nsga2Strategy(LearningOptions):
    """NSGA-II (Deb et al. 2002): parents are those on the best Pareto fronts, in its emptiest parts."""

    kind: Literal["nsga2"] = Field("nsga2", description="NSGA-II, for several objectives")
    population: int = Field(20, ge=4, le=1000, description="how many of all completed trials may become parents")
    crossover: float = Field(
        0.5, ge=0, le=1, description="share of candidates that have two parents; they are mutated, too"
    )


class Nsga2:
    """Elitist: the population is the best of everything seen. The first `population` trials are uniform samples,
    those of an earlier search included.

    A trial that keeps the measured bounds is better than one that does not; of those that do not, the one that breaks
    them less (constraint domination, section VI of the paper).
    """

    def __init__(self, *, population: int, crossover: float) -> None:
        self.population = population
        self.crossover = crossover
        self._selection = Selection(population)

    def ask(
        self, space: Space[Any], history: Sequence[Outcome], number: int, rng: random.Random
    ) -> Iterator[Draw[Any]]:
        """Children of winners of binary tournaments; uniform samples while the first population is not complete."""
        alive = self._selection.of(history) if trials_before(history, number) >= self.population else ()

        def winner() -> tuple[int, ...]:
            return alive[min(rng.randrange(len(alive)), rng.randrange(len(alive)))].genotype

        if alive:
            yield from children(space, winner, crossover=self.crossover, rng=rng)
        while True:
            yield sample(space, rng)


class Selection:
    """The best `size` of a history, best first.

    Selected in rounds: halves of blocks of size, 2 size, 4 size ... outcomes, then the blocks one after another. What
    was selected of a part is kept as long as the part is the same, so a new or a changed result costs few selections.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._kept: dict[tuple[int, int], tuple[Outcomes, Outcomes, Outcomes]] = {}  # by first and last: a, b, best

    def of(self, history: Sequence[Outcome]) -> Outcomes:
        """The best of the history."""
        best: Outcomes = ()
        start, whole = 0, len(history) // self.size
        while start < whole:
            blocks = 1 << ((whole - start).bit_length() - 1)
            part = self._part(history, start, blocks)
            best = self._merged(0, start + blocks, best, part) if start else part
            start += blocks
        return ranked((*best, *history[whole * self.size :]))[: self.size]

    def _part(self, history: Sequence[Outcome], start: int, blocks: int) -> Outcomes:
        """The best of so many blocks, a power of two."""
        if blocks == 1:
            return tuple(history[start * self.size : (start + 1) * self.size])
        half = blocks // 2
        first, second = (self._part(history, at, half) for at in (start, start + half))
        return self._merged(start, start + blocks, first, second)

    def _merged(self, start: int, end: int, a: Outcomes, b: Outcomes) -> Outcomes:
        kept = self._kept.get((start, end))
        if kept is None or kept[0] != a or kept[1] != b:
            kept = self._kept[start, end] = (a, b, ranked((*a, *b))[: self.size])
        return kept[2]


def ranked(outcomes: Sequence[Outcome]) -> Outcomes:
    """The outcomes with values, best first: by front, then the less crowded, then the older.

    Those that break measured bounds stand behind all others, the less they do the further in front.
    """
    finished = sorted((outcome for outcome in outcomes if outcome.values is not None), key=_violation)
    tiers = [list(tier) for _, tier in groupby(finished, key=_violation)]
    return tuple(outcome for tier in tiers for front in _fronts(tier) for outcome in front)


def _fronts(outcomes: Sequence[Outcome]) -> Iterator[list[Outcome]]:
    """The outcomes front by front, the less crowded first, the older of two that are as crowded."""
    by_number = {outcome.number: outcome for outcome in outcomes}
    points: dict[int, Point] = {number: outcome.values or () for number, outcome in by_number.items()}
    for front in fronts(points):
        apart = crowding({number: points[number] for number in front})
        yield [by_number[number] for number in sorted(front, key=lambda number: (-apart[number], number))]


def _violation(outcome: Outcome) -> float:
    return max(0.0, outcome.violation)
