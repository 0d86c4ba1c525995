"""Wishes from the command line, on the state folder: pause, resume, extend, stop, retry, clone, delete."""

import pytest
import yaml

from api.commands.session import ExitCode
from nas.records import LEGAL_TRIAL, Pause, SearchStatus, TrialStatus, TrialWish
from nas.testing.searches import toy_document


@pytest.fixture
def queued(storage):
    """A search that waits."""
    document = toy_document(name="later")
    return storage.create_search(document.name, document.model_dump(mode="json"))


def test_a_search_is_paused_and_goes_on(nas, queued, storage):
    assert nas("pause", "later") == ExitCode.DONE
    assert nas.out == f"Search later ({queued.id}) will pause.\n"
    assert storage.search(queued.id).pause_requested is Pause.LATER
    assert nas("pause", "later", "--now", "--json") == ExitCode.DONE
    assert nas.json["pause_requested"] == "now"
    assert nas("resume", "later") == ExitCode.DONE
    assert storage.search(queued.id).pause_requested is None


@pytest.mark.parametrize("command", ["pause", "resume", "cancel"])
def test_what_has_ended_is_left_alone(nas, toys, command):
    assert nas(command, "toys") == ExitCode.REFUSED
    assert "has already ended: completed" in nas.err


def test_a_queued_search_is_cancelled(nas, queued, storage):
    assert nas("cancel", "later") == ExitCode.DONE
    assert storage.search(queued.id).cancel_requested


def test_an_ended_search_gets_more_trials(nas, toys, storage):
    assert nas("extend", "toys", "--trials", 8) == ExitCode.REFUSED
    assert "must get more than the 8 trials it is to have, got 8" in nas.err
    assert nas("extend", "toys", "--trials", 12) == ExitCode.DONE
    assert (storage.search("toys").status, storage.search("toys").trial_budget) == (SearchStatus.QUEUED, 12)
    assert nas("searches") == ExitCode.DONE
    assert "8/12" in nas.out


def test_a_failed_trial_is_retried_and_a_completed_one_is_not(nas, toys, storage):
    assert nas("retry", "toys/3") == ExitCode.DONE
    assert nas.out == f"Trial 3 of toys ({toys.id}) is to be tried again.\n"
    assert storage.wanted(toys.id).retry == (3,)
    assert nas("retry", "toys/2") == ExitCode.REFUSED
    assert "trial 2 is completed; to retry it, it must be cancelled or failed or stopped" in nas.err


def test_only_a_running_trial_is_stopped(nas, toys, storage):
    assert nas("stop", "toys/3") == ExitCode.REFUSED
    assert "trial 3 is failed; to stop it, it must be running" in nas.err
    assert TrialWish.STOP not in storage.wanted(toys.id).stop
    assert not LEGAL_TRIAL[TrialStatus.FAILED]


def test_a_clone_is_a_search_with_changes(nas, toys, storage, tmp_path):
    assert nas("clone", "toys", "--name", "longer", "--set", "task.epochs=24", "--set", "budget.trials=3") == 0
    made = storage.search("longer")
    assert (made.document["task"]["epochs"], made.document["budget"]["trials"]) == (24, 3)
    assert made.document["task"]["data"] == toys.document["task"]["data"]
    assert nas("clone", "toys", "--set", "task.epoch=24") == ExitCode.USAGE
    assert "did you mean 'epochs'" in nas.err


def test_a_clone_may_be_written_to_a_file(nas, toys, storage, tmp_path):
    file = tmp_path / "longer.yaml"
    assert nas("clone", "toys", "--name", "longer", "--write", file) == ExitCode.DONE
    written = yaml.safe_load(file.read_text())
    assert (written["name"], written["budget"]["trials"]) == ("longer", 8)
    assert len(storage.searches().searches) == 1


def test_what_is_done_is_recorded_as_over_rest(nas, toys, queued, monkeypatch):
    monkeypatch.setenv("LOGNAME", "vera")
    for command in (
        ("pause", "later", "--now"),
        ("resume", "later"),
        ("cancel", "later"),
        ("extend", "toys", "--trials", 12),
        ("retry", "toys/3"),
        ("clone", "toys", "--name", "copy"),
    ):
        assert nas(*command) == ExitCode.DONE, nas.err
    assert nas("stop", "toys/2") == ExitCode.REFUSED
    assert nas("audit", "--json") == ExitCode.DONE
    assert {(deed["actor"], deed["project"]) for deed in nas.json} == {("vera (command line)", "default")}
    assert [(deed["action"], deed["object"]) for deed in nas.json[::-1]][:5] == [
        ("search.pause", queued.id),
        ("search.resume", queued.id),
        ("search.cancel", queued.id),
        ("search.extend", toys.id),
        ("trial.retry", toys.id),
    ]
    assert nas.json[0]["action"] == "search.clone"
    assert nas.json[0]["detail"] == {"name": "copy", "of": toys.id}


def test_an_ended_search_is_deleted(nas, toys, queued, storage):
    assert nas("delete", "later", "--yes") == ExitCode.REFUSED
    assert "cancel it before deleting it" in nas.err
    assert nas("delete", "toys", "--yes") == ExitCode.DONE
    assert nas("show", "toys/0") == ExitCode.NOT_FOUND
