"""`nas submit --dry-run`: problems with lines, or what a search will be like; nothing is submitted."""

import threading
from contextlib import contextmanager

import pytest
import yaml

from api.app import create_app
from api.commands.preview import _amount, _counted
from api.commands.serve import listen
from api.commands.session import ExitCode
from api.people.local_token import keep_local_token
from api.people.tokens import Tokens
from api.serving import Server
from api.settings import Settings
from api.storage import open_storage
from nas.testing.searches import toy_document


@pytest.fixture
def written(tmp_path):
    """Writes the toy document with other fields beside it."""

    def write(**fields):
        path = tmp_path / "toy.yaml"
        path.write_text(yaml.safe_dump({**toy_document().model_dump(mode="json"), **fields}, sort_keys=False))
        return path

    return write


@contextmanager
def service(folder, **settings):
    """A service on this machine, whose token lies in its home folder."""
    storage = open_storage(f"sqlite:///{folder / 'nas.db'}")
    keep_local_token(Tokens(storage.engine, storage.clock), folder)
    server = Server(create_app(storage, Settings(home=folder, **settings)))
    listener = listen("127.0.0.1", 0)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", storage
    finally:
        server.should_exit = True
        thread.join(20)
        storage.close()


def test_without_any_state_costs_are_told_and_nothing_is_made(nas, written):
    assert nas("submit", "--dry-run", written()) == ExitCode.DONE
    assert "toy, nothing submitted" in nas.out
    assert "1.59e+37 architectures" in nas.out
    assert "30 of up to" in nas.out
    assert "not known: no earlier trial of the project has this task" in nas.out
    assert not nas.home.exists()


def test_the_state_folder_knows_quotas(nas, storage, written):
    assert nas("submit", "--dry-run", written(), "--json") == ExitCode.DONE
    told = nas.json
    assert told["problems"] == []
    assert told["preview"]["quota"]["project"] == "default"
    assert told["preview"]["metrics"]["macs"]["low"] > 0


def test_problems_are_told_with_file_and_line(nas, written):
    path = written(seed=-1)
    line = path.read_text().split("\n").index("seed: -1") + 1
    assert nas("submit", "--dry-run", path) == ExitCode.USAGE
    assert f"{path}:{line}: seed: must be at least 0, got -1\n" in nas.out
    assert nas("submit", "--dry-run", path, "--json") == ExitCode.USAGE
    assert nas.json["problems"] == [{"field": "seed", "message": "must be at least 0, got -1", "line": line}]


def test_notes_stand_below(nas, written):
    assert nas("submit", "--dry-run", written(constraints=[{"metric": "macs", "max": 1}])) == ExitCode.DONE
    assert "Note: none of 60 drawn candidates can be trained" in nas.out


def test_the_service_is_asked_where_there_is_one(nas, written, tmp_path, monkeypatch):
    nas.home.mkdir()
    with service(nas.home, data_roots=(tmp_path / "data",)) as (url, storage):
        monkeypatch.setenv("NAS_API_URL", url)
        path = written()
        assert nas("submit", "--dry-run", path) == ExitCode.USAGE
        line = next(n for n, text in enumerate(path.read_text().split("\n"), 1) if "images" in text)
        assert f"{path}:{line}: task.data.train.images: must lie inside the service's data roots" in nas.out
        split = {"images": "data/i", "annotations": "data/a.json"}
        task = {"kind": "detection", "data": {"train": split, "val": split, "classes": 3}}
        assert nas("submit", "--dry-run", written(task=task), "--json", "--project", "default") == ExitCode.DONE
        assert nas.json["preview"]["quota"]["project"] == "default"
        assert storage.searches().searches == ()


def test_numbers_have_few_digits_whatever_their_size():
    assert [_amount(value) for value in (3.0, 12345.6, 2.34e12)] == ["3", "12.35 k", "2.34 T"]
    assert [_counted(digits) for digits in ("48384", "1" * 400)] == ["48,384", "1.11e+399"]
