"""How a search, or the list of searches, stands: what a page looks at to learn that there is something new."""

from pydantic import BaseModel
from sqlalchemy import Connection, func, select

from api.tables import events, searches, trials
from nas.errors import NotFound
from nas.records import SearchStatus, TrialStatus

LISTED = 100  # newest searches, beside all that have not ended


class Pulse(BaseModel):
    """What can change about a search, in few words."""

    status: SearchStatus
    cancel_requested: bool
    sequence: int
    trials: dict[TrialStatus, int]


def pulse_of(connection: Connection, search_id: str) -> Pulse:
    """The status, the sequence of the last event, trials by status. Raises `NotFound`."""
    row = connection.execute(
        select(searches.c.status, searches.c.cancel_requested).where(searches.c.id == search_id)
    ).one_or_none()
    if row is None:
        raise NotFound(f"no search has the id {search_id!r}")
    last = select(func.max(events.c.sequence)).where(events.c.search_id == search_id)
    return Pulse(
        status=SearchStatus(row.status),
        cancel_requested=row.cancel_requested,
        sequence=connection.execute(last).scalar_one() or 0,
        trials=trials_by_status(connection, search_id),
    )


def trials_by_status(connection: Connection, search_id: str) -> dict[TrialStatus, int]:
    """How many trials stand how; a status without trials is left out."""
    counts = select(trials.c.status, func.count()).where(trials.c.search_id == search_id).group_by(trials.c.status)
    return {TrialStatus(status): count for status, count in connection.execute(counts)}
