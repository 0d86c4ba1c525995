"""Means over seeds with their spread and 95 % confidence interval, and which trials they are taken over."""

import statistics
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from nas.records import Trial, TrialStatus
from nas.student import quantile_975


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimate:
    """A mean over seeds; `std` is their standard deviation, `low` and `high` bound the 95 % confidence interval of the
    mean, all None with fewer than two seeds."""

    mean: float
    seeds: int
    std: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def excludes_zero(self) -> bool:
        """Whether the interval lies on one side of zero: the difference is more than the noise of seeds."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


Estimates = Mapping[int, Mapping[str, Estimate]]
"""Of candidates by number, by metric."""


def estimate(values: Sequence[float]) -> Estimate:
    """The mean of at least one value with its spread and its 95 % confidence interval (Student's t)."""
    mean = statistics.fmean(values)
    if len(values) < 2:
        return Estimate(mean=mean, seeds=len(values))
    std = statistics.stdev(values)
    reach = quantile_975(len(values) - 1) * std / len(values) ** 0.5
    return Estimate(mean=mean, seeds=len(values), std=std, low=mean - reach, high=mean + reach)


def repeated(trials: Iterable[Trial], metric: str) -> dict[int, list[float]]:
    """What the completed repeats of each candidate measured, by its number, in their order.

    The trial that made a candidate one of the best is not among them: of many it was the luckiest. Neither are repeats
    that failed, were cut short or lack the metric; one that is known before training has no repeats at all.
    """
    found: dict[int, list[float]] = {}
    for trial in sorted(trials, key=_repeat):
        beside = trial.companion
        if beside is not None and beside.control is None and trial.status is TrialStatus.COMPLETED:
            found.setdefault(beside.candidate, []).extend(_measured(trial, metric))
    return {candidate: values for candidate, values in found.items() if values}


def estimates_of(trials: Sequence[Trial], numbers: Collection[int], metrics: Iterable[str]) -> Estimates:
    """The estimates of these candidates in these metrics, over their repeats among the trials."""
    return estimated({metric: repeated(trials, metric) for metric in metrics}, numbers)


def estimated(values: Mapping[str, Mapping[int, Sequence[float]]], numbers: Collection[int]) -> Estimates:
    """From the values of repeats, by metric and candidate, to the estimates of these candidates that have any."""
    found: dict[int, dict[str, Estimate]] = {}
    for number in numbers:
        known = {metric: estimate(each[number]) for metric, each in values.items() if number in each}
        if known:
            found[number] = known
    return found


def _repeat(trial: Trial) -> int:
    return 0 if trial.companion is None else trial.companion.repeat


def _measured(trial: Trial, metric: str) -> list[float]:
    """The newest value of a measured metric; none where it was not measured."""
    return [measurement.metrics[metric] for measurement in trial.measurements if metric in measurement.metrics][-1:]
