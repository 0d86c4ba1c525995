"""The databases the tests run on, a fresh SQLite file and an emptied PostgreSQL; and a client of the service."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, delete, text
from sqlalchemy.engine import make_url

from api.app import create_app
from api.database import open_engine, writing
from api.errors import Taken
from api.people.desk import People
from api.people.records import Project, Role
from api.schema import upgrade_database
from api.settings import Settings
from api.storage import SqlStorage, open_storage
from api.tables import audit, data_sets, durations, projects, searches, tokens, usage
from nas.clock import ManualClock
from nas.records import DEFAULT_PROJECT, SearchStatus
from nas.testing.searches import toy_document
from tests.api.filed_trial import Filed

PAGES = ("/login", "/logout", "/metrics", "/static/")  # found beside what lies below /api


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
        for table in (searches, audit, tokens, usage, durations, data_sets):
            connection.execute(delete(table))
        connection.execute(delete(projects).where(projects.c.name != DEFAULT_PROJECT))
    return SqlStorage(migrated_postgres, clock=clock)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def sql_storage(request: pytest.FixtureRequest) -> SqlStorage:
    """An empty storage, once on each database."""
    storage: SqlStorage = request.getfixturevalue(f"{request.param}_storage")
    return storage


class Client:
    """Talks to an app in this process, without a socket: as an admin of all projects, or with the token given; with
    an empty one it sends none."""

    def __init__(
        self, app: FastAPI, *, token: str | None = None, address: str = "127.0.0.1", host: str = "127.0.0.1"
    ) -> None:
        self.app = app
        self.token = token_of(app, Role.ADMIN) if token is None else token
        self._transport = httpx.ASGITransport(app=app, client=(address, 50_000), raise_app_exceptions=False)
        self._base_url = f"http://{host}"

    def get(self, path: str, **options: Any) -> httpx.Response:
        """The answer to a GET below /api/v1, or of an absolute path."""
        return self.request("GET", path, **options)

    def post(self, path: str, json: Any = None, **options: Any) -> httpx.Response:
        """The answer to a POST of this JSON."""
        return self.request("POST", path, json={} if json is None else json, **options)

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """The answer to any request; a whole URL may lead beside /api, too."""
        full = path if path.startswith(("/api", "http:", "https:", *PAGES)) else f"/api/v1{path}"
        return asyncio.run(self._send(method, full, options))

    async def _send(self, method: str, path: str, options: dict[str, Any]) -> httpx.Response:
        own = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        options = {**options, "headers": {**own, **options.get("headers", {})}}
        async with httpx.AsyncClient(transport=self._transport, base_url=self._base_url) as client:
            return await client.request(method, path, **options)


def token_of(app: FastAPI, role: Role, project: str | None = None) -> str:
    """The text of a new token of the role, for all projects or one, which is made if need be."""
    people: People = app.state.service.people
    if project is not None:
        with suppress(Taken):
            people.projects.create(Project(name=project))
    return people.tokens.issue(f"{role}-of-{project}", role, project=project).text


@pytest.fixture
def client(sqlite_storage: SqlStorage) -> Client:
    """A client of a service, with the token of an admin of all projects."""
    return Client(create_app(sqlite_storage, Settings()))


@pytest.fixture
def client_of(client: Client) -> Callable[..., Client]:
    """Makes clients of the same service by role and project: `client_of(Role.READ, "vision")`."""
    return lambda role, project=None: Client(client.app, token=token_of(client.app, role, project))


@pytest.fixture
def make_client() -> type[Client]:
    """Makes clients of any app, from any address, under any host name, with any token."""
    return Client


@pytest.fixture
def filed(sqlite_storage: SqlStorage, tmp_path: Path) -> Filed:
    """A running search without trials, whose trials may have files below a home folder."""
    document = toy_document(name="cells", comparison={"top": 0})
    search = sqlite_storage.create_search("cells", document.model_dump(mode="json"))
    lease = sqlite_storage.acquire_lease(search.id, "test", 1000)
    assert lease is not None
    sqlite_storage.set_search_status(lease, SearchStatus.RUNNING)
    return Filed(storage=sqlite_storage, lease=lease, search=search, home=tmp_path)
