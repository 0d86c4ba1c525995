"""Whole classification trials and searches on tiny pictures."""

from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import torch

from nas.document import SearchDocument, parse_document
from nas.document_text import read_data
from nas.drivers.inline import run_inline
from nas.errors import TrialFailure
from nas.memory import MemoryStorage
from nas.opening import open_controller
from nas.records import FailureKind, Measurement, SearchStatus, Trial
from search_spaces.space import Architecture
from tests.workers.tiny_classification import BACKBONES, resized, tiny_classification, tiny_vgg, write_tiny_classes
from tests.workers.tiny_detection import tiny_assignment
from workers.evaluator import evaluate
from workers.training.loop import THROUGHPUT

EXAMPLE = Path(__file__).parents[3] / "examples" / "imagenette.yaml"
BEHIND = {"kind": "resizer", "blocks": [1], "filters": [2], "input_size": [24], "output_size": [16]}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return write_tiny_classes(tmp_path_factory.mktemp("data"))


def assignment(folder: Path, task: dict[str, Any], architecture: Architecture, **changes: Any) -> Any:
    return tiny_assignment(folder, task, architecture=architecture.model_dump(mode="json"), **changes)


def timeless(measurements: list[Measurement]) -> list[tuple[int, dict[str, float]]]:
    return [(m.fidelity, {k: v for k, v in m.metrics.items() if k != THROUGHPUT}) for m in measurements]


@pytest.mark.parametrize("architecture", [*BACKBONES.values(), resized()], ids=[*BACKBONES, "resizer"])
def test_a_trial_learns_colours(tmp_path: Path, data: dict[str, str], architecture: Architecture) -> None:
    task = tiny_classification(data, epochs=8, batch_norm={"reestimate_batches": 4})
    measurements = list(evaluate(assignment(tmp_path / "trial", task, architecture)))
    assert [m.fidelity for m in measurements] == list(range(1, 9))
    last = measurements[-1].metrics
    assert last["top1"] > 0.8
    assert last["top1_error"] == pytest.approx(1 - last["top1"])
    assert {"top5", "top5_error", "loss", "train_loss", "gradient_norm", THROUGHPUT} <= set(last)
    content = torch.load(tmp_path / "trial" / "model.pt", weights_only=True)
    assert '"classes": ["blue", "green", "red"]' in content["task"]


def test_taken_up_after_any_epoch_it_ends_as_if_it_had_not_been_stopped(tmp_path: Path, data: dict[str, str]) -> None:
    """With a resizer that learns at its own ratio, an average of the weights and re-estimated batch norms."""
    task = tiny_classification(
        data,
        ema_decay=0.9,
        batch_norm={"reestimate_batches": 2},
        random_crop={},
        flips=["horizontal", "vertical"],
        optimizer={"kind": "sgd", "learning_rate": 0.1},
    )
    architecture = resized(learning_rate_ratio=0.3)
    whole, cut = (assignment(tmp_path / name, task, architecture) for name in ("whole", "cut"))
    expected = timeless(list(evaluate(whole)))
    for attempt in (1, 2, 3):
        started = evaluate(replace(cut, attempt=attempt))
        found = list(islice(started, attempt))
        started.close()  # type: ignore[attr-defined]
    assert timeless(found) == expected
    models = [torch.load(tmp_path / name / "model.pt", weights_only=True)["weights"] for name in ("whole", "cut")]
    assert all(torch.equal(models[0][name], models[1][name]) for name in models[0])
    assert any(name.startswith("resizer.") for name in models[0])


def test_the_ratio_of_a_resizer_decides_how_far_it_moves(tmp_path: Path, data: dict[str, str]) -> None:
    weights = []
    for number, ratio in enumerate((1e-3, 1.0)):
        folder = tmp_path / str(number)
        task = tiny_classification(data, epochs=1)
        list(evaluate(assignment(folder, task, resized(tail="zero", learning_rate_ratio=ratio))))
        weights.append(torch.load(folder / "model.pt", weights_only=True)["weights"]["resizer.tail.weight"].abs().max())
    assert weights[0] < 1e-3 < 1e-2 < weights[1]


def test_a_broken_picture_is_named(tmp_path: Path) -> None:
    own = write_tiny_classes(tmp_path / "data")
    (Path(own["train"]) / "red" / "3.png").write_bytes(b"\x89PNG")
    with pytest.raises(TrialFailure, match=r"red/3\.png cannot be read") as caught:
        list(evaluate(assignment(tmp_path / "trial", tiny_classification(own), tiny_vgg())))
    assert caught.value.failure.kind is FailureKind.DATA


@pytest.mark.parametrize(
    "space",
    [
        {
            "kind": "vgg",
            "stages": [{"widths": [2], "depths": [1]}, {"widths": [4, 6], "depths": [1]}],
            "batch_norms": [True],
            "pooled_sizes": [1],
            "fc_widths": [8],
        },
        {
            "kind": "joint",
            "parts": {"backbone": {"kind": "fixed", "architecture": tiny_vgg().model_dump()}, "resizer": BEHIND},
        },
    ],
    ids=["vgg", "resizer"],
)
def test_a_document_runs_to_its_leaderboard(tmp_path: Path, data: dict[str, str], space: dict[str, Any]) -> None:
    document = parse_document(
        {
            "name": "colours",
            "space": space,
            "task": tiny_classification(data, epochs=1),
            "objectives": [{"metric": "top1"}, {"metric": "macs", "goal": "minimize"}],
            "constraints": [{"metric": "params", "max": 10_000}],
            "strategy": {"kind": "random"},
            "budget": {"trials": 1},
        }
    )
    trial = searched(document, tmp_path)
    assert 0 <= trial.metrics["top1"] <= 1
    assert trial.metrics["params"] < 10_000
    assert ("resizer_macs" in trial.metrics) == (space["kind"] == "joint")


def test_the_example_of_imagenette_runs(tmp_path: Path, data: dict[str, str]) -> None:
    """On tiny pictures, one candidate, one epoch."""
    content = read_data(EXAMPLE)
    content["task"] |= {"data": data, "image_size": [32, 32], "epochs": 1, "batch_size": 6}
    trial = searched(parse_document({**content, "budget": {"trials": 1}}), tmp_path)
    assert {"top1", "top5", "macs"} <= set(trial.metrics)


def searched(document: SearchDocument, home: Path) -> Trial:
    """The first trial of the search, which is run to its end in this process."""
    storage = MemoryStorage()
    search = storage.create_search(document.name, document.model_dump(mode="json"))
    controller = open_controller(storage, search.id, owner="test", home=home)
    run_inline(controller, evaluate)
    assert storage.search(search.id).status is SearchStatus.COMPLETED
    return storage.trials(search.id)[0]
