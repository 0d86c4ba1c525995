"""How smooth the curves of trials are: how often they go against their trend, and how far."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean

Curve = Sequence[float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Smoothness:
    """Means over curves. `against_trend` is the share of epochs that go down in a curve that rises on the whole, or up
    in one that falls; `roughness` the root mean square distance from the nearest monotone curve, in units of the
    curve's range. Both are 0 for a monotone curve."""

    against_trend: float
    roughness: float


def smoothness(curves: Sequence[Curve]) -> Smoothness | None:
    """Of the curves with at least three epochs; None where there is none."""
    long = [_rising(curve) for curve in curves if len(curve) > 2]
    if not long:
        return None
    return Smoothness(against_trend=fmean(map(_against, long)), roughness=fmean(map(_roughness, long)))


def nearest_rising(curve: Curve) -> list[float]:
    """The monotone rising curve with the least squared distance: pool adjacent violators."""
    pools: list[tuple[float, int]] = []
    for value in curve:
        mean, size = value, 1
        while pools and pools[-1][0] > mean:
            before, count = pools.pop()
            mean, size = (mean * size + before * count) / (size + count), size + count
        pools.append((mean, size))
    return [mean for mean, size in pools for _ in range(size)]


def _rising(curve: Curve) -> list[float]:
    return [-value for value in curve] if curve[-1] < curve[0] else list(curve)


def _against(curve: Curve) -> float:
    return fmean(after < before for before, after in pairwise(curve))


def _roughness(curve: Curve) -> float:
    spread = max(curve) - min(curve)
    squares = [(value - near) ** 2 for value, near in zip(curve, nearest_rising(curve), strict=True)]
    return fmean(squares) ** 0.5 / spread if spread else 0.0
