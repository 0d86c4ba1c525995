"""The audit: who did what, in the order it happened. Rows are added and read, never changed."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from sqlalchemy import Engine, insert, select

from api.database import writing
from api.people.listing import listing
from api.people.records import Deed, Listing, Principal
from api.rows import AnyRow
from api.tables import audit
from nas.clock import Clock, utc


class Audit:
    """What was done over REST, and on the command line to people and projects."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def record(
        self, principal: Principal, action: str, subject: str, *, project: str | None, detail: Mapping[str, Any]
    ) -> None:
        """Adds what the principal just did; `project` is the one it was done to, None for what belongs to all."""
        row = {
            "at": utc(self._clock()),
            "actor": principal.name,
            "token_id": principal.token_id,
            "project": project,
            "action": action,
            "object": subject,
            "detail": dict(detail),
        }
        with writing(self._engine) as connection:
            connection.execute(insert(audit).values(row))

    def deeds(self, *, project: str | None = None, limit: int = 50, cursor: str | None = None) -> Listing[Deed]:
        """Newest first, of all projects or one."""
        statement = select(audit) if project is None else select(audit).where(audit.c.project == project)
        return listing(
            self._engine,
            statement,
            along=audit.c.id,
            newest_first=True,
            limit=limit,
            cursor=cursor,
            project=project,
            record=_record,
        )


def _record(row: AnyRow) -> Deed:
    return Deed(**{field.name: row._mapping[field.name] for field in fields(Deed)})
