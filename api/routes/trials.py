"""Trials of a search: listed, ranked, weighed against each other, looked at."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from api.comparing import ComparisonList, comparisons_of
from api.people.records import Role
from api.problems import documented
from api.ranking import front_of
from api.routes.dependencies import Cursor, Limit, TheSearch, TheStorage, requires
from api.schemas import ParetoFront, TrialDetail, TrialList, trial_detail, trial_list
from nas.leaderboard import MAX_NUMBER, NUMBER, parse_query
from nas.records import TrialStatus

router = APIRouter(prefix="/searches/{search}", tags=["trials"], dependencies=[requires(Role.READ)])

Condition = Annotated[str, Query(max_length=200)]
Where = Annotated[
    list[Condition],
    Query(max_length=20, description="metric, one of < <= > >= == !=, number", examples=[["params<300000"]]),
]
Statuses = Annotated[list[TrialStatus], Query(max_length=len(TrialStatus), description="trials in one of these")]
Sort = Annotated[
    str | None,
    Query(
        max_length=200,
        description="a metric, best first; -metric: largest first; metric:asc: smallest first; by default the first "
        "objective of the search",
        examples=["AP"],
    ),
]
Metrics = Annotated[
    list[Annotated[str, Query(max_length=200)]],
    Query(
        max_length=20,
        description="by default the first objective of the search, or the metrics its kind of task is published with",
        examples=[["AP", "params"]],
    ),
]
Paired = Annotated[bool, Query(description="whether to hold candidates to controls picture by picture, too")]
Number = Annotated[int, Path(ge=0, le=MAX_NUMBER, description="of the trial within its search")]


@router.get("/trials", responses=documented(404))
def list_trials(
    search: TheSearch,
    storage: TheStorage,
    status: Statuses = list(TrialStatus),  # noqa: B006 - FastAPI copies it
    limit: Limit = 50,
    cursor: Cursor = None,
) -> TrialList:
    """All trials by ascending number, in any status or some."""
    query = parse_query(sort=NUMBER, search=search, limit=limit, cursor=cursor, statuses=distinct(status))
    return trial_list(storage.leaderboard(search.id, query))


@router.get("/trials/{number}", responses=documented(404))
def get_trial(search: TheSearch, storage: TheStorage, number: Number) -> TrialDetail:
    """One trial with its architecture and all its measurements."""
    return trial_detail(storage.trial(search.id, number))


@router.get("/leaderboard", responses=documented(404))
def get_leaderboard(
    search: TheSearch,
    storage: TheStorage,
    sort: Sort = None,
    where: Where = [],  # noqa: B006 - FastAPI copies it
    status: Statuses = [TrialStatus.COMPLETED],  # noqa: B006 - FastAPI copies it
    limit: Limit = 50,
    cursor: Cursor = None,
) -> TrialList:
    """Trials sorted by any metric, ties by number, filtered by any metrics. Pages stay as quick in a search of 100,000
    trials as in a small one, and trials that finish meanwhile never make a row appear twice. Rows of candidates that
    were trained again carry the mean over these repeats, with spread and 95 % interval. 404 for a metric that no trial
    of the search has."""
    query = parse_query(sort=sort, search=search, where=where, limit=limit, cursor=cursor, statuses=distinct(status))
    return trial_list(storage.leaderboard(search.id, query))


@router.get("/pareto", responses=documented(404))
def get_pareto(search: TheSearch, storage: TheStorage, limit: Limit = 100) -> ParetoFront:
    """The feasible completed trials that no other trial beats on every objective, best of the first objective first."""
    return front_of(storage, search, limit)


@router.get("/comparisons", responses=documented(404))
def get_comparisons(
    search: TheSearch,
    storage: TheStorage,
    metric: Metrics = [],  # noqa: B006 - FastAPI copies it
    paired: Paired = True,
) -> ComparisonList:
    """The best candidates trained again: in the order of their means over new seeds, with spread, 95 % interval and
    whether each one beats the next; against their controls by differences paired by seed; where trials keep which
    pictures they got right, by McNemar's test within each seed. 404 for a metric that no trial of the search has."""
    return comparisons_of(storage, search, metric, paired=paired)


def distinct(statuses: list[TrialStatus]) -> tuple[TrialStatus, ...]:
    """Each once, in the order they were named."""
    return tuple(dict.fromkeys(statuses))
