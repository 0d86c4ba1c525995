"""Migrations lead to exactly the tables of the code, from every released version, on both databases.

The golden file of a version is made once, when the version is released, and never changed:
`python -m tests.api.golden_database tests/api/golden/schema_0001.db`.
"""

import shutil
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text

from api.database import open_engine, reading, writing
from api.errors import SchemaMismatch
from api.people.desk import People
from api.schema import check_schema, newest_version, stored_version, upgrade_database
from api.storage import open_storage
from api.tables import metadata
from nas.leaderboard import parse_query
from nas.records import SearchStatus, TrialStatus

GOLDEN = sorted((Path(__file__).parent / "golden").glob("schema_*.db"))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty_url(request):
    if request.param == "sqlite":
        return request.getfixturevalue("sqlite_url")
    return request.getfixturevalue("databases").empty()


@pytest.fixture
def golden_url(request, tmp_path):
    copy = tmp_path / "old.db"
    shutil.copy(request.param, copy)
    return f"sqlite:///{copy}"


def assert_same_as_code(url):
    engine = open_engine(url)
    with reading(engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []
        indexes = {
            (table, index["name"]) for table in metadata.tables for index in inspect(connection).get_indexes(table)
        }
    assert {(table.name, index.name) for table in metadata.tables.values() for index in table.indexes} <= indexes
    engine.dispose()


def test_from_nothing_the_migrations_make_the_tables_of_the_code(empty_url):
    assert upgrade_database(empty_url) == newest_version()
    assert_same_as_code(empty_url)
    assert upgrade_database(empty_url) == newest_version()


def test_a_released_version_exists_for_the_newest_schema():
    assert GOLDEN[-1].stem == f"schema_{newest_version()}"


@pytest.mark.parametrize("golden_url", GOLDEN, indirect=True, ids=[path.stem for path in GOLDEN])
def test_a_released_version_is_upgraded_with_everything_in_it(golden_url):
    upgrade_database(golden_url)
    assert_same_as_code(golden_url)
    storage = open_storage(golden_url)
    search = storage.search("golden")
    assert (search.status, search.reason) == (SearchStatus.COMPLETED, "budget spent")
    trials = storage.trials(search.id)
    assert [trial.status for trial in trials] == [TrialStatus.COMPLETED, TrialStatus.FAILED, TrialStatus.COMPLETED]
    assert trials[0].measurements[-1].artifacts[0].name == "checkpoint"
    best = storage.leaderboard(search.id, parse_query(sort="-AP")).trials
    assert [trial.number for trial in best] == [2, 0]
    assert len(storage.infeasible(search.id)) == len(storage.events(search.id)) == 1
    assert (search.project, search.priority) == ("default", 0)
    assert storage.create_search("golden", {"name": "golden"}, idempotency_key="golden") == search
    assert People.over(storage.engine, storage.clock).projects.project("default").max_searches is None
    storage.close()


def test_a_fresh_file_is_made_ready_by_itself_and_an_empty_server_is_not(sqlite_url):
    storage = open_storage(sqlite_url)
    assert stored_version(storage.engine) == newest_version()
    storage.close()


@pytest.mark.postgres
def test_an_empty_server_waits_for_the_command(databases):
    url = databases.empty()
    with pytest.raises(SchemaMismatch, match="run `nas db upgrade`"):
        open_storage(url)
    upgrade_database(url)
    open_storage(url).close()


def test_an_older_schema_is_refused_and_left_alone(tmp_path):
    url = f"sqlite:///{tmp_path / 'old.db'}"
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
    with pytest.raises(SchemaMismatch, match="run `nas db upgrade`"):
        open_storage(url)
    engine.dispose()


def test_a_newer_schema_is_refused_by_everything(sqlite_url):
    storage = open_storage(sqlite_url)
    with writing(storage.engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for attempt in (open_storage, upgrade_database):
        with pytest.raises(SchemaMismatch, match=r"has schema 9999, .* `nas db upgrade`"):
            attempt(sqlite_url)
    with pytest.raises(SchemaMismatch):
        check_schema(storage.engine)
    storage.close()
