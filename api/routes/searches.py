"""Searches: submitted, listed, looked at, cancelled."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Header, Query, Response, status

from api.examples import DOCUMENT
from api.overview import rows_of
from api.problems import documented
from api.routes.dependencies import Cursor, Limit, TheSearch, TheService, TheStorage
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
IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=200,
        description="the same key again returns the first search, so that a submission can be repeated safely",
    ),
]


@router.post("", status_code=status.HTTP_201_CREATED, responses=documented(400, 404, 409, 413, 415))
def submit_search(
    document: Document, response: Response, service: TheService, idempotency_key: IdempotencyKey = None
) -> SearchView:
    """Submits a search document (as JSON); the search is queued.

    Paths in it are absolute, or relative to the service's data root where it has one. Every field that is wrong is
    listed in one answer. 404 where the earlier search that it begins with is not known; 409 where that has not ended
    or cannot be learned from.
    """
    accepted = SearchDocument.model_validate(submitted_document(document, service.settings))
    search = create_search(service.storage, accepted, idempotency_key)
    service.wake()
    response.headers["Location"] = f"/api/v1/searches/{search.id}"
    return search_view(search)


@router.get("", responses=documented())
def list_searches(
    service: TheService, status: SearchStatus | None = None, limit: Limit = 50, cursor: Cursor = None
) -> SearchList:
    """Searches, newest first, of any status or one; with how far each is and its best trial."""
    page = service.storage.searches(status=status, limit=limit, cursor=cursor)
    return SearchList(items=rows_of(service.storage, service.memo, page.searches), next_cursor=page.next_cursor)


@router.get("/{search}", responses=documented(404))
def get_search(search: TheSearch, service: TheService) -> SearchDetail:
    """One search with its document and how many trials it has in which status."""
    (row,) = rows_of(service.storage, service.memo, [search])
    return search_detail(service.storage.summary(search.id), row.best)


@router.post("/{search}/cancel", status_code=status.HTTP_202_ACCEPTED, responses=documented(404, 409, 413, 415))
def cancel_search(search: TheSearch, service: TheService) -> SearchView:
    """Asks for the search to be cancelled; its controller stops the running trials. 409 when it has already ended."""
    asked = service.storage.request_cancel(search.id)
    if not LEGAL_SEARCH[asked.status]:
        raise IllegalTransition(f"search {asked.name} ({asked.id}) has already ended: {asked.status}")
    service.wake()
    return search_view(asked)


@router.get("/{search}/events", responses=documented(404))
def list_events(search: TheSearch, storage: TheStorage, after: After = 0, limit: Limit = 100) -> EventList:
    """What happened in the search after the event with that sequence, oldest first."""
    return event_list(storage.events(search.id, after, limit), after)


@router.get("/{search}/table", responses=documented(404))
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
