"""Whole quality trials and searches on tiny pictures."""

from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import torch

from nas.document import parse_document
from nas.drivers.inline import run_inline
from nas.errors import TrialFailure
from nas.memory import MemoryStorage
from nas.opening import open_controller
from nas.records import FailureKind, Measurement, SearchStatus, TrialStatus
from nas.tasks.quality import METRICS
from tests.workers.tiny_detection import tiny_assignment
from tests.workers.tiny_quality import tiny_quality, tiny_vgg, write_tiny_ratings
from workers.evaluator import evaluate
from workers.training.loop import THROUGHPUT

VGG = {
    "kind": "vgg",
    "stages": [{"widths": [2, 4], "depths": [1]}, {"widths": [4, 6], "depths": [1]}],
    "batch_norms": [True],
    "pooled_sizes": [1],
    "fc_widths": [8],
}
BEHIND = {"kind": "resizer", "blocks": [1], "filters": [2], "input_size": [24], "output_size": [16]}
JOINT = {
    "kind": "joint",
    "parts": {"backbone": {"kind": "fixed", "architecture": tiny_vgg().model_dump(mode="json")}, "resizer": BEHIND},
}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return write_tiny_ratings(tmp_path_factory.mktemp("data"))


def assignment(folder: Path, task: dict[str, Any], **changes: Any) -> Any:
    return tiny_assignment(folder, task, architecture=tiny_vgg().model_dump(mode="json"), **changes)


def timeless(measurements: list[Measurement]) -> list[tuple[int, dict[str, float]]]:
    return [(m.fidelity, {k: v for k, v in m.metrics.items() if k != THROUGHPUT}) for m in measurements]


def test_a_trial_measures_every_epoch(tmp_path: Path, data: dict[str, Any]):
    measurements = list(evaluate(assignment(tmp_path / "trial", tiny_quality(data))))
    assert [m.fidelity for m in measurements] == [1, 2, 3]
    assert {*METRICS, "train_loss", "gradient_norm", THROUGHPUT} <= set(measurements[-1].metrics)


def test_taken_up_after_any_epoch_it_ends_as_if_it_had_not_been_stopped(tmp_path: Path, data: dict[str, Any]):
    task = tiny_quality(data, dropout=0.5, crop_fraction=0.8, ema_decay=0.9)
    whole, cut = (assignment(tmp_path / name, task) for name in ("whole", "cut"))
    expected = timeless(list(evaluate(whole)))
    for attempt in (1, 2, 3):
        started = evaluate(replace(cut, attempt=attempt))
        found = list(islice(started, attempt))
        started.close()
    assert timeless(found) == expected
    models = [torch.load(tmp_path / name / "model.pt", weights_only=True)["weights"] for name in ("whole", "cut")]
    assert all(torch.equal(models[0][name], models[1][name]) for name in models[0])


def test_a_wrong_line_of_the_ratings_fails_the_trial_with_its_place(tmp_path: Path):
    own = write_tiny_ratings(tmp_path / "data")
    file = Path(own["val"]["ratings"])
    file.write_text(file.read_text().replace('"label": [', '"label": [-', 1))
    with pytest.raises(TrialFailure, match=r"val\.json, entry 0: a vote must be a number of 0 \.\. 1e\+12") as caught:
        list(evaluate(assignment(tmp_path / "trial", tiny_quality(own))))
    assert caught.value.failure.kind is FailureKind.DATA


@pytest.mark.parametrize(
    ("space", "trials"), [(VGG, 2 + 1), (JOINT, 1 + 2)], ids=["vgg", "resizer"]
)  # beside the candidates: the best one with another seed, and the control of the resizer
def test_a_document_runs_to_its_leaderboard(tmp_path: Path, data: dict[str, Any], space: dict[str, Any], trials: int):
    document = parse_document(
        {
            "name": "ratings",
            "space": space,
            "task": tiny_quality(data, epochs=1),
            "objectives": [{"metric": "EMD2", "goal": "minimize"}, {"metric": "macs", "goal": "minimize"}],
            "constraints": [{"metric": "params", "max": 10_000}],
            "strategy": {"kind": "random"},
            "budget": {"trials": 2 if space is VGG else 1},
            "comparison": {"seeds": 1, "top": 1},
        }
    )
    storage = MemoryStorage()
    search = storage.create_search(document.name, document.model_dump(mode="json"))
    run_inline(open_controller(storage, search.id, owner="test", home=tmp_path), evaluate)
    assert storage.search(search.id).status is SearchStatus.COMPLETED
    done = storage.trials(search.id)
    assert [trial.status for trial in done] == [TrialStatus.COMPLETED] * trials
    assert all(0 < trial.metrics["EMD2"] < 0.95 and trial.metrics["params"] < 10_000 for trial in done)
    assert all(("resizer_macs" in trial.metrics) == (space is JOINT) for trial in done)


def test_a_resizer_goes_on_from_the_network_of_its_bicubic_baseline(tmp_path: Path, data: dict[str, Any]):
    """The published recipe: the baseline first, then the resizer and the network together."""
    resizer = {"kind": "resizer", "input_size": [24, 24], "output_size": [16, 16], "filters": 2, "tail": "zero"}
    parts = {"backbone": tiny_vgg().model_dump(mode="json"), "resizer": {**resizer, "interpolation": "bicubic"}}
    task = tiny_quality(data, epochs=1, warm_start={"epochs": 4}, optimizer={"kind": "adamw", "learning_rate": 0.01})
    first = list(evaluate(tiny_assignment(tmp_path / "cold", task | {"warm_start": None}, architecture=joint(parts))))
    warm = list(evaluate(tiny_assignment(tmp_path / "warm", task, architecture=joint(parts))))
    assert warm[-1].metrics["EMD2"] < first[-1].metrics["EMD2"] - 0.02
    assert (tmp_path / "warm" / "resized.png").is_file()


def joint(parts: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "joint", "parts": parts}
