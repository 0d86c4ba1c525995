"""What people want of searches and trials: to pause and go on, more trials, one stopped or retried, a clone, an end."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Response, status
from pydantic import BaseModel, ConfigDict, Field

from api.deletion import delete_search
from api.people.desk import Desk
from api.people.records import Role
from api.problems import documented
from api.routes.dependencies import TheDataSets, TheDesk, TheSearch, TheService, requires
from api.routes.searches import IdempotencyKey
from api.routes.trials import Number
from api.schemas import SearchView, search_view
from api.submission import submitted_document
from nas.cloning import changed
from nas.creation import create_search
from nas.document import SearchDocument
from nas.errors import IllegalTransition
from nas.records import LEGAL_SEARCH, Pause, Search, TrialWish

router = APIRouter(prefix="/searches/{search}", tags=["control"], dependencies=[requires(Role.SUBMIT)])
MAX_TRIALS = 1_000_000


class PauseOptions(BaseModel):
    """How to pause."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"now": True}]})

    now: bool = Field(
        False,
        description="stop running trials where they are; they go on from their checkpoints. Otherwise they may end",
    )


class SearchChanges(BaseModel):
    """What can be changed about a search that is there."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"trials": 50}]})

    trials: int = Field(ge=1, le=MAX_TRIALS, description="how many candidates it is to have; more than now")


Changes = Annotated[
    dict[str, Any],
    Body(
        openapi_examples={"twice as long": {"value": {"name": "blood-cells-long", "task": {"epochs": 24}}}},
        description="fields to be different, as in the document; null: back to the default",
    ),
]


@router.post("/pause", status_code=status.HTTP_202_ACCEPTED, responses=documented(404, 409, 413, 415))
def pause_search(
    search: TheSearch,
    service: TheService,
    desk: TheDesk,
    options: PauseOptions = PauseOptions(),  # noqa: B008 - frozen defaults
) -> SearchView:
    """Asks for the search to be paused. 409 when it has already ended."""
    asked = service.storage.request_pause(search.id, Pause.NOW if options.now else Pause.LATER)
    return _wished(service, asked, desk, "search.pause", now=options.now)


@router.post("/resume", status_code=status.HTTP_202_ACCEPTED, responses=documented(404, 409, 413, 415))
def resume_search(search: TheSearch, service: TheService, desk: TheDesk) -> SearchView:
    """Takes a pause back: the search goes on where it was. 409 when it has already ended."""
    return _wished(service, service.storage.request_pause(search.id, None), desk, "search.resume")


@router.patch("", responses=documented(404, 409, 413, 415))
def change_search(search: TheSearch, service: TheService, desk: TheDesk, changes: SearchChanges) -> SearchView:
    """Raises the budget; a search that has ended goes on. 409 unless that is more than it has."""
    raised = service.storage.request_trials(search.id, changes.trials)
    _tell(desk, raised, "search.extend", trials=changes.trials)
    service.wake()
    return search_view(raised)


@router.post("/clone", status_code=status.HTTP_201_CREATED, responses=documented(404, 409, 413, 415))
def clone_search(
    search: TheSearch,
    response: Response,
    service: TheService,
    desk: TheDesk,
    data_sets: TheDataSets,
    changes: Changes = {},  # noqa: B006 - FastAPI copies it
    idempotency_key: IdempotencyKey = None,
) -> SearchView:
    """Submits the document of the search once more with these changes; the new search is queued."""
    wanted = changed(search.document, changes)
    accepted = submitted_document(wanted, service.settings, find=data_sets.find, anywhere=desk.trusted)
    document = SearchDocument.model_validate(accepted)
    made = create_search(service.storage, document, idempotency_key, project=search.project, priority=search.priority)
    _tell(desk, made, "search.clone", of=search.id)
    service.wake()
    response.headers["Location"] = f"/api/v1/searches/{made.id}"
    return search_view(made)


@router.delete("", status_code=status.HTTP_204_NO_CONTENT, responses=documented(404, 409))
def remove_search(search: TheSearch, service: TheService, desk: TheDesk) -> None:
    """Removes a search that has ended, with its trials and the files of their artifacts. 409 for any other."""
    delete_search(service.storage, search, service.settings.home, service.settings.artifacts)
    _tell(desk, search, "search.delete")


@router.post(
    "/trials/{number}/stop",
    status_code=status.HTTP_202_ACCEPTED,
    responses=documented(404, 409, 413, 415),
)
def stop_trial(search: TheSearch, service: TheService, desk: TheDesk, number: Number) -> SearchView:
    """Asks for one running trial to be stopped; it ends as cancelled. 409 when it does not run."""
    asked = service.storage.request_trial(search.id, number, TrialWish.STOP)
    _tell(desk, asked, "trial.stop", number=number)
    return search_view(asked)


@router.post(
    "/trials/{number}/retry",
    status_code=status.HTTP_202_ACCEPTED,
    responses=documented(404, 409, 413, 415),
)
def retry_trial(search: TheSearch, service: TheService, desk: TheDesk, number: Number) -> SearchView:
    """Asks for one trial that failed, or was stopped or cancelled, to be tried again from its checkpoint; a search that
    has ended goes on for that. 409 for any other trial."""
    asked = service.storage.request_trial(search.id, number, TrialWish.RETRY)
    _tell(desk, asked, "trial.retry", number=number)
    service.wake()
    return search_view(asked)


def _wished(service: TheService, asked: Search, desk: Desk, deed: str, **detail: Any) -> SearchView:
    """The search with its wish, which is recorded. Raises `IllegalTransition` when it has ended."""
    if not LEGAL_SEARCH[asked.status]:
        raise IllegalTransition(f"search {asked.name} ({asked.id}) has already ended: {asked.status}")
    _tell(desk, asked, deed, **detail)
    service.wake()
    return search_view(asked)


def _tell(desk: Desk, search: Search, deed: str, **detail: Any) -> None:
    desk.record(deed, search.id, project=search.project, name=search.name, **detail)
