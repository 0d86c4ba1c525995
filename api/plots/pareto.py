"""Two metrics against each other: a sample of trials, and the front of them all."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection, Select, func, or_, select

from api.pages import has_completed, meets, metric_names
from api.plots.sampling import (
    BROKEN,
    Goal,
    first_goal,
    goal_of,
    marked,
    measured_bounds,
    points_of,
    short,
    spread,
    thinned,
    trial_count,
)
from api.tables import trial_metrics
from nas.leaderboard import check_metrics
from nas.ports import Condition, Query
from nas.records import Search, TrialStatus

POINTS = 1200
FRONT = 400
COSTS = ("macs", "params")  # what an objective is held to when no second one is named


class AxisView(BaseModel):
    """A metric and which way it is better."""

    metric: str
    goal: str


class CloudView(BaseModel):
    """Trials, column by column."""

    number: list[int]
    x: list[float]
    y: list[float]


class ParetoView(BaseModel):
    """Completed trials by two metrics."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "x": {"metric": "params", "goal": "minimize"},
                    "y": {"metric": "AP", "goal": "maximize"},
                    "metrics": ["AP", "params"],
                    "step": 1,
                    "feasible": {"number": [0, 1], "x": [310000.0, 290000.0], "y": [0.31, 0.28]},
                    "infeasible": {"number": [], "x": [], "y": []},
                    "front": {"number": [1, 0], "x": [290000.0, 310000.0], "y": [0.28, 0.31]},
                    "front_size": 2,
                }
            ]
        }
    )

    x: AxisView
    y: AxisView
    metrics: list[str] = Field(description="what may be asked for as `x` and `y`")
    step: int = Field(description="every so many-th trial is shown; the front is that of all")
    feasible: CloudView
    infeasible: CloudView = Field(description="trials that break a measured constraint")
    front: CloudView = Field(description="ascending x; of trials with equal values, the first")
    front_size: int


def pareto_of(connection: Connection, search: Search, *, x: str | None = None, y: str | None = None) -> ParetoView:
    """By default the first objective over the second, or over what the network costs.

    Raises `NotFound` for a metric that no trial has, once one has completed.
    """
    names = metric_names(connection, search.id)
    ordinate = goal_of(search, y) if y else first_goal(search)
    abscissa = goal_of(search, x or _other(search, ordinate.metric, names))
    if has_completed(connection, search.id):
        for metric in (abscissa.metric, ordinate.metric):
            check_metrics(Query(sort=metric), names, search.id)
    bounds = measured_bounds(search)
    sample = spread(trial_count(connection, search.id), POINTS)
    clouds = _clouds(connection, search.id, sample, abscissa, ordinate, bounds)
    front = list(connection.execute(_front(search.id, abscissa, ordinate, bounds)))
    front.sort(key=lambda row: row.x)
    shown = [front[place] for place in thinned(range(len(front)), FRONT)]
    return ParetoView(
        x=AxisView(metric=abscissa.metric, goal=abscissa.word),
        y=AxisView(metric=ordinate.metric, goal=ordinate.word),
        metrics=names,
        step=sample.step,
        feasible=clouds[TrialStatus.COMPLETED],
        infeasible=clouds[BROKEN],
        front=CloudView(
            number=[row.number for row in shown], x=[short(row.x) for row in shown], y=[short(row.y) for row in shown]
        ),
        front_size=len(front),
    )


def _other(search: Search, metric: str, names: list[str]) -> str:
    """What a metric is shown over when nothing is asked for."""
    objectives = [objective["metric"] for objective in search.document.get("objectives", ())]
    candidates = [*objectives, *(cost for cost in COSTS if cost in names), *names]
    return next((name for name in candidates if name != metric), metric)


def _clouds(
    connection: Connection, search_id: str, sample: range, x: Goal, y: Goal, bounds: tuple[Condition, ...]
) -> dict[str, CloudView]:
    clouds = {mark: CloudView(number=[], x=[], y=[]) for mark in (TrialStatus.COMPLETED, BROKEN)}
    wanted = [x.metric, y.metric, *(bound.metric for bound in bounds)]
    for point in points_of(connection, search_id, sample, wanted):
        cloud = clouds.get(marked(point, bounds))
        if cloud is not None and x.metric in point.values and y.metric in point.values:
            cloud.number.append(point.number)
            cloud.x.append(short(point.values[x.metric]))
            cloud.y.append(short(point.values[y.metric]))
    return clouds


def _front(search_id: str, x: Goal, y: Goal, bounds: tuple[Condition, ...]) -> Select[Any]:
    """The completed trials with a better y than all with a better x: one pass in the order of x, in the database."""
    pairs = _pairs(search_id, x, y, bounds).subquery()
    best_before = func.max(pairs.c.up).over(
        order_by=[pairs.c.right.desc(), pairs.c.up.desc(), pairs.c.number], rows=(None, -1)
    )
    ranked = select(pairs.c.number, pairs.c.x, pairs.c.y, pairs.c.up, best_before.label("before")).subquery()
    return select(ranked.c.number, ranked.c.x, ranked.c.y).where(
        or_(ranked.c.before.is_(None), ranked.c.up > ranked.c.before)
    )


def _pairs(search_id: str, x: Goal, y: Goal, bounds: tuple[Condition, ...]) -> Select[Any]:
    """Both values of every feasible completed trial, also as `right` and `up`, of which larger is better."""
    horizontal, vertical = trial_metrics.alias(), trial_metrics.alias()
    right = horizontal.c.value if x.larger else -horizontal.c.value
    up = vertical.c.value if y.larger else -vertical.c.value
    return (
        select(
            horizontal.c.number,
            horizontal.c.value.label("x"),
            vertical.c.value.label("y"),
            right.label("right"),
            up.label("up"),
        )
        .where(horizontal.c.search_id == search_id, horizontal.c.metric == x.metric)
        .where(horizontal.c.status == TrialStatus.COMPLETED.value, vertical.c.search_id == search_id)
        .where(vertical.c.metric == y.metric, vertical.c.number == horizontal.c.number)
        .where(*(meets(search_id, horizontal.c.number, bound) for bound in bounds))
    )
