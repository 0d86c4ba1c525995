"""Searches: submitted, listed, looked at, cancelled."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Header, Query, Response, status

from api.examples import DOCUMENT
from api.overview import rows_of
from api.people.records import Role
from api.problems import documented
from api.routes.dependencies import (
    Cursor,
    InProject,
    Limit,
    TheDataSets,
    TheDesk,
    TheSearch,
    TheService,
    TheStorage,
    requires,
)
from api.schemas import (
    EventList,
    SearchDetail,
    SearchList,
    SearchView,
    event_list,
    search_detail,
    search_view,
)
from api.submission import submitted_document
from api.tabulating import TableView, table_of
from nas.creation import create_search
from nas.document import SearchDocument
from nas.errors import IllegalTransition
from nas.records import LEGAL_SEARCH, SearchStatus

router = APIRouter(prefix="/searches", tags=["searches"])
READ, SUBMIT = [requires(Role.READ)], [requires(Role.SUBMIT)]

After = Annotated[int, Query(ge=0, le=2**31 - 1, description="`next_after` of the page before")]
Document = Annotated[dict[str, Any], Body(openapi_examples={"blood-cells": {"value": DOCUMENT}})]
Rows = Annotated[
    str | None,
    Query(
        max_length=200,
        description="a field of the architectures; left out, the answer is a problem that tells which ones vary",
        examples=["parts.resizer.blocks"],
    ),
]
Columns = Annotated[
    str | None,
    Query(
        max_length=200,
        description="another field; by default there is one column",
        examples=["parts.resizer.filters"],
    ),
]
Metric = Annotated[str | None, Query(max_length=200, description="by default the first objective of the search")]
Against = Annotated[
    str | None,
    Query(max_length=200, description="a control, as `plain`: cells are candidate minus it, paired by seed"),
]
Priority = Annotated[int, Query(ge=-100, le=100, description="among the searches of the cluster; higher first")]
IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=200,
        description="the same key again in the same project returns the first search, so that a submission can be "
        "repeated safely",
    ),
]


@router.post(
    "", dependencies=SUBMIT, status_code=status.HTTP_201_CREATED, responses=documented(400, 404, 409, 413, 415)
)
def submit_search(
    document: Document,
    response: Response,
    service: TheService,
    desk: TheDesk,
    data_sets: TheDataSets,
    project: InProject = None,
    priority: Priority = 0,
    idempotency_key: IdempotencyKey = None,
) -> SearchView:
    """Submits a search document (as JSON); the search is queued.

    `task.data` is a mapping, or the name of a registered data set (`GET /data`). Paths lie in the service's data roots,
    relative ones in the first; without data roots they are absolute, and only an admin of all projects may name any.
    Every field that is wrong is listed in one answer. 404 where the earlier search that it begins with is not known;
    409 where that has not ended or cannot be learned from.
    """
    owner = desk.submits_to(project)
    accepted = submitted_document(document, service.settings, find=data_sets.find, anywhere=desk.trusted)
    asked = SearchDocument.model_validate(accepted)
    search = create_search(service.storage, asked, idempotency_key, project=owner, priority=priority)
    desk.record("search.submit", search.id, project=owner, name=search.name, priority=priority)
    service.wake()
    response.headers["Location"] = f"/api/v1/searches/{search.id}"
    return search_view(search)


@router.get("", dependencies=READ, responses=documented(404))
def list_searches(
    service: TheService,
    desk: TheDesk,
    status: SearchStatus | None = None,
    project: InProject = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> SearchList:
    """Searches of the projects that the token sees, newest first, of any status or one; with how far each is and its
    best trial."""
    seen = desk.within(project)
    page = service.storage.searches(status=status, project=seen, limit=limit, cursor=cursor)
    return SearchList(items=rows_of(service.storage, service.memo, page.searches), next_cursor=page.next_cursor)


@router.get("/{search}", dependencies=READ, responses=documented(404))
def get_search(search: TheSearch, service: TheService) -> SearchDetail:
    """One search with its document and how many trials it has in which status."""
    (row,) = rows_of(service.storage, service.memo, [search])
    return search_detail(service.storage.summary(search.id), row.best)


@router.post(
    "/{search}/cancel",
    dependencies=SUBMIT,
    status_code=status.HTTP_202_ACCEPTED,
    responses=documented(404, 409, 413, 415),
)
def cancel_search(search: TheSearch, service: TheService, desk: TheDesk) -> SearchView:
    """Asks for the search to be cancelled; its controller stops the running trials. 409 when it has already ended."""
    asked = service.storage.request_cancel(search.id)
    if not LEGAL_SEARCH[asked.status]:
        raise IllegalTransition(f"search {asked.name} ({asked.id}) has already ended: {asked.status}")
    desk.record("search.cancel", asked.id, project=asked.project, name=asked.name)
    service.wake()
    return search_view(asked)


@router.get("/{search}/events", dependencies=READ, responses=documented(404))
def list_events(search: TheSearch, storage: TheStorage, after: After = 0, limit: Limit = 100) -> EventList:
    """What happened in the search after the event with that sequence, oldest first."""
    return event_list(storage.events(search.id, after, limit), after)


@router.get("/{search}/table", dependencies=READ, responses=documented(404))
def get_table(
    search: TheSearch,
    storage: TheStorage,
    rows: Rows = None,
    columns: Columns = None,
    metric: Metric = None,
    against: Against = None,
) -> TableView:
    """One or two fields of the architectures against each other: what the completed candidates of these values reached,
    with 95 % intervals over seeds. 404 for a metric that no trial of the search has; 422 for a field that no candidate
    has."""
    return table_of(storage, search, rows=rows, columns=columns, metric=metric, against=against)
