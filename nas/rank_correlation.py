"""Rank correlations with ties, and their percentile intervals over resampled architectures.

A resample is a row of weights: how often it holds each architecture. Correlations of weighted points are a few matrix
products, so thousands of resamples cost milliseconds. A value that is not a number is missing, and weighs nothing.

Of normal pairs, intervals of tau held the truth in 94 to 97 % of 400 cases, for 8 to 60 architectures and tau of 0.33
and 0.71. With 8 they were 1.2 and 0.7 wide, with 30 0.5 and 0.3.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nas.intervals import Interval

Floats = NDArray[np.float64]
Statistic = Callable[[Floats], Floats]
"""From weights [resamples, architectures] to a value per resample, nan where it is undefined."""

RESAMPLES = 2000
LEAST = 3  # points that have a correlation; an interval needs one defined resample in as many
SEED = 20200610


def kendall(x: ArrayLike, y: ArrayLike) -> float | None:
    """Kendall's tau-b of pairs; None where one side is constant or fewer than three pairs are complete."""
    return _point(lambda weights: weighted_kendall(weights, _floats(x), _floats(y)), len(_floats(x)))


def spearman(x: ArrayLike, y: ArrayLike) -> float | None:
    """Spearman's rho of pairs, ties at their middle rank; None as for `kendall`."""
    return _point(lambda weights: weighted_spearman(weights, _floats(x), _floats(y)), len(_floats(x)))


def weighted_kendall(weights: Floats, x: Floats, y: Floats) -> Floats:
    """Tau-b per row of weights."""
    weights, steps_x, steps_y = _compared(weights, x, y)
    agree = _quadratic(weights, steps_x * steps_y)
    return _ratio(agree, _quadratic(weights, steps_x**2), _quadratic(weights, steps_y**2))


def weighted_spearman(weights: Floats, x: Floats, y: Floats) -> Floats:
    """Rho per row of weights: Pearson's correlation of the middle ranks within the row."""
    weights, steps_x, steps_y = _compared(weights, x, y)
    ranks_x, ranks_y = weights @ steps_x, weights @ steps_y  # sums of signs: middle ranks but for shift and scale
    size = np.maximum(weights.sum(1, keepdims=True), 1)
    ranks_x = ranks_x - (weights * ranks_x).sum(1, keepdims=True) / size
    ranks_y = ranks_y - (weights * ranks_y).sum(1, keepdims=True) / size
    products = [(weights * one * other).sum(1) for one, other in _pairs(ranks_x, ranks_y)]
    return _ratio(*products)


def resampled(statistic: Statistic, size: int, *, seed: int = SEED, resamples: int = RESAMPLES) -> Interval:
    """The statistic of `size` architectures with its percentile interval; undefined resamples are left out."""
    value = _point(statistic, size)
    if value is None:
        return Interval()
    weights = np.random.default_rng(seed).multinomial(size, np.full(size, 1 / size), size=resamples)
    values = statistic(weights.astype(np.float64))
    values = values[np.isfinite(values)]
    if len(values) < resamples / LEAST:
        return Interval(value=value)
    low, high = (float(bound) for bound in np.quantile(values, [0.025, 0.975]))
    return Interval(value=value, low=low, high=high)


def over_seeds(correlate: Callable[[Floats, Floats, Floats], Floats], by_seed: Floats, full: Floats) -> Statistic:
    """The mean over seeds [seeds, architectures] of the correlation that one training of each would have shown."""

    def statistic(weights: Floats) -> Floats:
        values = np.stack([correlate(weights, scores, full) for scores in by_seed])
        defined = np.isfinite(values)
        counts = defined.sum(0)
        means = np.where(defined, values, 0).sum(0) / np.maximum(counts, 1)
        return np.where(counts > 0, means, np.nan)

    return statistic


def _point(statistic: Statistic, size: int) -> float | None:
    value = float(statistic(np.ones((1, size)))[0]) if size >= LEAST else float("nan")
    return value if np.isfinite(value) else None


def _floats(values: ArrayLike) -> Floats:
    return np.asarray(values, np.float64)


def _compared(weights: Floats, x: Floats, y: Floats) -> tuple[Floats, Floats, Floats]:
    """The weights of complete pairs, and the signs of all differences on either side."""
    complete = np.isfinite(x) & np.isfinite(y)
    if complete.sum() < LEAST:
        weights = np.zeros_like(weights)
    return weights * complete, _signs(np.where(complete, x, 0)), _signs(np.where(complete, y, 0))


def _signs(values: Floats) -> Floats:
    signs: Floats = np.sign(values[None, :] - values[:, None])
    return signs


def _quadratic(weights: Floats, matrix: Floats) -> Floats:
    """w M w per row."""
    values: Floats = ((weights @ matrix) * weights).sum(1)
    return values


def _pairs(x: Floats, y: Floats) -> tuple[tuple[Floats, Floats], ...]:
    return (x, y), (x, x), (y, y)


def _ratio(product: Floats, one: Floats, other: Floats) -> Floats:
    """The product over the geometric mean of the squares; nan where a side is constant."""
    scale = np.sqrt(one * other)
    defined = scale > 0
    return np.where(defined, np.clip(product / np.where(defined, scale, 1), -1, 1), np.nan)
