"""A whole trial on real, tiny detection data."""

import hashlib
import json
import signal
import subprocess
import sys
from dataclasses import asdict, replace
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import torch

from nas.errors import TrialFailure
from nas.records import Assignment, Failure, FailureKind, Measurement
from tests.workers.tiny_detection import tiny_assignment, tiny_task, write_tiny_data
from workers.evaluator import evaluate
from workers.training.loop import THROUGHPUT

KILLED_IN_EPOCH_2 = """
import json, os, signal, sys
from pathlib import Path
import torch
from nas.records import Assignment
from nas.tasks.detection import DetectionTask
from search_spaces.registry import architecture_from
from tests.workers.training.toy_task import LOG
from workers.detection.task import Detection
from workers.training.loop import train

class Killed(Detection):
    def batches(self, *, epoch, seed):
        for step, batch in enumerate(super().batches(epoch=epoch, seed=seed)):
            if (epoch, step) == (1, 2):
                os.kill(os.getpid(), signal.SIGKILL)
            yield batch

torch.set_num_threads(1)
job = Assignment(**json.loads(sys.argv[1]))
device = torch.device("cpu")
options = DetectionTask.model_validate(job.task)
architecture = architecture_from(job.architecture)
task = Killed(options, architecture=architecture, cache_directory=Path(job.cache_directory), device=device)
list(train(task, architecture, options, directory=Path(job.directory), seed=job.seed, device=device, log=LOG))
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return write_tiny_data(tmp_path_factory.mktemp("data"))


def failure_of(assignment: Assignment) -> Failure:
    with pytest.raises(TrialFailure) as caught:
        list(evaluate(assignment))
    return caught.value.failure


def timeless(measurements: list[Measurement]) -> list[tuple[int, dict[str, float]]]:
    return [(m.fidelity, {k: v for k, v in m.metrics.items() if k != THROUGHPUT}) for m in measurements]


def weights(assignment: Assignment) -> dict[str, torch.Tensor]:
    loaded = torch.load(Path(assignment.directory) / "model.pt", weights_only=True)["weights"]
    assert isinstance(loaded, dict)
    return loaded


def test_a_trial_measures_every_epoch_and_leaves_model_and_log(tmp_path: Path, data: dict[str, Any]) -> None:
    measurements = list(evaluate(tiny_assignment(tmp_path / "trial", tiny_task(data))))
    assert [m.fidelity for m in measurements] == [1, 2, 3]
    assert {"AP", "AP50", "AP75", "AP50/red", "train_loss", THROUGHPUT} <= set(measurements[0].metrics)
    artifact, shown = measurements[-1].artifacts
    assert Path(shown.uri).name == "predictions.jpg"
    content = (tmp_path / "trial" / "model.pt").read_bytes()
    assert artifact.sha256 == hashlib.sha256(content).hexdigest()
    log = (tmp_path / "trial" / "trial.log").read_text().splitlines()
    assert len(log) == 4
    assert "search tiny, trial 0, attempt 1" in log[0]
    assert "epoch 3/3: train_loss" in log[-1]


@pytest.mark.parametrize("changes", [{}, {"ema_decay": 0.9, "batch_norm": {"reestimate_batches": 2}}])
def test_killed_in_the_middle_of_an_epoch_it_ends_as_if_it_had_not_been(
    tmp_path: Path, data: dict[str, Any], changes: dict[str, Any]
) -> None:
    task = tiny_task(data, flips=["horizontal", "vertical"], **changes)
    whole, cut = (tiny_assignment(tmp_path / name, task) for name in ("whole", "cut"))
    child = subprocess.run([sys.executable, "-c", KILLED_IN_EPOCH_2, json.dumps(asdict(cut))], check=False)
    assert child.returncode == -signal.SIGKILL
    assert not (tmp_path / "cut" / "model.pt").exists()
    resumed = list(evaluate(replace(cut, attempt=2)))
    assert timeless(resumed) == timeless(list(evaluate(whole)))
    assert "resumed after epoch 1/3" in (tmp_path / "cut" / "trial.log").read_text()
    expected, found = weights(whole), weights(cut)
    assert expected.keys() == found.keys()
    assert all(torch.equal(expected[name], found[name]) for name in expected)


def test_stopped_early_it_can_be_taken_up_again(tmp_path: Path, data: dict[str, Any]) -> None:
    assignment = tiny_assignment(tmp_path / "trial", tiny_task(data))
    started = evaluate(assignment)
    first = list(islice(started, 1))
    started.close()  # type: ignore[attr-defined]
    assert list(islice(evaluate(assignment), 1)) == first


def test_two_seeds_differ_and_one_seed_does_not(tmp_path: Path, data: dict[str, Any]) -> None:
    task = tiny_task(data, epochs=1)
    runs = [
        timeless(list(evaluate(tiny_assignment(tmp_path / name, task, seed=seed))))
        for name, seed in (("a", 1), ("b", 1), ("c", 2))
    ]
    assert runs[0] == runs[1] != runs[2]


def test_a_broken_picture_is_named(tmp_path: Path) -> None:
    own = write_tiny_data(tmp_path / "data")
    picture = tmp_path / "data" / "train" / "3.png"
    picture.write_bytes(picture.read_bytes()[:100])
    failure = failure_of(tiny_assignment(tmp_path / "trial", tiny_task(own)))
    assert failure.kind is FailureKind.DATA
    assert "3.png" in failure.message


def test_a_missing_picture_is_named(tmp_path: Path) -> None:
    own = write_tiny_data(tmp_path / "data")
    (tmp_path / "data" / "val" / "2.png").unlink()
    failure = failure_of(tiny_assignment(tmp_path / "trial", tiny_task(own)))
    assert failure.kind is FailureKind.DATA
    assert "2.png is missing" in failure.message


def test_a_learning_rate_far_too_large_diverges(tmp_path: Path, data: dict[str, Any]) -> None:
    task = tiny_task(data, optimizer={"kind": "sgd", "learning_rate": 1e30}, clip_norm=None)
    failure = failure_of(tiny_assignment(tmp_path / "trial", task))
    assert failure.kind is FailureKind.DIVERGED
    assert "in epoch 1 of 3, step" in failure.message


def test_out_of_memory_names_batch_and_picture_size(tmp_path: Path, data: dict[str, Any]) -> None:
    # A predictor of 750 TB: no machine has that, nor an address space that could promise it.
    head, anchors = {"filters": 65_536, "convs": 1}, {"scales": 8, "aspect_ratios": [1.0] * 40}
    task = tiny_task({**data, "classes": 1_000_000}, head=head, anchors=anchors)
    failure = failure_of(tiny_assignment(tmp_path / "trial", task))
    assert failure.kind is FailureKind.OUT_OF_MEMORY
    assert "batches of 4 pictures of 64 x 64" in failure.message


def test_a_trial_that_takes_too_long_is_stopped(tmp_path: Path, data: dict[str, Any]) -> None:
    failure = failure_of(tiny_assignment(tmp_path / "trial", tiny_task(data), timeout_s=1e-9))
    assert failure.kind is FailureKind.TIMEOUT


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"task": {"kind": "segmenting"}},
            r"ValueError: task kind must be one of \['classification', .*\], got 'segmenting'",
        ),
        ({"architecture": {"kind": "spinenet"}}, "Field required|intermediates"),
    ],
)
def test_anything_else_is_an_error_with_its_traceback_in_the_log(
    tmp_path: Path, data: dict[str, Any], changes: dict[str, Any], message: str
) -> None:
    assignment = tiny_assignment(tmp_path / "trial", tiny_task(data))
    with pytest.raises(TrialFailure, match=message) as caught:
        list(evaluate(replace(assignment, **changes)))
    assert caught.value.failure.kind is FailureKind.ERROR
    assert "Traceback" in (tmp_path / "trial" / "trial.log").read_text()


def test_a_gpu_that_is_not_there_is_said_clearly(
    tmp_path: Path, data: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    failure = failure_of(tiny_assignment(tmp_path / "trial", tiny_task(data), gpus=1))
    assert failure.kind is FailureKind.ERROR
    assert failure.message.startswith("resources.gpus is 1 but torch sees no CUDA device")


def test_eighty_classes_train_and_evaluate_through_the_same_path(tmp_path: Path, shared_data: Path) -> None:
    folder = shared_data / "coco_mini"
    splits = {
        name: {"images": str(folder / "images"), "annotations": str(folder / f"annotations/instances_{name}.json")}
        for name in ("train", "val")
    }
    task = tiny_task(splits, epochs=1, batch_size=8)
    (measurement,) = evaluate(tiny_assignment(tmp_path / "trial", task))
    assert 0 <= measurement.metrics["AP"] <= 1
    assert sum(name.startswith("AP50/") for name in measurement.metrics) == 80


@pytest.mark.gpu
def test_a_trial_runs_on_a_gpu(tmp_path: Path, data: dict[str, Any]) -> None:
    measurements = list(evaluate(tiny_assignment(tmp_path / "trial", tiny_task(data), gpus=1)))
    assert [m.fidelity for m in measurements] == [1, 2, 3]
    assert "on cuda:0" in (tmp_path / "trial" / "trial.log").read_text()
