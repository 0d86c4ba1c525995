"""A candidate is trained by the options it chooses, and by nothing else of its own."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from nas.document import parse_document
from nas.drivers.inline import run_inline
from nas.errors import TrialFailure
from nas.memory import MemoryStorage
from nas.opening import open_controller
from nas.records import Assignment, Measurement, SearchStatus, Trial
from search_spaces.joint.architecture import Joint
from search_spaces.registry import architecture_from
from search_spaces.training.architecture import Training
from tests.workers import tiny_robustness
from tests.workers.tiny_classification import tiny_classification, tiny_resizer, tiny_vgg, write_tiny_classes
from tests.workers.tiny_detection import tiny_architecture, tiny_assignment, tiny_task, write_tiny_data
from tests.workers.tiny_quality import tiny_quality, write_tiny_ratings
from workers.evaluator import evaluate

CONSTANT = {"kind": "step", "warmup": 0.0, "milestones": []}
VGG = tiny_vgg().model_dump(mode="json")
BEHIND = {"kind": "resizer", "blocks": [1], "filters": [2], "input_size": [24], "output_size": [16]}
CHOICES = {
    "optimizer.kind": ["adamw", "sgd"],
    "optimizer.learning_rate": {"low": 1e-3, "high": 1e-1, "log": True},
    "optimizer.momentum": {"values": [0.0, 0.7], "when": {"optimizer.kind": ["sgd"]}},
    "batch_size": {"low": 4, "high": 12, "step": 4},
}
ADAMW = {"optimizer.kind": "adamw", "optimizer.learning_rate": 0.001, "batch_size": 4}
SGD = {"optimizer.kind": "sgd", "optimizer.learning_rate": 0.1, "optimizer.momentum": 0.7, "batch_size": 12}
Seen = dict[int, tuple[dict[str, Any], int]]
"""By the number of the trial: its optimizer's first group of parameters, and how many steps it took."""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return write_tiny_classes(tmp_path_factory.mktemp("data"))


def joint(training: dict[str, Any] | None, **parts: Any) -> dict[str, Any]:
    training_part = {"training": {"kind": "training", "values": training}} if training else {}
    return {"kind": "joint", "parts": {"backbone": VGG, **training_part, **parts}}


def searched(home: Path, data: dict[str, str], candidates: list[Any], **fields: Any) -> tuple[list[Trial], Seen]:
    """The trials of a search over these candidates, and their optimizers after the first epoch."""
    resizer = {"resizer": BEHIND} if any("resizer" in candidate["parts"] for candidate in candidates) else {}
    training = {"kind": "training", "choices": CHOICES}
    document = parse_document(
        {
            "name": "trained",
            "space": {
                "kind": "joint",
                "parts": {"backbone": {"kind": "fixed", "architecture": VGG}, "training": training, **resizer},
            },
            "task": tiny_classification(data, epochs=2, schedule=CONSTANT, precision="float32"),
            "objectives": [{"metric": "top1"}],
            "strategy": {"kind": "fixed", "candidates": candidates},
            "budget": {"trials": len(candidates)},
            **fields,
        }
    )
    storage, seen = MemoryStorage(), {}
    search = storage.create_search(document.name, document.model_dump(mode="json"))

    def watched(assignment: Assignment) -> Iterator[Measurement]:
        for measurement in evaluate(assignment):
            if measurement.fidelity == 1:
                seen[assignment.number] = optimizer_in(Path(assignment.directory))
            yield measurement

    run_inline(open_controller(storage, search.id, owner="test", home=home), watched)
    assert storage.search(search.id).status is SearchStatus.COMPLETED
    return list(storage.trials(search.id)), seen


def optimizer_in(directory: Path) -> tuple[dict[str, Any], int]:
    """The first group of the optimizer in a checkpoint, and the steps it took, 0 where it does not count them."""
    content = (directory / "checkpoint.pt").read_bytes()
    checkpoint = torch.load(io.BytesIO(content[64:]), weights_only=True)  # behind a checksum
    optimizer = checkpoint["state"]["optimizer"]
    steps = {int(each["step"]) for each in optimizer["state"].values() if "step" in each}
    return optimizer["param_groups"][0], max(steps, default=0)


