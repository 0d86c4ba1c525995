"""What is told of a search: its events, recorded in the transaction that makes them true, and lines of the log."""

import logging
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, insert, select

from api.tables import events
from nas.log_subjects import about

log = logging.getLogger(__name__)

_LAST_EVENT = select(func.max(events.c.sequence)).where(events.c.search_id == bindparam("search"))
_ADD_EVENT = insert(events).values(
    search_id=bindparam("search"), sequence=func.coalesce(_LAST_EVENT.scalar_subquery(), 0) + 1
)


def tell(
    connection: Connection, search_id: str, *, at: datetime, kind: str, message: str, trial: int | None = None
) -> None:
    """Adds the next event of the search. A line of the log comes before the commit, which all but never fails."""
    event = {"at": at, "kind": kind, "message": message, "trial": trial}
    connection.execute(_ADD_EVENT, {"search": search_id, **event})
    log.info("%s", message, extra=about(search=search_id, trial=trial, event=kind))


def tell_begun(search_id: str, trial: int) -> None:
    """Logs that a trial begins, which is no event: it is seen by the trial's status."""
    log.info("trial %d begins", trial, extra=about(search=search_id, trial=trial, event="trial_begins"))
