"""`nas transfer`: from a search to the table of its resizers before all of its backbones."""

import json
from logging import getLogger
from pathlib import Path

import pytest
import torch
import yaml

from api.cli import app
from api.commands.session import ExitCode
from nas.document import load_document
from nas.tasks.classification import ClassificationTask
from search_spaces.registry import architecture_from
from tests.workers.tiny_classification import tiny_classification, tiny_vgg, write_tiny_classes
from workers.classification.task import Classification
from workers.training.state import TrainingState
from workers.training.warm_start import warm_weights

CPU = torch.device("cpu")
RESIZER = {"kind": "resizer", "blocks": [1], "filters": [2], "input_size": [24], "output_size": [16]}
BACKBONES = [tiny_vgg().model_copy(update={"fc_width": width}).model_dump(mode="json") for width in (16, 8)]


def write_first(folder: Path, *, backbones=BACKBONES, resizer=RESIZER, name="first") -> Path:
    """The document of a search over backbones behind learned resizers, its data beside it."""
    data = folder / "data"
    found = write_tiny_classes(data) if not data.exists() else {part: str(data / part) for part in ("train", "val")}
    document = {
        "name": name,
        "space": {
            "kind": "joint",
            "parts": {"backbone": {"kind": "fixed", "architectures": backbones}, "resizer": resizer},
        },
        "task": tiny_classification(found, epochs=1, precision="float32", warm_start={"epochs": 2}),
        "objectives": [{"metric": "top1"}],
        "strategy": {"kind": "random"},
        "budget": {"trials": len(backbones)},
        "comparison": {"top": 0},
    }
    path = folder / f"{name}.yaml"
    path.write_text(yaml.safe_dump(document))
    return path


def trained(home: Path) -> dict[str, int]:
    """When each warm start of the machine was trained."""
    return {str(file): file.stat().st_mtime_ns for file in home.glob("cache/warm_starts/*/model.pt")}


def weights_in(file: Path, prefix: str = "") -> dict[str, torch.Tensor]:
    content = torch.load(file, weights_only=True)
    state = content.get("weights", content)
    return {name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)}


def same(ours, theirs) -> bool:
    return ours.keys() == theirs.keys() and all(torch.equal(value, theirs[name]) for name, value in ours.items())


def test_resizers_are_moved_to_all_backbones_and_trained_there(nas, storage, tmp_path):
    assert nas("run", write_first(tmp_path), "--driver", "inline", "--quiet") == ExitCode.DONE
    before = trained(nas.home)
    assert len(before) == 2, "one of each backbone"

    assert nas("transfer", "first", "--epochs", 2, "--output", "moved.yaml", "--json") == ExitCode.DONE
    told = nas.json
    assert (told["document"], told["pairs"], len(told["sources"])) == ("moved.yaml", 4, 2)
    for source in told["sources"]:
        model = nas.home / "trials" / told["search"] / f"{source['trial']:05d}" / "model.pt"
        kept = weights_in(tmp_path / "moved-resizers" / f"{source['label']}.pt")
        assert same(kept, weights_in(model, "resizer."))

    assert nas(*told["next"][0].split()[1:], "--driver", "inline", "--quiet") == ExitCode.DONE
    trials = storage.trials(storage.search("first-pairs").id)
    pairs = {
        tuple(json.dumps(trial.architecture["parts"][role]) for role in ("backbone", "resizer")) for trial in trials
    }
    assert len(trials) == len(pairs) == 4
    assert all("top1" in trial.metrics and trial.fidelity == 2 for trial in trials)
    assert trained(nas.home) == before, "a backbone begins with its own weights, which are there already"
    for trial in trials:
        assert_begins_with_both(trial, nas.home)

    assert nas(*told["next"][1].split()[1:], "--json") == ExitCode.DONE
    assert len(nas.json["rows"]["values"]) == len(nas.json["columns"]["values"]) == 2


def assert_begins_with_both(trial, home: Path) -> None:
    """Before its first step, the network of the trial is the backbone's own behind its source's resizer, bit by bit."""
    options = load_document(Path("moved.yaml")).task
    assert isinstance(options, ClassificationTask)
    architecture = architecture_from(trial.architecture)
    place = {"cache_directory": home / "cache", "device": CPU}
    task = Classification(options, architecture=architecture, **place)
    start = warm_weights(task, architecture, options, options.warm_start, log=getLogger("test"), **place)
    network = TrainingState.fresh(task, architecture, options, seed=trial.seed, device=CPU, start=start).network
    state = network.state_dict()
    assert same(start, {name: value for name, value in state.items() if name.startswith("network.")})
    source = Path(trial.architecture["parts"]["resizer"]["weights"])
    assert same(weights_in(source), {name[8:]: value for name, value in state.items() if name.startswith("resizer.")})
    assert len(list((home / "cache" / "warm_starts").iterdir())) == 2


@pytest.fixture
def first(nas, tmp_path):
    """The first search, run to its end."""
    assert nas("run", write_first(tmp_path), "--driver", "inline", "--quiet") == ExitCode.DONE
    return nas


def test_what_was_written_and_what_to_run_next_is_told(first, tmp_path):
    assert first("transfer", "first", "--seeds", 2) == ExitCode.DONE
    assert first.out.startswith("transfer.yaml: 4 pairs of vgg-")
    assert "  nas run transfer.yaml\n  nas table first-pairs --rows parts.resizer.weights" in first.out
    document = load_document(tmp_path / "transfer.yaml")
    assert (document.comparison.top, document.comparison.seeds, document.task.epochs) == (4, 2, 4)
    files = [one["weights"] for one in document.space["parts"]["resizer"]["architectures"]]
    assert sorted(files) == sorted(str(file) for file in (tmp_path / "transfer-resizers").iterdir())


def test_what_cannot_be_moved_is_told_in_a_sentence(first, tmp_path):
    assert first("transfer", "second") == ExitCode.NOT_FOUND
    assert first("transfer", "first", "--output", "moved.json") == ExitCode.USAGE
    assert "must end with .yaml or .yml" in first.err
    assert first("transfer", "first", "--output", "data/train/red/0.png/a.yaml") == ExitCode.REFUSED
    assert "cannot be written: Not a directory" in first.err
    model = next(first.home.glob("trials/*/00001/model.pt"))
    model.write_bytes(b"broken")
    assert first("transfer", "first") == ExitCode.REFUSED
    assert first.err.startswith(f"nas: resizer weights '{model}' must be written by torch.save")
    model.unlink()
    assert first("transfer", "first") == ExitCode.REFUSED
    assert first.err.startswith("nas: the model of trial 1 must be a file of this machine, got 'file://")
    assert not (tmp_path / "transfer.yaml").exists()


def test_a_search_that_has_not_ended_or_learned_no_resizer_is_refused(nas, storage, tmp_path):
    document = load_document(write_first(tmp_path, name="waiting")).model_dump(mode="json")
    storage.create_search("waiting", document)
    assert nas("transfer", "waiting") == ExitCode.REFUSED
    assert "must have ended, is queued" in nas.err
    plain = {**RESIZER, "method": ["none"]}
    assert nas("run", write_first(tmp_path, resizer=plain, name="plain"), "--driver", "inline", "--quiet") == 0
    assert nas("transfer", "plain") == ExitCode.REFUSED
    assert "learned resizers of at least 2 backbones, got none with a model" in nas.err


def test_the_command_is_listed():
    assert "transfer" in {command.callback.__name__ for command in app.registered_commands}
