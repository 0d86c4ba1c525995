"""Which trials a plot shows of many, and how their values are read: by key, so that a million cost what a thousand do.

A sample is every 2^k-th number: as the search grows the points of a plot stay where they were, and half of them go when
the step doubles.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, log2
from typing import Any

from sqlalchemy import Connection, Select, func, select

from api.tables import trial_metrics, trials
from nas.leaderboard import OPERATORS, more_is_better, parse_query
from nas.ports import Condition
from nas.records import Search, TrialStatus
from nas.rules import KNOWN

BROKEN = "infeasible"  # how completed trials are marked that break a measured constraint
_CHUNK = 2_000  # numbers in one statement


@dataclass(frozen=True, kw_only=True, slots=True)
class Goal:
    """A metric and which way it is better."""

    metric: str
    larger: bool

    @property
    def word(self) -> str:
        """As documents spell it."""
        return "maximize" if self.larger else "minimize"


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """What is known of one trial: its status, and those of the metrics asked for that it has."""

    number: int
    status: str
    values: dict[str, float]


def first_goal(search: Search) -> Goal:
    """The first objective. Raises `InvalidQuery` for a search without one, which no document allows."""
    query = parse_query(search=search)
    return Goal(metric=query.sort, larger=query.descending)


def goal_of(search: Search, metric: str) -> Goal:
    """The metric in the direction its objective says, else in the one that is usual."""
    for objective in search.document.get("objectives", ()):
        if objective["metric"] == metric:
            return Goal(metric=metric, larger=objective.get("goal", "maximize") == "maximize")
    return Goal(metric=metric, larger=more_is_better(metric))


def measured_bounds(search: Search) -> tuple[Condition, ...]:
    """The constraints that are known only after training; a candidate that breaks another one never was a trial."""
    bounds = (("<=", "max"), (">=", "min"))
    return tuple(
        Condition(metric=constraint["metric"], operator=operator, bound=constraint[side])
        for constraint in search.document.get("constraints", ())
        for operator, side in bounds
        if constraint["metric"] not in KNOWN and constraint.get(side) is not None
    )


def trial_count(connection: Connection, search_id: str) -> int:
    """How many trials the search has: numbers have no gaps."""
    last = connection.execute(select(func.max(trials.c.number)).where(trials.c.search_id == search_id)).scalar_one()
    return 0 if last is None else int(last) + 1


def spread(total: int, limit: int) -> range:
    """Up to `limit` numbers of 0 .. total-1, evenly."""
    step = 1 if total <= limit else 2 ** ceil(log2(total / limit))
    return range(0, total, step)


def points_of(connection: Connection, search_id: str, numbers: Sequence[int], metrics: Iterable[str]) -> list[Point]:
    """The trials of these numbers that have one of the metrics, ascending."""
    wanted = sorted(set(metrics))
    found: dict[int, Point] = {}
    for start in range(0, len(numbers), _CHUNK):
        for number, status, metric, value in connection.execute(_values(search_id, numbers[start:], wanted)):
            point = found.setdefault(number, Point(number=number, status=status, values={}))
            point.values[metric] = value
    return [found[number] for number in sorted(found)]


def marked(point: Point, bounds: Iterable[Condition]) -> str:
    """Its status, or that it completed and breaks a bound."""
    broken = any(
        bound.metric in point.values and not OPERATORS[bound.operator](point.values[bound.metric], bound.bound)
        for bound in bounds
    )
    return BROKEN if broken and point.status == TrialStatus.COMPLETED else point.status


def thinned(values: Sequence[int], limit: int) -> list[int]:
    """Up to `limit` of the values, evenly, the first and the last among them."""
    if len(values) <= limit:
        return list(values)
    return [values[round(place * (len(values) - 1) / (limit - 1))] for place in range(limit)]


def short(value: float) -> float:
    """The value to six digits: no plot shows more, and every digit is sent."""
    return float(f"{value:.6g}")


def _values(search_id: str, numbers: Sequence[int], metrics: Sequence[str]) -> Select[Any]:
    metric = trial_metrics.c
    return select(metric.number, metric.status, metric.metric, metric.value).where(
        metric.search_id == search_id, metric.number.in_(numbers[:_CHUNK]), metric.metric.in_(metrics)
    )
