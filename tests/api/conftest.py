"""The databases the tests run on: a fresh SQLite file, and a fresh PostgreSQL database copied from a migrated one."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from api.database import open_engine
from api.schema import upgrade_database
from api.storage import SqlStorage, open_storage
from nas.clock import ManualClock

_TEMPLATE = "nas_template"


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
    """Makes databases on one server: empty ones, and quick copies of a migrated one."""

    def __init__(self, server_url: str) -> None:
        self._server_url = server_url
        self._numbers = count()
        self._execute(f"CREATE DATABASE {_TEMPLATE}")
        upgrade_database(self._url(_TEMPLATE))

    def empty(self) -> str:
        """The URL of a database without tables."""
        return self._create("template0")

    def migrated(self) -> str:
        """The URL of a database with the newest schema and no rows."""
        return self._create(_TEMPLATE)

    def _create(self, template: str) -> str:
        name = f"nas_test_{next(self._numbers)}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        return self._url(name)

    def _url(self, database: str) -> str:
        return make_url(self._server_url).set(database=database).render_as_string(hide_password=False)

    def _execute(self, statement: str) -> None:
        engine = open_engine(self._server_url)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(statement))
        engine.dispose()


@pytest.fixture(scope="session")
def databases(postgres_url: str) -> Databases:
    """Databases on the PostgreSQL of the tests."""
    return Databases(postgres_url)


@pytest.fixture
def postgres_storage(databases: Databases, clock: ManualClock) -> Iterator[SqlStorage]:
    """An empty storage on PostgreSQL."""
    storage = open_storage(databases.migrated(), clock=clock)
    yield storage
    storage.close()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def sql_storage(request: pytest.FixtureRequest) -> SqlStorage:
    """An empty storage, once on each database."""
    storage: SqlStorage = request.getfixturevalue(f"{request.param}_storage")
    return storage
