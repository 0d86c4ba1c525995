"""How candidates compare with their controls over several seeds: means, paired differences, confidence intervals."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from nas.estimates import Estimate, estimate
from nas.records import Trial, TrialStatus

CANDIDATE = "candidate"
TABLES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"robustness": ("top1_mean", "top1_clean", "top1_noise", "top1_blur")}  # Suzuki et al.
)
"""The metrics in which a kind of task is compared where none is named; of other tasks, the first objective alone."""


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
