"""Retrainings: a chosen trial's architecture trained on the full task, asked for and listed."""

from typing import Annotated

from fastapi import APIRouter, Query, Response, status

from api.people.records import Role
from api.problems import documented
from api.retrainings import RetrainingList, RetrainingOptions, RetrainingView, retraining_views, retrainings
from api.routes.dependencies import Cursor, InProject, Limit, TheDataSets, TheDesk, TheSearch, TheService, requires
from api.routes.searches import IdempotencyKey
from api.routes.trials import Number
from api.submission import submitted_document
from nas.creation import create_search
from nas.document import SearchDocument
from nas.retraining import retraining_document

router = APIRouter(tags=["retrainings"])
OfSearch = Annotated[str | None, Query(max_length=100, description="only of trials of the search with this name or id")]


@router.post(
    "/searches/{search}/trials/{number}/retrain",
    dependencies=[requires(Role.SUBMIT)],
    status_code=status.HTTP_201_CREATED,
    responses=documented(404, 409, 413, 415),
)
def retrain_trial(
    search: TheSearch,
    number: Number,
    response: Response,
    service: TheService,
    desk: TheDesk,
    data_sets: TheDataSets,
    options: RetrainingOptions = RetrainingOptions(),  # noqa: B008 - frozen defaults
    idempotency_key: IdempotencyKey = None,
) -> RetrainingView:
    """Submits a search that trains the architecture of this trial on the full task: the task of its search with these
    changes. It is queued, and is watched, paused and cancelled as any search."""
    trial = service.storage.trial(search.id, number)
    wanted = retraining_document(search, trial, options.changes, seeds=options.seeds)
    accepted = submitted_document(wanted, service.settings, find=data_sets.find, anywhere=desk.trusted)
    document = SearchDocument.model_validate(accepted)
    made = create_search(service.storage, document, idempotency_key, project=search.project, priority=search.priority)
    desk.record("trial.retrain", made.id, project=made.project, name=made.name, of=trial.id)
    service.wake()
    response.headers["Location"] = f"/api/v1/searches/{made.id}"
    (view,) = retraining_views(service.storage, service.memo, [made])
    return view


@router.get("/retrainings", dependencies=[requires(Role.READ)], responses=documented(404))
def list_retrainings(
    service: TheService,
    desk: TheDesk,
    search: OfSearch = None,
    project: InProject = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> RetrainingList:
    """Retrainings of the projects that the token sees, newest first: the trial that each comes from, how far it is, and
    what it has reached beside what the trial had."""
    seen = desk.within(project)
    of = None if search is None else service.storage.search(search, project=seen).id
    return retrainings(service.storage, service.memo, of=of, project=seen, limit=limit, cursor=cursor)
