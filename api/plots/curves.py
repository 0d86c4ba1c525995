"""Learning curves of some trials: the best, the newest that run, the newest that were stopped, a sample of all."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection, Select, select

from api.pages import positions
from api.plots.sampling import first_goal, goal_of, measured_bounds, short, spread, thinned, trial_count
from api.tables import measurements, trials
from nas.ports import Query
from nas.records import Search, TrialStatus

BEST = 8
NEWEST = 8  # of those that run
STOPPED = 16
SAMPLE = 40
POINTS = 40  # of a curve


class CurveView(BaseModel):
    """One metric of a trial over what it received."""

    number: int
    status: str
    best: bool = Field(description="whether it is among the best completed trials")
    fidelity: list[int]
    value: list[float]


class CurvesView(BaseModel):
    """Learning curves of one metric."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "metric": "AP",
                    "goal": "maximize",
                    "trials": 1,
                    "curves": [
                        {"number": 0, "status": "completed", "best": True, "fidelity": [4, 8], "value": [0.2, 0.31]}
                    ],
                }
            ]
        }
    )

    metric: str
    goal: str
    trials: int = Field(description="of the search; `curves` holds some of them")
    curves: list[CurveView] = Field(description="ascending number; a curve of many points is thinned")


def curves_view_of(connection: Connection, search: Search, metric: str | None = None) -> CurvesView:
    """Curves of the first objective, or of the metric. A trial without a measurement of it is left out."""
    goal = goal_of(search, metric) if metric else first_goal(search)
    total = trial_count(connection, search.id)
    best_first = Query(sort=goal.metric, descending=goal.larger, where=measured_bounds(search), limit=BEST)
    best = {each.number for each in positions(connection, search.id, best_first)[:BEST]}
    numbers = {*spread(total, SAMPLE), *best}
    for status, most in ((TrialStatus.RUNNING, NEWEST), (TrialStatus.STOPPED, STOPPED)):
        numbers.update(connection.scalars(_newest(search.id, status, most)))
    statuses = {row.number: row.status for row in connection.execute(_statuses(search.id, numbers))}
    curves = _curves(connection, search.id, numbers, goal.metric)
    shown = [_curve(number, statuses[number], number in best, curves[number]) for number in sorted(curves)]
    return CurvesView(metric=goal.metric, goal=goal.word, trials=total, curves=shown)


def _curve(number: int, status: str, best: bool, points: list[tuple[int, float]]) -> CurveView:
    kept = [points[place] for place in thinned(range(len(points)), POINTS)]
    return CurveView(
        number=number,
        status=status,
        best=best,
        fidelity=[fidelity for fidelity, _ in kept],
        value=[short(value) for _, value in kept],
    )


def _curves(
    connection: Connection, search_id: str, numbers: Iterable[int], metric: str
) -> dict[int, list[tuple[int, float]]]:
    found: dict[int, list[tuple[int, float]]] = defaultdict(list)
    value = measurements.c.metrics[metric].as_float()  # taken out of the JSON where it lies
    statement = (
        select(measurements.c.number, measurements.c.fidelity, value)
        .where(measurements.c.search_id == search_id, measurements.c.number.in_(sorted(numbers)))
        .order_by(measurements.c.number, measurements.c.fidelity)
    )
    for number, fidelity, measured in connection.execute(statement):
        if measured is not None:
            found[number].append((fidelity, measured))
    return found


def _newest(search_id: str, status: TrialStatus, most: int) -> Select[Any]:
    return (
        select(trials.c.number)
        .where(trials.c.search_id == search_id, trials.c.status == status.value)
        .order_by(trials.c.number.desc())
        .limit(most)
    )


def _statuses(search_id: str, numbers: Iterable[int]) -> Select[Any]:
    return select(trials.c.number, trials.c.status).where(
        trials.c.search_id == search_id, trials.c.number.in_(sorted(numbers))
    )
