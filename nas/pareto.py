"""The Pareto front: the trials that no other trial beats on every objective."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from nas.constraints import feasible
from nas.objectives import Constraint, Objective
from nas.records import Trial, TrialStatus

Key = TypeVar("Key")
Point = tuple[float, ...]


def pareto_front(
    trials: Iterable[Trial], objectives: Sequence[Objective], constraints: Sequence[Constraint] = ()
) -> list[Trial]:
    """The feasible completed trials no other such trial dominates, best of the first objective first, then by number.

    A trial that lacks an objective, or breaks a constraint on a measured metric, is left out.
    """
    points = {
        trial.number: (point(trial.metrics, objectives), trial)
        for trial in trials
        if trial.status is TrialStatus.COMPLETED
        and feasible(trial, constraints)
        and not missing(trial.metrics, objectives)
    }
    front = non_dominated({number: values for number, (values, _) in points.items()})
    return [points[number][1] for number in sorted(front, key=lambda number: (-points[number][0][0], number))]


def point(metrics: Mapping[str, float], objectives: Sequence[Objective]) -> Point:
    """The objectives of a trial with these metrics, larger is better."""
    return tuple(metrics[o.metric] if o.goal == "maximize" else -metrics[o.metric] for o in objectives)


def missing(metrics: Mapping[str, float], objectives: Sequence[Objective]) -> list[str]:
    """The objectives that were not measured."""
    return [objective.metric for objective in objectives if objective.metric not in metrics]


def non_dominated(points: dict[Key, Point]) -> set[Key]:
    """The keys of the points no other point dominates; equal points stay together.

    A point can be dominated only by one before it in descending lexicographic order, so one pass against the front so
    far is enough.
    """
    front: list[Point] = []
    kept: set[Point] = set()
    for candidate in sorted(set(points.values()), reverse=True):
        if not any(dominates(member, candidate) for member in reversed(front)):
            front.append(candidate)
            kept.add(candidate)
    return {key for key, values in points.items() if values in kept}


def dominates(a: Point, b: Point) -> bool:
    """Whether `a` is nowhere worse than `b` and somewhere better; larger is better."""
    return a != b and all(mine >= theirs for mine, theirs in zip(a, b, strict=True))
