"""Engines for SQLite and PostgreSQL that behave alike: explicit transactions, foreign keys, no lost updates."""

from collections.abc import Iterator
from contextlib import contextmanager
from json import dumps
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from nas.errors import StorageError

BUSY_TIMEOUT_S = 30.0
_SNAPSHOT: dict[str, dict[str, Any]] = {  # SQLite's transactions are such by themselves
    "sqlite": {},
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}
_DRIVERS = {"postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg", "sqlite": "sqlite"}


def database_url(url: str) -> URL:
    """The parsed URL with the driver this project installs. Raises `StorageError` for another kind of database."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StorageError(
            f"database URL must look like sqlite:///file or postgresql://host/name, got {url!r}"
        ) from error
    driver = _DRIVERS.get(parsed.drivername, parsed.drivername)
    if driver not in _DRIVERS.values():
        raise StorageError(f"database must be sqlite or postgresql, got {parsed.drivername!r}")
    return parsed.set(drivername=driver)


def open_engine(url: str) -> Engine:
    """An engine for the URL; of an SQLite file, the folder is made."""
    parsed = database_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed)
    return create_engine(parsed, json_serializer=_strict_json, pool_pre_ping=True)


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that may write; on SQLite it holds the write lock from its start, so what it reads stays true."""
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees one state of the database, however many statements it reads with."""
    with engine.connect().execution_options(**_SNAPSHOT[engine.dialect.name]) as connection, connection.begin():
        yield connection


def _sqlite(url: URL) -> Engine:
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, json_serializer=_strict_json, connect_args={"timeout": BUSY_TIMEOUT_S})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own transaction control begins late and commits at odd moments; `_begin_sqlite` replaces it.
    connection.isolation_level = None
    # FULL: what was committed survives a loss of power, as on PostgreSQL; the flush costs a quarter of a millisecond.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-65536"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _strict_json(value: Any) -> str:
    """JSON that every reader accepts: NaN and infinities raise ValueError."""
    return dumps(value, allow_nan=False, separators=(",", ":"))
