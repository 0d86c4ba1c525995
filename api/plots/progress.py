"""The first objective over the trials of a search, and the best so far."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, Connection, Select, func, select

from api.pages import meets
from api.plots.sampling import Goal, first_goal, marked, measured_bounds, points_of, short, spread, trial_count
from api.tables import trial_metrics
from nas.ports import Condition
from nas.records import Search, TrialStatus

POINTS = 1500
STEPS = 500  # of the best so far
SHOWN = (TrialStatus.COMPLETED, TrialStatus.STOPPED)


class SeriesView(BaseModel):
    """Points of one kind, column by column."""

    status: str = Field(description="completed, stopped, or infeasible: completed, but breaks a measured constraint")
    number: list[int]
    value: list[float]


class BestView(BaseModel):
    """The best so far: by this trial there was this value."""

    number: list[int]
    value: list[float]


class ProgressView(BaseModel):
    """The first objective over trials."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "metric": "AP",
                    "goal": "maximize",
                    "trials": 3,
                    "step": 1,
                    "series": [{"status": "completed", "number": [0, 1, 2], "value": [0.31, 0.28, 0.35]}],
                    "best": {"number": [0, 2], "value": [0.31, 0.35]},
                }
            ]
        }
    )

    metric: str
    goal: str
    trials: int
    step: int = Field(description="every so many-th trial is among the points; the best so far counts all")
    series: list[SeriesView]
    best: BestView


def progress_of(connection: Connection, search: Search) -> ProgressView:
    """A sample of trials with their last value, and the running best of all feasible completed ones."""
    goal, bounds = first_goal(search), measured_bounds(search)
    total = trial_count(connection, search.id)
    sample = spread(total, POINTS)
    points = points_of(connection, search.id, sample, [goal.metric, *(bound.metric for bound in bounds)])
    series: dict[str, SeriesView] = {}
    for point in points:
        if point.status in SHOWN and goal.metric in point.values:
            status = marked(point, bounds)
            one = series.setdefault(status, SeriesView(status=status, number=[], value=[]))
            one.number.append(point.number)
            one.value.append(short(point.values[goal.metric]))
    return ProgressView(
        metric=goal.metric,
        goal=goal.word,
        trials=total,
        step=sample.step,
        series=[series[status] for status in sorted(series)],
        best=_best(connection, search.id, goal, bounds, total),
    )


def _best(connection: Connection, search_id: str, goal: Goal, bounds: tuple[Condition, ...], total: int) -> BestView:
    """The running best, exact at the ends of up to `STEPS` stretches of the search."""
    width = spread(total, STEPS).step
    best = BestView(number=[], value=[])
    for stretch, value in connection.execute(_extremes(search_id, goal, bounds, width)):
        if not best.value or (value > best.value[-1] if goal.larger else value < best.value[-1]):
            best.number.append(min((stretch + 1) * width, total) - 1)
            best.value.append(value)
    return BestView(number=best.number, value=[short(value) for value in best.value])


def _extremes(search_id: str, goal: Goal, bounds: tuple[Condition, ...], width: int) -> Select[Any]:
    """The best value of each stretch of so many trials: one walk along the index, within the database."""
    metric = trial_metrics.c
    extreme: ColumnElement[float] = (func.max if goal.larger else func.min)(metric.value)
    stretch = metric.number // width
    return (
        select(stretch, extreme)
        .where(metric.search_id == search_id, metric.metric == goal.metric)
        .where(
            metric.status == TrialStatus.COMPLETED.value, *(meets(search_id, metric.number, each) for each in bounds)
        )
        .group_by(stretch)
        .order_by(stretch)
    )
