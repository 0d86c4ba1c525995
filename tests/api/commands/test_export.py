"""`nas export` and `nas reproduce`: a trained trial taken home, and what it has reached measured again."""

import json
import logging
import os
import signal
import subprocess
import sys

import pytest
import torch
import yaml

from api.commands.session import ExitCode
from nas.exporting import order_of
from tests.api.commands.processes import Running
from tests.api.tiny_search import write_document
from workers.export.trained import open_trained

WRITTEN = [
    "README.md",
    "SHA256SUMS",
    "architecture.json",
    "document.yaml",
    "metrics.json",
    "model.pt2",
    "predict.py",
    "preprocessing.json",
]


@pytest.fixture(scope="module", autouse=True)
def quiet():
    """torch logs every step of its tracing where somebody listens, as pytest does: that takes minutes."""
    logger = logging.getLogger("torch.__trace")
    before, logger.disabled = logger.disabled, True
    yield
    logger.disabled = before


@pytest.fixture(scope="module")
def searched(tmp_path_factory):
    """A home folder with a finished search of one trial, in a folder with its data."""
    folder = tmp_path_factory.mktemp("searched")
    document = write_document(folder, trials=1)
    command = [sys.executable, "-P", "-m", "api.cli", "run", str(document), "--driver", "inline", "--quiet"]
    subprocess.run(command, cwd=folder, env=environment(folder / "home"), check=True, stdout=subprocess.DEVNULL)
    return folder


def environment(home):
    return {**os.environ, "NAS_HOME": str(home), "OMP_NUM_THREADS": "1"}


@pytest.fixture
def there(nas, searched, monkeypatch):
    """The command line in that folder."""
    monkeypatch.setenv("NAS_HOME", str(searched / "home"))
    nas.home = searched / "home"
    return nas


def test_the_winner_runs_with_torch_alone_and_answers_as_it_was_trained(there, storage, tmp_path):
    assert there("export", "tiny/0", "--to", "winner") == ExitCode.DONE
    assert "Read back, it answers 6 validation pictures as the trained network: largest difference logits" in there.out
    assert "metrics came again, to the last bit" in there.out
    folder = tmp_path / "winner"
    assert sorted(file.name for file in folder.iterdir()) == WRITTEN
    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=folder, check=True)
    search = storage.search("tiny")
    trial = storage.trial(search.id, 0)
    assert json.loads((folder / "architecture.json").read_text()) == trial.architecture
    assert yaml.safe_load((folder / "document.yaml").read_text()) == search.document
    assert json.loads((folder / "metrics.json").read_text())["recorded"] == trial.metrics

    answers = alone(folder, "torch.save(torch.export.load('model.pt2').module()(torch.load('in.pt')), 'out.pt')")
    trained = open_trained(order_of(search, trial, home=there.home), torch.device("cpu"))
    with torch.no_grad():
        logits, _ = trained.network(torch.load(folder / "in.pt"))
    assert torch.allclose(answers[0], logits, atol=1e-4)
    assert answers[1].shape == (3, logits.shape[1], 4)

    pictures = sorted((there.home.parent / "shapes" / "images").iterdir())[:2]
    told = subprocess.run(
        [sys.executable, "-I", folder / "predict.py", *pictures], cwd="/", check=True, capture_output=True, text=True
    )
    lines = [json.loads(line) for line in told.stdout.splitlines()]
    assert [line["picture"] for line in lines] == [str(picture) for picture in pictures]
    assert all(0 <= found["score"] <= 1 for line in lines for found in line["detections"])


def alone(folder, script):
    """What a Python says that knows torch and nothing of this package."""
    torch.save(torch.randn(3, 3, 64, 64), folder / "in.pt")
    subprocess.run([sys.executable, "-I", "-c", f"import torch; {script}"], cwd=folder, check=True)
    return torch.load(folder / "out.pt")


def test_a_trial_is_measured_again_by_its_model_and_by_its_training(there):
    assert there("reproduce", "tiny/0", "--json") == ExitCode.DONE
    told = there.json
    assert (told["way"], told["reproduced"], told["largest_difference"]) == ("judged", True, 0.0)
    assert told["again"]["AP"] == told["recorded"]["AP"]
    assert there("reproduce", "tiny/0", "--train") == ExitCode.DONE
    assert there.out.startswith("Trained again on cpu: all ")
    assert there.out.endswith("metrics came again, to the last bit.\n")
    assert not list(there.home.glob("again-*")), "nothing is left of it"


def test_what_cannot_be_exported_is_told(there, tmp_path, searched):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    assert there("export", "tiny/0", "--to", "full") == ExitCode.REFUSED
    assert "full must be a new or an empty folder" in there.err
    assert there("export", "tiny/7", "--to", "other") == ExitCode.NOT_FOUND
    model = next(there.home.glob("trials/*/00000/model.pt"))
    content = model.read_bytes()
    try:
        model.write_bytes(content[:-1])
        assert there("export", "tiny/0", "--to", "other") == ExitCode.REFUSED
        assert "is not what trial tiny/0 wrote" in there.err
        model.unlink()
        assert there("export", "tiny/0", "--to", "other") == ExitCode.REFUSED
        assert "the model must be a file of this machine" in there.err
    finally:
        model.write_bytes(content)
    assert not (tmp_path / "other").exists()
    assert not (tmp_path / "other.partial").exists()


def test_a_service_exports_and_retrains_by_itself(there, searched, tmp_path, monkeypatch):
    service = Running(searched, "serve", "--port", "0", "--driver", "inline").begun()
    try:
        monkeypatch.setenv("NAS_API_URL", service.url)
        assert there("export", "tiny/0", "--to", "weights", "--format", "state_dict", "--json") == ExitCode.DONE
        assert there.json["reproduction"]["reproduced"]
        assert sorted(file.name for file in (tmp_path / "weights").iterdir()) == sorted(
            {*WRITTEN, "weights.pt"} - {"model.pt2", "predict.py"}
        )
        assert there("export", "tiny/0", "--to", "weights", "--format", "state_dict") == ExitCode.REFUSED
        assert there("retrain", "tiny/0", "--set", "task.epochs=1") == ExitCode.DONE
        assert there("watch", "tiny-0-full") == ExitCode.DONE
    finally:
        service.end(signal.SIGTERM)


def test_a_service_is_not_asked_to_reproduce(there, monkeypatch):
    monkeypatch.setenv("NAS_API_URL", "http://127.0.0.1:9")
    assert there("reproduce", "tiny/0") == ExitCode.REFUSED
    assert "where its files are" in there.err
