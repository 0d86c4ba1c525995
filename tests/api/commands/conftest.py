"""The command line, run in this process: a state folder of its own, output and exit code."""

import json

import pytest

from api.cli import main
from api.storage import open_storage
from nas.drivers.inline import run_inline
from nas.records import FailureKind
from nas.testing.searches import ToyEvaluator, toy_controller, toy_document


class CommandLine:
    """Runs commands; keeps what the last one said."""

    def __init__(self, capsys, home):
        self.home = home
        self.out = self.err = ""
        self._capsys = capsys

    def __call__(self, *arguments):
        """The exit code."""
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        self.out, self.err = self._capsys.readouterr()
        return ended.value.code or 0

    @property
    def json(self):
        """What the last command printed, read as JSON."""
        return json.loads(self.out)


@pytest.fixture
def nas(tmp_path, monkeypatch, capsys):
    """The command line with its state below tmp_path, and tmp_path as the folder it runs in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NAS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "160")
    for variable in ("NAS_API_URL", "NAS_API_TOKEN", "NAS_DATA_ROOT"):
        monkeypatch.delenv(variable, raising=False)
    return CommandLine(capsys, tmp_path / "home")


@pytest.fixture
def storage(nas):
    """The storage the command line reads."""
    opened = open_storage(f"sqlite:///{nas.home / 'nas.db'}")
    yield opened
    opened.close()


@pytest.fixture
def toys(storage):
    """A finished search of eight toys, of which trial 3 failed."""
    controller = toy_controller(storage, toy_document(name="toys", budget={"trials": 8}))
    run_inline(controller, ToyEvaluator({3: FailureKind.DIVERGED}))
    return storage.search(controller.search_id)
