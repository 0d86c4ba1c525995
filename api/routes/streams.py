"""What happens, as it happens: server-sent events."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, status
from fastapi.responses import StreamingResponse
from starlette.exceptions import HTTPException

from api.database import reading
from api.people.records import Role
from api.problems import documented
from api.pulse import Pulse, pulse_of, trials_by_status
from api.routes.dependencies import Service, ThePrincipal, TheSearch, TheService, requires
from api.schemas import EventView
from nas.records import LEGAL_SEARCH, Event

router = APIRouter(prefix="/searches", tags=["searches"], dependencies=[requires(Role.READ)])

REPLAYED = 500  # events at most, after a connection was away
LISTED = 100  # newest searches that a list is told about
RETRY = "retry: 2000\n\n"
HEARTBEAT = ": still there\n\n"
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
Messages = AsyncGenerator[str, None]


class EventStream(StreamingResponse):
    """An endless answer; no proxy is to hold it back."""

    media_type = "text/event-stream"


After = Annotated[
    int | None, Query(ge=0, le=2**31 - 1, description="`sequence` of the last event known; by default only new ones")
]
LastEventId = Annotated[
    str | None, Header(pattern="^[0-9]{1,9}$", description="sent by browsers that connect again; wins over `after`")
]


@router.get("/stream", responses=documented(), response_class=EventStream)
async def stream_searches(service: TheService, principal: ThePrincipal) -> EventStream:
    """A message `changed` whenever a search that the token sees came, changed its status, or got on; the list itself
    is read by `GET /searches`. 503 when too many streams are open."""
    _admit(service)
    return EventStream(_changes(service, principal.project), headers=HEADERS)


@router.get("/{search}/stream", responses=documented(404), response_class=EventStream)
async def stream_search(
    search: TheSearch, service: TheService, after: After = None, last_event_id: LastEventId = None
) -> EventStream:
    """Messages `pulse` (status, trials by status) now and whenever they change, and `happened`, an event of the search;
    their ids are sequences of events. A browser that connects again gets the events it has missed, the last 500 of them
    at most. Ends after ten minutes, to be opened again. 503 when too many streams are open."""
    _admit(service)
    known = after if last_event_id is None else int(last_event_id)
    return EventStream(_happenings(service, search.id, known), headers=HEADERS)


def _admit(service: Service) -> None:
    if service.watching.full:
        raise HTTPException(
            status.HTTP_503_SERVICE_UNAVAILABLE,
            "too many streams are open; read again with GET every few seconds instead",
            headers={"Retry-After": "30"},
        )


async def _happenings(service: Service, search_id: str, known: int | None) -> Messages:
    yield RETRY

    def look() -> Pulse:
        with reading(service.storage.engine) as connection:
            return pulse_of(connection, search_id)

    pulse: Pulse | None
    async for pulse in service.watching.states(("search", search_id), look):
        if pulse is None:
            yield HEARTBEAT
            continue
        known = pulse.sequence if known is None else max(known, pulse.sequence - REPLAYED)
        for event in await asyncio.to_thread(service.storage.events, search_id, known, REPLAYED):
            known = event.sequence
            yield _happened(event)
        # With an id, so that a browser that has seen no event yet, too, comes back to where it was.
        yield message("pulse", pulse.model_dump_json(), identity=str(known))


async def _changes(service: Service, project: str | None) -> Messages:
    yield RETRY
    async for state in service.watching.states(("searches", project), lambda: list_state(service, project)):
        yield HEARTBEAT if state is None else message("changed", "{}")


def list_state(service: Service, project: str | None) -> list[Any]:
    """Equal as long as a list of the newest searches of the project, or of all, says the same."""
    found = service.storage.searches(project=project, limit=LISTED).searches
    with reading(service.storage.engine) as connection:
        return [
            (search.id, search.status, search.cancel_requested, trials_by_status(connection, search.id))
            if LEGAL_SEARCH[search.status]
            else (search.id, search.status)
            for search in found
        ]


def _happened(event: Event) -> str:
    told = EventView.model_validate(event, from_attributes=True).model_dump_json()
    return message("happened", told, identity=str(event.sequence))


def message(kind: str, data: str, *, identity: str | None = None) -> str:
    """One server-sent event; `data` is JSON on one line."""
    lines = [] if identity is None else [f"id: {identity}"]
    return "\n".join([*lines, f"event: {kind}", f"data: {data}", "", ""])
