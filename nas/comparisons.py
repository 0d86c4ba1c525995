"""How candidates compare with their controls over several seeds: means, paired differences, confidence intervals."""

import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from nas.records import Trial, TrialStatus

CANDIDATE = "candidate"
TABLES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"robustness": ("top1_mean", "top1_clean", "top1_noise", "top1_blur")}  # Suzuki et al.
)
"""The metrics in which a kind of task is compared where none is named; of other tasks, the first objective alone."""

# Student's t, 97.5 % quantile, for 1, 2, ... 30 degrees of freedom; beyond, the normal one is close enough.
T_975 = (
    *(12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228),
    *(2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086),
    *(2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042),
)
NORMAL_975 = 1.960


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimate:
    """A mean over seeds; `low` and `high` bound the 95 % confidence interval, None with fewer than two seeds."""

    mean: float
    seeds: int
    low: float | None = None
    high: float | None = None

    @property
    def excludes_zero(self) -> bool:
        """Whether the interval lies on one side of zero: the difference is more than the noise of seeds."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """One candidate against one of its controls in one metric; `difference` is candidate minus control, by seed."""

    candidate: int
    control: str
    metric: str
    candidate_value: Estimate
    control_value: Estimate
    difference: Estimate | None  # None where no seed was completed by both


def comparisons(trials: Sequence[Trial], metric: str) -> list[Comparison]:
    """Every candidate that has controls against each of them, by number and then in the controls' order.

    Only companions count, not the trial by which a candidate became one of the best: of many it was the luckiest. Those
    that have not completed, or lack the metric, count for nothing.
    """
    measured: dict[int, dict[str, dict[int, float]]] = {}
    for candidate, name, repeat, value in _values(trials, metric):
        measured.setdefault(candidate, {}).setdefault(name, {})[repeat] = value
    return [
        _compared(candidate, name, metric, values[CANDIDATE], control)
        for candidate, values in sorted(measured.items())
        for name, control in values.items()
        if name != CANDIDATE and CANDIDATE in values
    ]


def estimate(values: Sequence[float]) -> Estimate:
    """The mean of at least one value with its 95 % confidence interval (Student's t)."""
    mean = statistics.fmean(values)
    if len(values) < 2:
        return Estimate(mean=mean, seeds=len(values))
    freedom = len(values) - 1
    quantile = T_975[freedom - 1] if freedom <= len(T_975) else NORMAL_975
    reach = quantile * statistics.stdev(values) / len(values) ** 0.5
    return Estimate(mean=mean, seeds=len(values), low=mean - reach, high=mean + reach)


def _values(trials: Sequence[Trial], metric: str) -> Iterator[tuple[int, str, int, float]]:
    """Candidate, name, repeat and value of every completed trial that was measured."""
    for trial in trials:
        companion = trial.companion
        if companion is not None and trial.status is TrialStatus.COMPLETED and metric in trial.metrics:
            yield companion.candidate, companion.control or CANDIDATE, companion.repeat, trial.metrics[metric]


def _compared(
    candidate: int, name: str, metric: str, ours: Mapping[int, float], control: Mapping[int, float]
) -> Comparison:
    paired = [ours[repeat] - control[repeat] for repeat in sorted(ours.keys() & control.keys())]
    return Comparison(
        candidate=candidate,
        control=name,
        metric=metric,
        candidate_value=estimate(list(ours.values())),
        control_value=estimate(list(control.values())),
        difference=estimate(paired) if paired else None,
    )
