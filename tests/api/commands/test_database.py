"""`nas db upgrade` makes the tables, once."""

from api.commands.session import ExitCode
from api.schema import newest_version
from api.storage import open_storage


def test_the_database_is_made_and_then_left_alone(nas):
    for _ in range(2):
        assert nas("db", "upgrade") == ExitCode.DONE
        assert f"schema {newest_version()}" in nas.out
    assert nas("searches", "--json") == ExitCode.DONE
    assert nas.json == []


def test_a_database_that_cannot_be_opened_is_told(nas, monkeypatch):
    monkeypatch.setenv("NAS_DATABASE_URL", "postgresql://nobody@127.0.0.1:9/nothing")
    assert nas("db", "upgrade") == ExitCode.REFUSED
    assert "the database cannot be opened" in nas.err
    assert nas("searches") == ExitCode.REFUSED


def test_a_running_database_is_copied(nas, toys, tmp_path):
    assert nas("db", "backup", tmp_path / "copy.db") == ExitCode.DONE
    assert "Copied the database to" in nas.out
    copied = open_storage(f"sqlite:///{tmp_path / 'copy.db'}")
    assert copied.search("toys") == toys
    copied.close()
    assert nas("db", "backup", tmp_path / "none" / "copy.db") == ExitCode.REFUSED
