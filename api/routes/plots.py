"""What plots of a search show: bounded, whatever the number of trials."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel
from sqlalchemy import Connection

from api.database import reading
from api.pages import metric_names
from api.people.records import Role
from api.plots.choices import ChoicesView, choices_of
from api.plots.curves import CurvesView, curves_view_of
from api.plots.pareto import ParetoView, pareto_of
from api.plots.progress import ProgressView, progress_of
from api.plots.sampling import goal_of
from api.plots.timeline import TimelineView, timeline_of
from api.problems import documented
from api.pulse import trials_by_status
from api.routes.dependencies import Service, TheSearch, TheService, requires
from api.schemas import MetricList, MetricView
from nas.clock import utc
from nas.leaderboard import MAX_NUMBER
from nas.records import Search

router = APIRouter(prefix="/searches/{search}", tags=["plots"], dependencies=[requires(Role.READ)])

Metric = Annotated[str | None, Query(max_length=200, description="by default the first objective")]
Before = Annotated[
    int | None, Query(ge=0, le=MAX_NUMBER, description="`earlier_before` of the answer with later trials")
]


@router.get("/metrics", responses=documented(404))
def list_metrics(search: TheSearch, service: TheService) -> MetricList:
    """The metrics that trials of the search have so far, and which way each is better."""
    objectives = [objective["metric"] for objective in search.document.get("objectives", ())]
    with reading(service.storage.engine) as connection:
        names = metric_names(connection, search.id)
    return MetricList(
        items=[MetricView(name=name, goal=goal_of(search, name).word, objective=name in objectives) for name in names]
    )


@router.get("/plots/progress", responses=documented(404), response_model=ProgressView)
def plot_progress(search: TheSearch, service: TheService) -> Response:
    """The first objective over trials, and the best so far."""
    return _remembered(service, search, "progress", lambda connection: progress_of(connection, search))


@router.get("/plots/curves", responses=documented(404))
def plot_curves(search: TheSearch, service: TheService, metric: Metric = None) -> CurvesView:
    """Learning curves: the best, those that run, those stopped early, and an even sample of all."""
    with reading(service.storage.engine) as connection:
        return curves_view_of(connection, search, metric)


@router.get("/plots/pareto", responses=documented(404), response_model=ParetoView)
def plot_pareto(
    search: TheSearch,
    service: TheService,
    x: Annotated[str | None, Query(max_length=200, description="by default the second objective, or a cost")] = None,
    y: Metric = None,
) -> Response:
    """Two metrics of completed trials against each other, and their front. 404 for a metric that no trial has."""
    key = f"pareto {x!r} {y!r}"
    return _remembered(service, search, key, lambda connection: pareto_of(connection, search, x=x, y=y))


@router.get("/plots/choices", responses=documented(404), response_model=ChoicesView)
def plot_choices(search: TheSearch, service: TheService) -> Response:
    """Which choices matter for the first objective, and trials as lines through them, their cost and what they
    reached."""
    return _remembered(service, search, "choices", lambda connection: choices_of(connection, search))


@router.get("/plots/timeline", responses=documented(404))
def plot_timeline(search: TheSearch, service: TheService, before: Before = None) -> TimelineView:
    """When the newest trials ran, in as many lanes as ran at a time; with `before` those before them."""
    with reading(service.storage.engine) as connection:
        return timeline_of(connection, search, now=utc(service.storage.clock()), before=before)


def _remembered(service: Service, search: Search, key: str, make: Callable[[Connection], BaseModel]) -> Response:
    """The plot as JSON, made anew only when trials have moved on, and not all the time even then."""
    with reading(service.storage.engine) as connection:
        stamp = tuple(sorted(trials_by_status(connection, search.id).items()))
        answer = service.memo.answer(
            (search.id, key), stamp=stamp, make=lambda: make(connection).model_dump_json().encode()
        )
    return Response(answer, media_type="application/json")
