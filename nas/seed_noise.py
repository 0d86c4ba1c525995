"""How far architectures lie apart, beside how far the seeds of one architecture do: one-way analysis of variance."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from statistics import fmean

from nas.intervals import Interval

DRAWS = 200_000  # of the F distribution, for its quantiles; they are off by about 1 %


@dataclass(frozen=True, kw_only=True, slots=True)
class SeedNoise:
    """Components of variance. `signal_to_noise` is the variance between architectures over that of seeds, `agreement`
    the intraclass correlation: what share of the variance of single trainings lies between architectures. Intervals are
    exact for normal noise. Without any noise `signal_to_noise` is empty and `agreement` is 1."""

    between_std: float
    seed_std: float
    signal_to_noise: Interval
    agreement: Interval


def seed_noise(groups: Sequence[Sequence[float]]) -> SeedNoise | None:
    """Of the values of each architecture, one per seed; None without two architectures and a repeat of one."""
    groups = [group for group in groups if group]
    total = sum(map(len, groups))
    freedom = (len(groups) - 1, total - len(groups))
    if min(freedom) < 1:
        return None
    between, within = _mean_squares(groups, freedom)
    size = (total - sum(len(group) ** 2 for group in groups) / total) / freedom[0]
    component = max(0.0, (between - within) / size)
    ratio = _ratio(between, within, freedom=freedom, size=size)
    return SeedNoise(
        between_std=component**0.5,
        seed_std=within**0.5,
        signal_to_noise=ratio,
        agreement=_agreement(ratio, noiseless=within == 0 < between),
    )


def _mean_squares(groups: Sequence[Sequence[float]], freedom: tuple[int, int]) -> tuple[float, float]:
    """Between the groups and within them."""
    grand, means = fmean(chain.from_iterable(groups)), [fmean(group) for group in groups]
    between = sum(len(group) * (mean - grand) ** 2 for group, mean in zip(groups, means, strict=True))
    within = sum((value - mean) ** 2 for group, mean in zip(groups, means, strict=True) for value in group)
    return between / freedom[0], within / freedom[1]


def _ratio(between: float, within: float, *, freedom: tuple[int, int], size: float) -> Interval:
    if within == 0:
        return Interval() if between else Interval(value=0.0)
    found = between / within
    low, high = f_quantiles(*freedom)
    value, least, most = (max(0.0, (one - 1) / size) for one in (found, found / high, found / low))
    return Interval(value=value, low=least, high=most)


def _agreement(ratio: Interval, *, noiseless: bool) -> Interval:
    if noiseless:
        return Interval(value=1.0, low=1.0, high=1.0)
    value, low, high = (None if each is None else each / (1 + each) for each in (ratio.value, ratio.low, ratio.high))
    return Interval(value=value, low=low, high=high)


@lru_cache(maxsize=64)
def f_quantiles(between: int, within: int) -> tuple[float, float]:
    """The 2.5 % and 97.5 % quantiles of the F distribution, by seeded draws: the service has no scipy."""
    import numpy as np  # whoever only reads reports does without it

    from nas.rank_correlation import SEED

    draws = np.random.default_rng(SEED).f(between, within, DRAWS)
    low, high = np.quantile(draws, [0.025, 0.975])
    return float(low), float(high)
