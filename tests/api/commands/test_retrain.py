"""`nas retrain`: from a trial to its architecture trained in full."""

import pytest

from api.commands.session import ExitCode
from tests.api.tiny_search import write_document


@pytest.fixture
def searched(nas, tmp_path):
    """A search of one trial of three epochs, run to its end."""
    assert nas("run", write_document(tmp_path, trials=1), "--driver", "inline", "--quiet") == ExitCode.DONE
    return nas


FULL = ("--set", "task.epochs=4", "--set", "task.image_size=[96, 96]")


def test_the_winner_is_trained_here_to_the_end_of_the_full_schedule(searched, storage):
    assert searched("retrain", "tiny/0", *FULL, "--run", "--driver", "inline", "--json") == ExitCode.DONE
    told = searched.json
    assert (told["name"], told["status"]) == ("tiny-0-full", "completed")
    (trial,) = storage.trials(told["id"])
    first = storage.trial(storage.search("tiny").id, 0)
    assert (trial.architecture_id, trial.fidelity) == (first.architecture_id, 4)
    assert trial.static_metrics["macs"] > first.static_metrics["macs"]
    assert (searched.home / "trials" / told["id"] / "00000" / "model.pt").is_file()
    assert searched("retrain", "tiny/0", *FULL, "--json") == ExitCode.DONE
    assert searched.json["id"] == told["id"], "the same command finds the same retraining"


def test_without_run_it_waits_for_whoever_serves(searched, storage):
    assert searched("retrain", "tiny/0", "--seeds", 3, *FULL) == ExitCode.DONE
    made = storage.search("tiny-0-full")
    assert searched.out == f"Retraining tiny-0-full ({made.id}) is queued.\n"
    assert made.document["comparison"]["seeds"] == 2


def test_what_cannot_be_retrained_is_told(searched, tmp_path):
    assert searched("retrain", "tiny/7") == ExitCode.NOT_FOUND
    assert searched("retrain", "tiny/0", "--set", "space.width=1") == ExitCode.USAGE
    assert searched.err.startswith("nas: space: cannot be changed in a retraining")
    (tmp_path / "shapes" / "annotations" / "instances_val.json").unlink()
    assert searched("retrain", "tiny/0") == ExitCode.USAGE
    assert "task.data.val.annotations" in searched.err


def test_a_service_trains_by_itself(searched, monkeypatch):
    monkeypatch.setenv("NAS_API_URL", "http://127.0.0.1:9")
    assert searched("retrain", "tiny/0", "--run") == ExitCode.REFUSED
    assert "a service (NAS_API_URL) runs by itself what is submitted to it" in searched.err
