"""Pages of records along an index, the same for tokens, projects and the audit."""

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Column, Engine, Select

from api.database import reading
from api.people.records import Listing
from api.rows import AnyRow
from nas.errors import InvalidQuery
from nas.leaderboard import FOREIGN_CURSOR, MAX_LIMIT, decode_cursor, encode_cursor

T = TypeVar("T")


def listing(
    engine: Engine,
    statement: Select[Any],
    *,
    along: "Column[Any]",
    newest_first: bool,
    limit: int,
    cursor: str | None,
    project: str | None,
    record: Callable[[AnyRow], T],
) -> Listing[T]:
    """One page of the statement's rows in the order of a unique column. Raises `InvalidQuery`."""
    if not 1 <= limit <= MAX_LIMIT:
        raise InvalidQuery(f"limit must be in 1..{MAX_LIMIT}, got {limit}")
    binding = f"{along.table} {project}"
    if cursor is not None:
        last = _last_seen(cursor, binding, along)
        statement = statement.where(along < last if newest_first else along > last)
    ordered = statement.order_by(along.desc() if newest_first else along.asc()).limit(limit + 1)
    with reading(engine) as connection:
        rows = connection.execute(ordered).all()
    more = encode_cursor(binding, [rows[limit - 1]._mapping[along]]) if len(rows) > limit else None
    return Listing(items=tuple(record(row) for row in rows[:limit]), next_cursor=more)


def _last_seen(cursor: str, binding: str, along: "Column[Any]") -> Any:
    (last,) = decode_cursor(cursor, binding, fields=1)
    whole = isinstance(last, int) and abs(last) < 2**63
    if not (whole if along.type.python_type is int else isinstance(last, str) and last.isascii()):
        raise InvalidQuery(FOREIGN_CURSOR)
    return last
