"""Pareto fronts of many points, in numbers of an array."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray


def fronts(points: NDArray[Any]) -> Iterator[NDArray[Any]]:
    """The places of the points (n, objectives) no other one dominates, then of those of the rest, and so on.

    Larger is better; each front is in descending lexicographic order, equal points stay together.
    """
    left = np.lexsort(-points.T[::-1]) if len(points) else np.arange(0)
    while len(left):
        kept = _front(points[left])
        yield left[kept]
        left = left[~kept]


def _front(points: NDArray[Any]) -> NDArray[Any]:
    """Which of the points, in descending lexicographic order, no other dominates: only one before it can."""
    kept = np.zeros(len(points), dtype=bool)
    places = np.arange(len(points))
    while len(places):
        first = points[places[0]]
        equal = (points[places] == first).all(axis=1)
        kept[places[equal]] = True
        places = places[~equal & (points[places] > first).any(axis=1)]
    return kept
