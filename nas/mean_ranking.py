"""Candidates that were trained again, in the order of their means, and whether each one really beats the next.

Repeats of different candidates have different seeds (see docs/decisions/0005), so two of them are held to each other
by Welch's test, which asks for no common spread. Whether number 1 beats number 2 is one question, and its p stands as
it is. The pairs below are further questions, adjusted for one another (Holm 1979): with a chance of at most 5 % any of
them is called better that is not. Choosing neighbours by their order only makes gaps smaller, never larger: of five
candidates that are all alike, number 1 is called better than number 2 in 1 of 100 rankings.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, zip_longest
from math import copysign, inf

from nas.estimates import Estimate, estimate, repeated
from nas.records import Trial
from nas.student import quantile_975, two_sided_p

LEVEL = 0.05  # chances below are more than the noise of seeds


@dataclass(frozen=True, kw_only=True, slots=True)
class Lead:
    """One candidate minus the next: `low` and `high` bound the 95 % interval of this difference alone; they and the
    chances are None where either has fewer than two seeds."""

    over: int  # the number of the next candidate
    mean: float
    low: float | None = None
    high: float | None = None
    p: float | None = None  # two-sided
    adjusted_p: float | None = None  # what the verdict goes by


@dataclass(frozen=True, kw_only=True, slots=True)
class Ranked:
    """A candidate by the mean of its repeats; `first` is the value of the trial that made it one of the best."""

    candidate: int
    first: float | None
    value: Estimate
    lead: Lead | None  # None: it is the last


def mean_ranking(trials: Sequence[Trial], metric: str, *, more_is_better: bool) -> list[Ranked]:
    """The candidates with completed repeats in the order of their means, best first, ties by number.

    The trials are companions and the candidates they stand beside. A metric known before training ranks nothing.
    """
    values = {candidate: estimate(found) for candidate, found in repeated(trials, metric).items()}
    first = {trial.number: trial.metrics.get(metric) for trial in trials}
    sign = -1 if more_is_better else 1
    order = sorted(values, key=lambda candidate: (sign * values[candidate].mean, candidate))
    leads = [lead_over(values[one], values[following], over=following) for one, following in pairwise(order)]
    return [
        Ranked(candidate=candidate, first=first.get(candidate), value=values[candidate], lead=lead)
        for candidate, lead in zip_longest(order, _adjusted(leads))
    ]


def lead_over(ours: Estimate, theirs: Estimate, *, over: int) -> Lead:
    """Welch's test of two means, its degrees of freedom after Satterthwaite (1946); not adjusted for others."""
    mean = ours.mean - theirs.mean
    if ours.std is None or theirs.std is None:
        return Lead(over=over, mean=mean)
    parts = (ours.std**2 / ours.seeds, theirs.std**2 / theirs.seeds)
    variance = sum(parts)
    if variance == 0:
        p = two_sided_p(copysign(inf, mean) if mean else 0.0, 1)
        return Lead(over=over, mean=mean, low=mean, high=mean, p=p, adjusted_p=p)
    shares = [part / variance for part in parts]
    freedom = 1 / (shares[0] ** 2 / (ours.seeds - 1) + shares[1] ** 2 / (theirs.seeds - 1))
    reach = quantile_975(freedom) * variance**0.5
    p = two_sided_p(mean / variance**0.5, freedom)
    return Lead(over=over, mean=mean, low=mean - reach, high=mean + reach, p=p, adjusted_p=p)


def holm(chances: Sequence[float]) -> list[float]:
    """The chances adjusted for how many they are, in their order (Holm 1979)."""
    adjusted = [0.0] * len(chances)
    least = 0.0
    for place, index in enumerate(sorted(range(len(chances)), key=chances.__getitem__)):
        least = max(least, min(1.0, (len(chances) - place) * chances[index]))
        adjusted[index] = least
    return adjusted


def _adjusted(leads: Sequence[Lead]) -> list[Lead]:
    """The first as it is, the others adjusted for one another as far as they could be tested."""
    tested = [lead for lead in leads[1:] if lead.p is not None]
    chances = iter(holm([lead.p for lead in tested if lead.p is not None]))
    below = [lead if lead.p is None else replace(lead, adjusted_p=next(chances)) for lead in leads[1:]]
    return [*leads[:1], *below]
