"""A backup is a whole database of one moment, taken while others write."""

import sqlite3
from contextlib import closing

import pytest

from api.backup import back_up
from api.errors import Refused
from api.storage import open_storage


def test_a_backup_taken_while_somebody_writes_takes_the_place_of_the_database(sqlite_storage, sqlite_url, tmp_path):
    first = sqlite_storage.create_search("first", {})
    with closing(sqlite3.connect(tmp_path / "nas.db", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE searches SET name = 'half done'")
        size_bytes = back_up(sqlite_url, tmp_path / "copy.db")
        writer.execute("ROLLBACK")
    assert size_bytes == (tmp_path / "copy.db").stat().st_size
    second = sqlite_storage.create_search("second", {})
    assert back_up(sqlite_url, tmp_path / "newer.db")
    sqlite_storage.close()
    for suffix in ("", "-wal", "-shm"):
        (tmp_path / f"nas.db{suffix}").unlink(missing_ok=True)
    (tmp_path / "copy.db").rename(tmp_path / "nas.db")
    restored = open_storage(sqlite_url)
    assert restored.searches().searches == (first,)
    assert restored.create_search("third", {}).id > first.id, "and it goes on"
    restored.close()
    newer = open_storage(f"sqlite:///{tmp_path / 'newer.db'}")
    assert newer.searches().searches == (second, first)
    newer.close()
    assert not list(tmp_path.glob("*.partial"))


def test_what_cannot_be_copied_is_told(sqlite_storage, sqlite_url, tmp_path):
    with pytest.raises(Refused, match="is the database itself"):
        back_up(sqlite_url, tmp_path / "nas.db")
    with pytest.raises(Refused, match="there is no database"):
        back_up(f"sqlite:///{tmp_path / 'none.db'}", tmp_path / "copy.db")
    with pytest.raises(Refused, match=r"cannot be copied to .*none"):
        back_up(sqlite_url, tmp_path / "none" / "copy.db")
    with pytest.raises(Refused, match="pg_dump --format=custom"):
        back_up("postgresql://host/nas", tmp_path / "copy.db")
