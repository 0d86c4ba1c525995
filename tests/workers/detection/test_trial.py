"""Whole detection trials behind a resizer, and a joint search on drawn shapes."""

from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import torch

from nas.document import parse_document
from nas.drivers.inline import run_inline
from nas.memory import MemoryStorage
from nas.opening import open_controller
from nas.records import Measurement, SearchStatus, TrialStatus
from nas.static_metrics import static_metrics_of
from search_spaces.equal_macs import equal_macs_control
from search_spaces.parts import part
from search_spaces.registry import architecture_from
from search_spaces.space import Architecture
from tests.workers.tiny_detection import resized, tiny_architecture, tiny_assignment, tiny_task
from workers.data.shapes import draw_shapes
from workers.evaluator import evaluate
from workers.training.loop import THROUGHPUT


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    shapes = draw_shapes(tmp_path_factory.mktemp("shapes"), train=12, val=4, size=(72, 96), seed=1)
    return {"train": shapes.train.model_dump(mode="json"), "val": shapes.val.model_dump(mode="json")}


def trial(folder: Path, task: dict[str, Any], architecture: Architecture, **changes: Any) -> Any:
    return tiny_assignment(folder, task, architecture=architecture.model_dump(mode="json"), **changes)


def timeless(measurements: list[Measurement]) -> list[tuple[int, dict[str, float]]]:
    return [(m.fidelity, {k: v for k, v in m.metrics.items() if k != THROUGHPUT}) for m in measurements]


def test_taken_up_after_any_epoch_it_ends_as_if_it_had_not_been_stopped(tmp_path: Path, data: dict[str, Any]) -> None:
    """With a resizer that learns at its own ratio, jitter, an average of the weights and re-estimated batch norms."""
    changes = {"ema_decay": 0.9, "batch_norm": {"reestimate_batches": 2}, "scale_jitter": [0.7, 1.2]}
    task, architecture = tiny_task(data, **changes), resized(learning_rate_ratio=0.3)
    whole, cut = (trial(tmp_path / name, task, architecture) for name in ("whole", "cut"))
    expected = timeless(list(evaluate(whole)))
    for attempt in (1, 2, 3):
        started = evaluate(replace(cut, attempt=attempt))
        found = list(islice(started, attempt))
        started.close()  # type: ignore[attr-defined]
    assert timeless(found) == expected
    models = [torch.load(tmp_path / name / "model.pt", weights_only=True)["weights"] for name in ("whole", "cut")]
    assert all(torch.equal(models[0][name], models[1][name]) for name in models[0])
    assert any(name.startswith("resizer.") for name in models[0])


def test_a_warm_start_trains_the_detector_with_the_interpolation_alone(tmp_path: Path, data: dict[str, Any]) -> None:
    task = tiny_task(data, epochs=1, warm_start={"epochs": 1})
    for number, filters in enumerate((2, 3)):
        assert list(evaluate(trial(tmp_path / str(number), task, resized(filters=filters, tail="zero"))))
    assert len(list((tmp_path / "cache" / "warm_starts").iterdir())) == 1


def test_a_joint_search_runs_to_its_leaderboard_and_its_winner_has_a_control_of_equal_macs(
    tmp_path: Path, data: dict[str, Any]
) -> None:
    backbone = {"kind": "fixed", "architecture": tiny_architecture().model_dump(mode="json")}
    resizer = {
        **{"kind": "resizer", "blocks": [1], "filters": [2], "tail": ["zero"]},
        **{"input_size": [[72, 96], [96, 128]], "output_size": [[48, 64], [72, 96]]},
    }
    document = parse_document(
        {
            "name": "shapes",
            "space": {"kind": "joint", "parts": {"backbone": backbone, "resizer": resizer}},
            "task": tiny_task(data, epochs=1, output_multiple=8),
            "objectives": [{"metric": "AP"}, {"metric": "macs", "goal": "minimize"}],
            "constraints": [{"metric": "resizer_params", "max": 1000}],
            "strategy": {"kind": "random"},
            "budget": {"trials": 2},
            "comparison": {"top": 1, "seeds": 1},
        }
    )
    storage = MemoryStorage()
    search = storage.create_search(document.name, document.model_dump(mode="json"))
    controller = open_controller(storage, search.id, owner="test", home=tmp_path)
    run_inline(controller, evaluate)
    trials = storage.trials(search.id)
    assert storage.search(search.id).status is SearchStatus.COMPLETED
    assert {each.status for each in trials} == {TrialStatus.COMPLETED}
    candidates = {each.number: each for each in trials if each.companion is None}
    (control_trial,) = (each for each in trials if each.companion and each.companion.control == "plain")
    for each in candidates.values():
        assert 0 <= each.metrics["AP"] <= 1
        assert each.metrics["macs"] > each.metrics["backbone_macs"] + each.metrics["resizer_macs"] > 0
    assert control_trial.companion is not None
    winner = candidates[control_trial.companion.candidate]
    assert winner.metrics["macs"] == control_trial.metrics["macs"] + winner.metrics["resizer_macs"]
    learned = architecture_from(winner.architecture)
    metrics_of = static_metrics_of(document.task)
    control = equal_macs_control(learned, lambda architecture: metrics_of(architecture)["macs"])
    assert control is not None
    assert metrics_of(control)["macs"] == pytest.approx(metrics_of(learned)["macs"], rel=0.05)
    assert part(control, "resizer").output_size > part(learned, "resizer").output_size  # type: ignore[union-attr]
    (measured,) = evaluate(trial(tmp_path / "control", document.task.model_dump(mode="json"), control))
    assert 0 <= measured.metrics["AP"] <= 1
