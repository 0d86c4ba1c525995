"""Whole robustness trials and searches on tiny pictures."""

from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import torch

from nas.comparisons import comparisons
from nas.document import parse_document
from nas.drivers.inline import run_inline
from nas.errors import DocumentError
from nas.memory import MemoryStorage
from nas.opening import open_controller
from nas.paired_trials import paired_tests
from nas.records import Assignment, Companion, Measurement, SearchStatus, Trial, TrialStatus
from nas.tasks.robustness import METRICS
from tests.workers.tiny_detection import tiny_assignment
from tests.workers.tiny_robustness import candidate, tiny_task, tiny_vgg
from workers.evaluator import evaluate
from workers.robustness.metrics import PASSES
from workers.training.loop import THROUGHPUT

SPACE = {
    "kind": "joint",
    "parts": {
        "backbone": {"kind": "fixed", "architecture": tiny_vgg().model_dump(mode="json")},
        "fine_tuning": {"kind": "fine_tuning", "losses": ["intermediate_constraint"], "weights": [0.1]},
    },
}


def assignment(folder: Path, task: dict[str, Any], way: str, **changes: Any) -> Assignment:
    return tiny_assignment(folder, task, architecture=candidate(way).model_dump(mode="json"), **changes)


def document(data: dict[str, str], **changes: Any) -> dict[str, Any]:
    return {
        "name": "distorted",
        "space": SPACE,
        "task": tiny_task(data, epochs=1),
        "objectives": [{"metric": "top1_mean"}, {"metric": "sign_agreement/fc7"}],
        "strategy": {"kind": "random"},
        "budget": {"trials": 1},
        "comparison": {"seeds": 2, "top": 1},
        **changes,
    }


def timeless(measurements: list[Measurement]) -> list[tuple[int, dict[str, float]]]:
    return [(m.fidelity, {k: v for k, v in m.metrics.items() if k != THROUGHPUT}) for m in measurements]


def searched(home: Path, data: dict[str, str]) -> list[Trial]:
    """All trials of the document's search."""
    parsed = parse_document(document(data))
    storage = MemoryStorage()
    search = storage.create_search(parsed.name, parsed.model_dump(mode="json"))
    run_inline(open_controller(storage, search.id, owner="test", home=home), evaluate)
    assert storage.search(search.id).status is SearchStatus.COMPLETED
    return storage.trials(search.id)


def test_a_trial_measures_every_epoch(tmp_path: Path, data: dict[str, str]) -> None:
    measurements = list(evaluate(assignment(tmp_path / "trial", tiny_task(data), "intermediate_constraint")))
    assert [m.fidelity for m in measurements] == [1, 2]
    assert {*METRICS, "train_loss_intermediate", "gradient_norm", THROUGHPUT} <= set(measurements[-1].metrics)


@pytest.mark.parametrize("targets", ["live", "cached"])
def test_taken_up_after_any_epoch_it_ends_as_if_it_had_not_been_stopped(
    tmp_path: Path, data: dict[str, str], targets: str
) -> None:
    task = tiny_task(data, epochs=3, targets=targets, flips=[])
    whole, cut = (assignment(tmp_path / name, task, "activation_boundary") for name in ("whole", "cut"))
    expected = timeless(list(evaluate(whole)))
    for attempt in (1, 2, 3):
        started = evaluate(replace(cut, attempt=attempt))
        found = list(islice(started, attempt))
        started.close()
    assert timeless(found) == expected
    models = [torch.load(tmp_path / name / "model.pt", weights_only=True)["weights"] for name in ("whole", "cut")]
    assert all(torch.equal(models[0][name], models[1][name]) for name in models[0])


def test_plain_fine_tuning_and_mse_run_along_by_default(tmp_path: Path, data: dict[str, str]) -> None:
    trials = searched(tmp_path, data)
    assert [trial.status for trial in trials] == [TrialStatus.COMPLETED] * 7
    assert {trial.companion.control for trial in trials if trial.companion} == {"none", "mse", None}
    found = comparisons(trials, "top1_mean")
    assert [(one.control, one.candidate_value.seeds) for one in found] == [("none", 2), ("mse", 2)]
    teachers = {path.name for path in tmp_path.rglob("teachers/*")}
    assert len(teachers) == 1


def test_a_candidate_and_its_control_can_be_tested_picture_by_picture(tmp_path: Path, data: dict[str, str]) -> None:
    trials = searched(tmp_path, data)
    found = paired_tests(trials)
    assert found.left_out is None
    assert len(found.tests) == 2 * len(PASSES) * 2
    assert [(test.control, test.pass_name, test.repeat) for test in found.tests[:3]] == [
        *(("none", "clean", 1), ("none", "clean", 2), ("none", "noise_20", 1))
    ]
    shares = {trial.companion: trial.metrics["top1_blur_6"] for trial in trials if trial.companion}
    for test in (test for test in found.tests if test.pass_name == "blur_6"):
        ours, theirs = (Companion(candidate=0, control=one, repeat=test.repeat) for one in (None, test.control))
        difference = (test.only_candidate - test.only_control) / test.pictures
        assert difference == pytest.approx(shares[ours] - shares[theirs])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"objectives": [{"metric": "top1_nois"}]}, "did you mean 'top1_noise'"),
        (
            {"space": {"kind": "joint", "parts": {**SPACE["parts"], "resizer": {"kind": "resizer"}}}},  # type: ignore[dict-item]
            "no use for it; a part must be one of backbone, fine_tuning",
        ),
        ({"space": {"kind": "fine_tuning"}}, "space.kind: must be one of spinenet, vgg, torchvision"),
    ],
)
def test_what_does_not_fit_is_told_before_any_training(
    data: dict[str, str], changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(DocumentError, match=message):
        parse_document(document(data, **changes))