def test_every_candidate_is_trained_by_its_own_optimizer_and_batches(tmp_path: Path, data: dict[str, str]) -> None:
    trials, seen = searched(tmp_path, data, [joint(ADAMW), joint(SGD)])
    (adamw, steps), (sgd, _) = seen[0], seen[1]
    assert (adamw["lr"], adamw["betas"], steps) == (0.001, (0.9, 0.95), 24 // 4)
    assert (sgd["lr"], sgd["momentum"], "betas" in sgd) == (0.1, 0.7, False)
    assert [trial.failure for trial in trials] == [None, None]
    assert trials[0].static_metrics == trials[1].static_metrics
    assert trials[0].metrics["train_loss"] != trials[1].metrics["train_loss"]


def test_a_candidate_is_trained_as_a_document_with_its_options_says(tmp_path: Path, data: dict[str, str]) -> None:
    """Bit for bit, with the same seed and no training chosen."""
    task = tiny_classification(data, epochs=1, precision="float32")
    laid = task | {"batch_size": 12, "optimizer": {"kind": "sgd", "learning_rate": 0.1, "momentum": 0.7}}
    chosen = list(evaluate(tiny_assignment(tmp_path / "chosen", task, architecture=joint(SGD))))
    written = list(evaluate(tiny_assignment(tmp_path / "written", laid, architecture=VGG)))
    assert [m.metrics["train_loss"] for m in chosen] == [m.metrics["train_loss"] for m in written]
    assert [m.metrics["loss"] for m in chosen] == [m.metrics["loss"] for m in written]
    told = json.loads(torch.load(tmp_path / "chosen" / "model.pt", weights_only=True)["task"])
    assert (told["batch_size"], told["optimizer"]["momentum"]) == (12, 0.7)


def test_companions_are_trained_as_their_candidate_is(tmp_path: Path, data: dict[str, str]) -> None:
    candidate = joint(SGD, resizer=tiny_resizer().model_dump(mode="json"))
    trials, seen = searched(tmp_path, data, [candidate], comparison={"top": 1, "seeds": 1})
    assert [trial.companion and trial.companion.control for trial in trials] == [None, None, "plain"]
    assert {trial.failure for trial in trials} == {None}
    assert {(group["lr"], group["momentum"]) for group, _ in seen.values()} == {(0.1, 0.7)}
    control = architecture_from(trials[2].architecture)
    assert isinstance(control, Joint)
    assert control.parts["training"] == Training.load({"values": SGD})


def test_a_warm_start_is_shared_whatever_the_candidates_choose(tmp_path: Path, data: dict[str, str]) -> None:
    task = tiny_classification(data, epochs=1, precision="float32", warm_start={"epochs": 1})
    resizer = tiny_resizer().model_dump(mode="json")
    for number, training in enumerate((None, ADAMW, SGD | {"dropout": 0.5, "label_smoothing": 0.3})):
        folder = tmp_path / str(number)
        list(evaluate(tiny_assignment(folder, task, architecture=joint(training, resizer=resizer))))
        assert "warm start" in (folder / "trial.log").read_text()
    (shared,) = (tmp_path / "cache" / "warm_starts").iterdir()
    told = json.loads(torch.load(shared / "model.pt", weights_only=True)["task"])
    assert (told["batch_size"], told["optimizer"]["kind"], told["dropout"]) == (6, "adamw", 0.1)


def task_of(kind: str, folder: Path) -> dict[str, Any]:
    """A tiny task of this kind, with data of its own."""
    match kind:
        case "detection":
            return tiny_task(write_tiny_data(folder), epochs=1)
        case "quality":
            return tiny_quality(write_tiny_ratings(folder), epochs=1)
        case _:
            return tiny_robustness.tiny_task(tiny_robustness.write_tiny_pictures(folder), epochs=1)


@pytest.mark.parametrize("kind", ["detection", "quality", "robustness"])
def test_every_other_task_takes_the_options_of_a_candidate(tmp_path: Path, kind: str) -> None:
    backbone = (
        tiny_architecture().model_dump(mode="json")
        if kind == "detection"
        else tiny_robustness.tiny_vgg().model_dump(mode="json")
    )
    architecture = joint({"optimizer.learning_rate": 0.05, "batch_size": 5}, backbone=backbone)
    task = task_of(kind, tmp_path / "data")
    list(evaluate(tiny_assignment(tmp_path / "trial", task, architecture=architecture)))
    told = json.loads(torch.load(tmp_path / "trial" / "model.pt", weights_only=True)["task"])
    assert (told["batch_size"], told["optimizer"]["learning_rate"]) == (5, 0.05)


def test_what_the_task_refuses_fails_the_trial_with_its_reason(tmp_path: Path, data: dict[str, str]) -> None:
    task = tiny_classification(data, epochs=1)
    with pytest.raises(TrialFailure, match="batch_size: must be at least 1, got 0"):
        list(evaluate(tiny_assignment(tmp_path / "trial", task, architecture=joint({"batch_size": 0}))))
