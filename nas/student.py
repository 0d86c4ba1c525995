"""Student's t distribution, by the incomplete beta function: the service has no scipy."""

from collections.abc import Iterator
from functools import lru_cache
from math import exp, inf, lgamma, log, log1p, pi, sqrt

LEAST_975, ENOUGH_975 = 1.95, 1e-12  # below the quantile of any distribution; how exact they are
TERMS, ENOUGH = 500, 1e-15  # of the continued fraction
SMALL = 1e-300  # in place of a denominator that is zero


def two_sided_p(t: float, freedom: float) -> float:
    """The chance that Student's t lies at least as far from zero as this one; `freedom` need not be whole."""
    return 0.0 if abs(t) == inf else incomplete_beta(freedom / 2, 0.5, freedom / (freedom + t * t))


@lru_cache(maxsize=1024)
def quantile_975(freedom: float) -> float:
    """The bound that Student's t exceeds with a chance of 2.5 %, for at least one degree of freedom."""
    bound, step = LEAST_975, 1.0
    while step > bound * ENOUGH_975:  # from below, where Newton's method never goes too far
        step = (two_sided_p(bound, freedom) - 0.05) / (2 * _density(bound, freedom))
        bound += step
    return bound


def incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function of x in 0..1 (Abramowitz and Stegun 26.5.8)."""
    if x in (0.0, 1.0):
        return x
    if x > (a + 1) / (a + b + 2):  # there the fraction of the other tail is the one that converges quickly
        return 1 - incomplete_beta(b, a, 1 - x)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)) / a
    return front / _continued_fraction(a, b, x)


def _density(t: float, freedom: float) -> float:
    scale = exp(lgamma((freedom + 1) / 2) - lgamma(freedom / 2)) / sqrt(freedom * pi)
    return scale * exp(-(freedom + 1) / 2 * log1p(t * t / freedom))


def _continued_fraction(a: float, b: float, x: float) -> float:
    """1 + d1 / (1 + d2 / (1 + ...)), from the front (modified Lentz)."""
    value = above = 1.0
    below = 0.0
    for numerator in _numerators(a, b, x):
        below = 1 / ((1 + numerator * below) or SMALL)
        above = (1 + numerator / above) or SMALL
        value *= above * below
        if abs(above * below - 1) < ENOUGH:
            break
    return value


def _numerators(a: float, b: float, x: float) -> Iterator[float]:
    for m in range(TERMS):
        if m:
            yield m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        yield -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
