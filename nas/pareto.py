"""The Pareto front: the trials that no other trial beats on every objective; fronts behind it, crowding within one."""

from bisect import bisect_left
from collections.abc import Hashable, Iterable, Mapping, Sequence
from math import inf
from typing import TypeVar

from nas.constraints import UTMOST, feasible
from nas.objectives import Constraint, Objective
from nas.records import Trial, TrialStatus

Key = TypeVar("Key", bound=Hashable)
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


def outcome_point(metrics: Mapping[str, float], objectives: Sequence[Objective]) -> Point:
    """The same as strategies see it: none further from 0 than `UTMOST`."""
    return tuple(max(-UTMOST, min(UTMOST, value)) for value in point(metrics, objectives))


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
        if not beaten(candidate, front):
            front.append(candidate)
            kept.add(candidate)
    return {key for key, values in points.items() if values in kept}


def fronts(points: Mapping[Key, Point]) -> list[list[Key]]:
    """The keys by front: points of the first are dominated by none, of each next one only by points of those before.

    Equal points stay together. Efficient non-dominated sort (Zhang et al. 2015): in descending lexicographic order the
    fronts that beat a point are the first ones, so its own is found by bisection.
    """
    found: list[list[Point]] = []
    place: dict[Point, int] = {}
    for candidate in sorted(set(points.values()), reverse=True):
        place[candidate] = bisect_left(found, True, key=lambda front: not beaten(candidate, front))
        if place[candidate] == len(found):
            found.append([])
        found[place[candidate]].append(candidate)
    keys: list[list[Key]] = [[] for _ in found]
    for key, values in points.items():
        keys[place[values]].append(key)
    return keys


def crowding(front: Mapping[Key, Point]) -> dict[Key, float]:
    """How far the points of a front lie from their neighbours, summed over the objectives, each in units of its range.

    Infinite for the first and the last along an objective that differs at all (Deb et al. 2002, III.B).
    """
    distances = dict.fromkeys(front, 0.0)
    for axis in zip(*front.values(), strict=True):
        low, high = min(axis), max(axis)
        if low == high:
            continue
        order = [key for _, key in sorted(zip(axis, front, strict=True), key=lambda pair: pair[0])]
        values = sorted(axis)
        distances[order[0]] = distances[order[-1]] = inf
        for before, key, after in zip(values, order[1:-1], values[2:], strict=False):
            distances[key] += (after - before) / (high - low)
    return distances


def beaten(candidate: Point, front: Sequence[Point]) -> bool:
    """Whether a point of the front, in the order of `non_dominated`, dominates the candidate."""
    return any(dominates(member, candidate) for member in reversed(front))


def dominates(a: Point, b: Point) -> bool:
    """Whether `a` is nowhere worse than `b` and somewhere better; larger is better."""
    return a != b and all(mine >= theirs for mine, theirs in zip(a, b, strict=True))
