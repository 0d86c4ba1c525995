"""McNemar's test of two classifiers that were judged on the same pictures. Arithmetic of counts alone."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class McNemar:
    """A paired test of two classifiers on the same pictures; small p: they differ by more than chance."""

    only_first: int  # pictures that the first gets right and the second wrong
    only_second: int
    exact_p: float  # two-sided, from the binomial distribution
    chi_squared: float  # with one degree of freedom
    chi_squared_p: float


def mcnemar(only_first: int, only_second: int, *, continuity: bool = True) -> McNemar:
    """McNemar's test of the pictures that one classifier gets right and the other wrong (McNemar 1947).

    The exact test is a two-sided binomial one; chi-squared is (|b - c| - 1)^2 / (b + c) with the continuity correction
    of Edwards (1948), without it (b - c)^2 / (b + c). Passes over the same pictures are not independent of one another:
    test them one by one. Raises ValueError for a count below zero.
    """
    if only_first < 0 or only_second < 0:
        raise ValueError(f"counts of pictures must be at least 0, got {only_first} and {only_second}")
    statistic = _chi_squared(only_first, only_second, continuity)
    return McNemar(
        only_first=only_first,
        only_second=only_second,
        exact_p=_exact_p(only_first, only_second),
        chi_squared=statistic,
        chi_squared_p=math.erfc(math.sqrt(statistic / 2)),
    )


def _exact_p(b: int, c: int) -> float:
    """Twice the chance of at most min(b, c) heads in b + c throws of a fair coin, at most 1."""
    throws, term, below = b + c, 1, 1
    for heads in range(1, min(b, c) + 1):
        term = term * (throws - heads + 1) // heads
        below += term
    return min(1.0, 2 * below / (1 << throws))


def _chi_squared(b: int, c: int, continuity: bool) -> float:
    if b + c == 0:
        return 0.0
    beyond = max(0.0, float(abs(b - c)) - (1.0 if continuity else 0.0))
    return beyond * beyond / (b + c)
