"""Grids: the values of a number that is chosen, ascending, linearly or evenly on a logarithmic scale.

A real number is chosen from a grid so fine that nothing trained can tell its neighbours apart. So a genotype stays a
tuple of whole numbers, the same number is the same text everywhere, and every tool for choices works on numbers.
"""

import math
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any, overload

from search_spaces.errors import SpaceError

POINTS = 1001  # of a real number: steps of a thousandth of its range
DIGITS = 9  # significant ones that are kept


class Grid(Sequence[float]):
    """Ascending distinct values. Raises `SpaceError` for a range that is empty or not positive on a log scale."""

    def __init__(self, values: Sequence[float], *, log: bool) -> None:
        self._values = tuple(values)
        self.log = log

    @classmethod
    def real(cls, low: float, high: float, *, log: bool = False, points: int = POINTS) -> "Grid":
        """`points` real numbers from `low` to `high`, both included."""
        _check(low, high, log=log)
        shares = [index / (points - 1) for index in range(points)]
        values = [low * (high / low) ** share if log else low + (high - low) * share for share in shares]
        rounded = [float(f"{value:.{DIGITS}g}") for value in values[1:-1]]
        grid = [float(low), *rounded, float(high)]
        if any(before >= after for before, after in pairwise(grid)):
            raise SpaceError(f"{low:g} .. {high:g} is too narrow for {points} numbers of {DIGITS} digits")
        return cls(grid, log=log)

    @classmethod
    def whole(cls, low: int, high: int, *, log: bool = False, step: int = 1) -> "Grid":
        """The whole numbers low, low + step, ... up to `high`; on a log scale those nearest to even spaces on it."""
        _check(low, high, log=log)
        whole = range(low, high + 1, step)
        if not log or len(whole) < 3:
            return cls(whole, log=log)
        last = len(whole) - 1
        reals = (low * (whole[-1] / low) ** (index / (POINTS - 1)) for index in range(POINTS))
        return cls(
            [whole[place] for place in sorted({min(last, round((real - low) / step)) for real in reals})], log=log
        )

    @cached_property
    def _places(self) -> dict[float, int]:
        return {value: place for place, value in enumerate(self._values)}

    def index(self, value: Any, start: int = 0, stop: int | None = None) -> int:
        """The place of a value. Raises ValueError when it is not on the grid."""
        place = self._places.get(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
        if place is None:
            raise ValueError(f"{value!r} is not on the grid")
        return place

    def nearest(self, value: float) -> float:
        """The value of the grid that is nearest, on its scale."""
        scale = math.log if self.log else float
        return min(self._values, key=lambda known: abs(scale(known) - scale(value)))

    @overload
    def __getitem__(self, place: int) -> float: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[float, ...]: ...
    def __getitem__(self, place: int | slice) -> float | tuple[float, ...]:
        return self._values[place]

    def __len__(self) -> int:
        return len(self._values)

    def __iter__(self) -> Iterator[float]:
        return iter(self._values)

    def __repr__(self) -> str:
        scale = ", log" if self.log else ""
        return f"{self._values[0]:g} .. {self._values[-1]:g} in {len(self)} steps{scale}"


def _check(low: float, high: float, *, log: bool) -> None:
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise SpaceError(f"low must be below high, got {low:g} and {high:g}")
    if log and low <= 0:
        raise SpaceError(f"low must be above 0 on a log scale, got {low:g}")
