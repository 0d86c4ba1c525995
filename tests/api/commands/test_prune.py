"""`nas prune`: told first, asked for, then done and recorded."""

import io

import pytest

from api.commands.session import ExitCode
from nas.folders import trial_folder


@pytest.fixture
def files(nas, toys):
    """A file of every trial of the toys."""
    made = [trial_folder(nas.home, toys.id, number) / "model.pt" for number in range(8)]
    for file in made:
        file.parent.mkdir(parents=True)
        file.write_bytes(b"x" * 1_000_000)
    return made


def left(files):
    return sum(file.exists() for file in files)


def test_what_would_go_is_told_and_stays(nas, toys, files):
    assert nas("prune", "--keep-best", 3, "--dry-run") == ExitCode.DONE
    assert "5.0 MB" in nas.out
    assert nas("prune", "--keep-best", 3, "--dry-run", "--json") == ExitCode.DONE
    (row,) = nas.json["searches"]
    assert (row["name"], len(row["trials"]), row["size_bytes"]) == ("toys", 5, 5_000_000)
    assert 3 in row["trials"], "the failed one"
    assert left(files) == 8


def test_what_goes_is_recorded_and_shown(nas, toys, files):
    assert nas("prune", "--status", "failed,stopped", "--search", "toys", "--yes") == ExitCode.DONE
    assert "1.0 MB are free" in nas.out
    assert (left(files), files[3].exists()) == (7, False)
    assert nas("audit", "--json") == ExitCode.DONE
    assert (nas.json[0]["action"], nas.json[0]["object"]) == ("search.prune", toys.id)
    assert nas.json[0]["detail"] == {"name": "toys", "trials": 1, "size_bytes": 1_000_000}
    assert nas("show", "toys/3") == ExitCode.DONE
    assert "its files were removed on" in nas.out
    assert nas("prune", "--status", "failed", "--yes") == ExitCode.DONE
    assert "Nothing to remove." in nas.out


def test_nothing_goes_unless_a_rule_names_it_and_somebody_says_yes(nas, toys, files, monkeypatch):
    assert nas("prune") == ExitCode.USAGE
    assert nas("prune", "--older-than", "30") == ExitCode.USAGE
    assert nas("prune", "--status", "running") == ExitCode.USAGE
    assert nas("prune", "--keep-best", 0, "--json") == ExitCode.USAGE
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert nas("prune", "--keep-best", 0) == 1
    assert nas("prune", "--older-than", "1d", "--yes") == ExitCode.DONE
    monkeypatch.setenv("NAS_API_URL", "http://127.0.0.1:9")
    assert nas("prune", "--keep-best", 0, "--yes") == ExitCode.REFUSED
    assert "run this on the machine that serves" in nas.err
    assert left(files) == 8
