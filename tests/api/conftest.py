"""The databases the tests run on: a fresh SQLite file, and an emptied PostgreSQL."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, text
from sqlalchemy.engine import make_url

from api.database import open_engine, writing
from api.schema import upgrade_database
from api.storage import SqlStorage, open_storage
from api.tables import searches
from nas.clock import ManualClock


@pytest.fixture
def clock() -> ManualClock:
    """The clock of the storage under test."""
    return ManualClock()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of a file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'nas.db'}"


@pytest.fixture
def sqlite_storage(sqlite_url: str, clock: ManualClock) -> Iterator[SqlStorage]:
    """An empty storage in a file."""
    storage = open_storage(sqlite_url, clock=clock)
    yield storage
    storage.close()


class Databases:
    """Makes empty databases on one server."""

    def __init__(self, server_url: str) -> None:
        self._server_url = server_url
        self._numbers = count()

    def empty(self) -> str:
        """The URL of a new database without tables."""
        name = f"nas_test_{next(self._numbers)}"
        engine = open_engine(self._server_url)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()
        return make_url(self._server_url).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def databases(postgres_url: str) -> Databases:
    """Databases on the PostgreSQL of the tests."""
    return Databases(postgres_url)


@pytest.fixture(scope="session")
def migrated_postgres(databases: Databases) -> Iterator[Engine]:
    """A PostgreSQL database with the newest schema, shared by the tests."""
    url = databases.empty()
    upgrade_database(url)
    engine = open_engine(url)
    yield engine
    engine.dispose()


@pytest.fixture
def postgres_storage(migrated_postgres: Engine, clock: ManualClock) -> SqlStorage:
    """An empty storage on PostgreSQL."""
    with writing(migrated_postgres) as connection:
        connection.execute(delete(searches))
    return SqlStorage(migrated_postgres, clock=clock)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def sql_storage(request: pytest.FixtureRequest) -> SqlStorage:
    """An empty storage, once on each database."""
    storage: SqlStorage = request.getfixturevalue(f"{request.param}_storage")
    return storage
