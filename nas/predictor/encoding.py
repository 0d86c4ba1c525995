"""Genotypes as numbers for models that predict: features by the names of choices, of costs and of structure.

Features stand in groups, one per call of the space (and one per number that is no choice), because what a model learns
first is which calls matter. Within a group the scale says how far apart two answers are: two options of a one_of, or
one member of a subset exchanged, are 1 apart; a number and the places of an ordering keep their distances.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from math import log1p, sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nas.records import Genotype
from nas.static_metrics import StaticMetrics
from search_spaces.choices import Choice, ChoiceKind
from search_spaces.errors import InvalidArchitecture
from search_spaces.features import features_of
from search_spaces.genotypes import decode, trace
from search_spaces.space import Architecture, Space

REMEMBERED = 5_000  # genotypes whose features are kept
ONE_APART = sqrt(0.5)  # the value of an indicator, so that two options are 1 apart
NUMBER_SPAN = 2.0  # from the lowest to the highest place of a number
ORDERING_SPAN = 1.5  # from the first to the last place of an ordering
DERIVED = ("cost:", "structure:")  # how groups begin that are standardised by what was seen: they have no own scale

Array = NDArray[np.float64]


class Column(NamedTuple):
    """One feature, by its group and its name in it."""

    group: str
    name: str


Row = Mapping[Column, float]
"""The features of a genotype; what is not named is 0."""


def choice_features(choices: Iterable[Choice]) -> Iterator[tuple[Column, float]]:
    """The features of every choice that was taken: calls that were not asked for have none, not even `asked`."""
    for choice in choices:
        match choice.kind:
            case ChoiceKind.ONE_OF | ChoiceKind.SUBSET:
                yield Column(choice.call, f"is {choice.taken}"), ONE_APART
            case ChoiceKind.NUMBER:
                yield Column(choice.call, "asked"), ONE_APART
                yield Column(choice.call, "place"), NUMBER_SPAN * _share(choice.taken, choice.options)
            case ChoiceKind.ORDERING:
                place = int(choice.name.removeprefix(f"{choice.call}."))
                yield Column(choice.call, f"place of {choice.taken}"), ORDERING_SPAN * _share(place, choice.options)


def _share(place: int, options: int) -> float:
    return place / max(1, options - 1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Encoded:
    """What is known about a genotype before any training; `metrics` is None when no network can be built."""

    row: Row
    metrics: Mapping[str, float] | None


class Encoder:
    """The features of genotypes of one space, remembered for the last ones asked for.

    With `static_metrics` the logarithms of the costs are among them; an architecture that cannot be built has none.
    """

    def __init__(
        self, space: Space[Any], static_metrics: StaticMetrics | None = None, *, remembered: int = REMEMBERED
    ) -> None:
        self.space = space
        self.static_metrics = static_metrics
        self._remembered = remembered
        self._known: dict[Genotype, Encoded] = {}  # the oldest first

    def encoded(self, genotype: Genotype, architecture: Architecture | None = None) -> Encoded:
        """What is known about a genotype, quicker with its architecture at hand."""
        known = self._known.pop(genotype, None) or self._encoded(genotype, architecture)
        self._known[genotype] = known
        if len(self._known) > self._remembered:
            for oldest in list(islice(self._known, self._remembered // 5 + 1)):
                del self._known[oldest]
        return known

    def _encoded(self, genotype: Genotype, architecture: Architecture | None) -> Encoded:
        architecture = architecture or decode(self.space, genotype)
        metrics = self._metrics(architecture)
        row = dict(choice_features(trace(self.space, genotype)))
        row |= {Column(f"structure:{n}", n): value for n, value in features_of(self.space, architecture).items()}
        row |= {Column(f"cost:{n}", n): log1p(max(0.0, value)) for n, value in (metrics or {}).items()}
        return Encoded(row=row, metrics=metrics)

    def _metrics(self, architecture: Architecture) -> Mapping[str, float] | None:
        if self.static_metrics is None:
            return {}
        try:
            return self.static_metrics(architecture)
        except InvalidArchitecture:
            return None


@dataclass(frozen=True, kw_only=True, slots=True)
class Layout:
    """Which features stand in which column of a matrix, and how they are scaled."""

    columns: Mapping[Column, int]
    groups: tuple[str, ...]  # the names, ascending
    group_of: NDArray[np.int64]  # of every column, its group's place in `groups`
    center: Array
    scale: Array

    def matrix(self, rows: Sequence[Row]) -> Array:
        """The features of rows, one below the other: rows x columns. What has no column is left out."""
        places = self.columns
        known = [
            (at, places[column], value)
            for at, row in enumerate(rows)
            for column, value in row.items()
            if column in places
        ]
        at, place, value = zip(*known, strict=True) if known else ((), (), ())
        values = np.tile(self.center, (len(rows), 1))  # what an architecture lacks is taken for average
        values[np.array(at, dtype=np.int64), np.array(place, dtype=np.int64)] = value
        return (values - self.center) / self.scale


def layout_of(rows: Sequence[Row]) -> Layout:
    """The layout for rows like these: a column for every feature in which they differ, in the order of the names."""
    seen: defaultdict[Column, list[float]] = defaultdict(list)
    for row in rows:
        for column, value in row.items():
            seen[column].append(value)
    live = sorted(
        column for column, values in seen.items() if len(values) < len(rows) or values.count(values[0]) < len(rows)
    )
    groups = tuple(sorted({column.group for column in live}))
    scaling = [_scaling(column, seen[column]) for column in live]
    return Layout(
        columns={column: place for place, column in enumerate(live)},
        groups=groups,
        group_of=np.array([groups.index(column.group) for column in live], dtype=np.int64),
        center=np.array([center for center, _ in scaling], dtype=np.float64),
        scale=np.array([scale for _, scale in scaling], dtype=np.float64),
    )


def _scaling(column: Column, values: Sequence[float]) -> tuple[float, float]:
    """Center and scale of a column: choices stand as they are, what is derived has no scale of its own."""
    if not column.group.startswith(DERIVED):
        return 0.0, 1.0
    return float(np.mean(values)), float(np.std(values)) * sqrt(2) or 1.0
