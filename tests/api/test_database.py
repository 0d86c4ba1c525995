"""Engines for both databases behave alike."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from api.database import database_url, open_engine, reading, writing
from nas.errors import StorageError


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_postgresql_uses_the_driver_that_is_installed(scheme):
    url = database_url(f"{scheme}://user:secret@host:5433/nas?sslmode=require")
    assert url.render_as_string(hide_password=False) == (
        "postgresql+psycopg://user:secret@host:5433/nas?sslmode=require"
    )


@pytest.mark.parametrize("url", ["mysql://host/nas", "nas.db", ""])
def test_other_databases_are_refused(url):
    with pytest.raises(StorageError, match="database"):
        database_url(url)


def test_sqlite_makes_the_folder_and_keeps_readers_and_writers_apart(tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path / 'new' / 'folder' / 'nas.db'}")
    with reading(engine) as connection:
        pragmas = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "foreign_keys", "synchronous")
        }
        assert pragmas == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2}  # 2: flushed at every commit
        assert connection.execute(text("PRAGMA busy_timeout")).scalar() == 30_000
    engine.dispose()


def test_a_transaction_that_fails_leaves_nothing(sql_storage):
    search = sql_storage.create_search("cells", {})

    def half() -> None:
        with writing(sql_storage.engine) as connection:
            connection.execute(text("UPDATE searches SET name = 'changed'"))
            connection.execute(text("INSERT INTO redraws VALUES ('no-such-search', 'x', 1)"))

    with pytest.raises(IntegrityError):
        half()
    assert sql_storage.search(search.id) == search


def test_what_is_read_in_one_transaction_is_one_state(sql_storage):
    search = sql_storage.create_search("cells", {})
    wish = text("SELECT cancel_requested FROM searches")
    with reading(sql_storage.engine) as connection:
        assert not connection.execute(wish).scalar()
        sql_storage.request_cancel(search.id)
        assert not connection.execute(wish).scalar()
    with reading(sql_storage.engine) as connection:
        assert connection.execute(wish).scalar()
        sql_storage.create_search("another connection may still write", {})


def test_nan_is_no_json(sql_storage):
    with pytest.raises(Exception, match="JSON compliant"):
        sql_storage.create_search("cells", {"seed": float("nan")})
