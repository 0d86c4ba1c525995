"""What a constraint says about metrics. Static metrics are judged before training: a candidate that breaks one is
infeasible and costs nothing. Measured ones are known only after training: a completed trial that breaks one stays a
trial, and is left out of the Pareto front and of feasible listings."""

from collections.abc import Iterable, Mapping, Sequence

from nas.objectives import Constraint
from nas.records import Trial

UTMOST = 1e30
"""What lies further from 0 counts as this to strategies, so that squares and products of what they see stay finite."""


def violation(metrics: Mapping[str, float], constraints: Iterable[Constraint]) -> str | None:
    """The first bound that a known metric breaks, as "params 412,345 > 400,000"; None when all known ones hold."""
    for constraint in constraints:
        value = metrics.get(constraint.metric)
        if value is None:
            continue
        if constraint.max is not None and value > constraint.max:
            return f"{constraint.metric} {spelled(value)} > {spelled(constraint.max)}"
        if constraint.min is not None and value < constraint.min:
            return f"{constraint.metric} {spelled(value)} < {spelled(constraint.min)}"
    return None


def excess(metrics: Mapping[str, float], constraints: Iterable[Constraint]) -> float:
    """How far known metrics break their bounds, summed, each in units of its bound (of 1 where that is 0); at most
    `UTMOST`."""
    return min(UTMOST, sum(_beyond(metrics[c.metric], c) for c in constraints if c.metric in metrics))


def _beyond(value: float, constraint: Constraint) -> float:
    above = (0.0, 1.0) if constraint.max is None else (value - constraint.max, abs(constraint.max))
    below = (0.0, 1.0) if constraint.min is None else (constraint.min - value, abs(constraint.min))
    return sum(max(0.0, distance) / (bound or 1.0) for distance, bound in (above, below))


def feasible(trial: Trial, constraints: Sequence[Constraint]) -> bool:
    """Whether the trial has every constrained metric, within its bounds."""
    metrics = trial.metrics
    return all(c.metric in metrics for c in constraints) and violation(metrics, constraints) is None


def spelled(value: float) -> str:
    """The number as people read it: thousands separated, no needless decimals."""
    return f"{int(value):,}" if float(value).is_integer() else f"{value:,.6g}"
