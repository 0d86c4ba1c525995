"""Tokens: 256 random bits each, found again by their SHA-256, so that the database lets nobody in who reads it."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Engine, FromClause, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from api.database import reading, writing
from api.identifiers import id_after
from api.people.listing import listing
from api.people.records import Issued, Listing, Role, Token, TokenKind
from api.rows import AnyRow, Values
from api.tables import tokens
from nas.clock import Clock, utc
from nas.errors import NotFound

PREFIX = "nas_"  # so that a token is recognized where it should not be
_ATTEMPTS = 20  # of making a token beside others that are made at the same moment


class Tokens:
    """The stored tokens, sessions and codes."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def issue(
        self,
        name: str,
        role: Role,
        *,
        project: str | None = None,
        lifetime_s: float | None = None,
        kind: TokenKind = TokenKind.TOKEN,
        source: str | None = None,
    ) -> Issued:
        """A new one for the project, or for all; it is good for ever without a lifetime."""
        text = PREFIX + secrets.token_urlsafe(32)
        now = self._clock()
        row = {
            "kind": kind.value,
            "name": name,
            "digest": digest_of(text),
            "role": role.value,
            "project": project,
            "source": source,
            "created_at": utc(now),
            "expires_at": None if lifetime_s is None else utc(now) + timedelta(seconds=lifetime_s),
        }
        for attempt in range(_ATTEMPTS):
            try:
                return Issued(token=self._added(row, now), text=text)
            except IntegrityError:  # another process took the same id between our look and our write
                if attempt == _ATTEMPTS - 1:
                    raise
        raise AssertionError("the last attempt returns or raises")

    def valid(self, text: str, kind: TokenKind) -> Token | None:
        """The token of this text; None if there is none of the kind, or it or what it stands for is good no longer."""
        source = tokens.alias()
        now = utc(self._clock())
        statement = (
            select(*tokens.c)
            .outerjoin(source, tokens.c.source == source.c.id)
            .where(tokens.c.digest == digest_of(text), tokens.c.kind == kind.value)
            .where(*_good(tokens, now), *_good(source, now))
        )
        with reading(self._engine) as connection:
            row = connection.execute(statement).one_or_none()
        return None if row is None else _record(row)

    def spend(self, text: str) -> Token | None:
        """The valid code of this text, which is good no longer; of two who come with it one gets it."""
        code = self.valid(text, TokenKind.CODE)
        if code is None:
            return None
        with writing(self._engine) as connection:
            row = connection.execute(self._revoked(tokens.c.id == code.id)).one_or_none()
        return None if row is None else _record(row)

    def tokens(self, *, project: str | None = None, limit: int = 50, cursor: str | None = None) -> Listing[Token]:
        """Those of programs, newest first, of all projects or one."""
        statement = select(tokens).where(tokens.c.kind == TokenKind.TOKEN.value)
        if project is not None:
            statement = statement.where(tokens.c.project == project)
        return listing(
            self._engine,
            statement,
            along=tokens.c.id,
            newest_first=True,
            limit=limit,
            cursor=cursor,
            project=project,
            record=_record,
        )

    def token(self, token_id: str) -> Token:
        """By its id. Raises `NotFound`."""
        with reading(self._engine) as connection:
            row = connection.execute(select(tokens).where(tokens.c.id == token_id)).one_or_none()
        if row is None:
            raise NotFound(f"no token has the id {token_id!r}")
        return _record(row)

    def revoke(self, token_id: str) -> Token:
        """The token, good no longer, nor is any session that stands for it. Raises `NotFound`."""
        with writing(self._engine) as connection:
            connection.execute(self._revoked(tokens.c.id == token_id))
        return self.token(token_id)

    def _added(self, row: Values, now: float) -> Token:
        with writing(self._engine) as connection:
            newest = connection.execute(select(func.max(tokens.c.id))).scalar_one()
            identified = {"id": id_after(newest, now, secrets.randbits(15)), **row}
            return _record(connection.execute(insert(tokens).values(identified).returning(*tokens.c)).one())

    def _revoked(self, which: "ColumnElement[bool]") -> Any:
        revoked = update(tokens).where(which, tokens.c.revoked_at.is_(None))
        return revoked.values(revoked_at=utc(self._clock())).returning(*tokens.c)


def digest_of(text: str) -> str:
    """What is stored of a token's text, and what it is found by."""
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()


def _good(table: FromClause, now: datetime) -> "list[ColumnElement[bool]]":
    """Not revoked and not expired; also where an outer join found no row."""
    return [table.c.revoked_at.is_(None), or_(table.c.expires_at.is_(None), table.c.expires_at > now)]


def _record(row: AnyRow) -> Token:
    return Token(
        id=row.id,
        kind=TokenKind(row.kind),
        name=row.name,
        role=Role(row.role),
        project=row.project,
        source=row.source,
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )
