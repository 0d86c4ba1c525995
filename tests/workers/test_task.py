"""What every task owes the training loop."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from nas.tasks.detection import DetectionTask
from search_spaces.space import Architecture
from tests.workers.tiny_detection import tiny_architecture, tiny_task, write_tiny_data
from tests.workers.training.toy_task import CPU, ToyTask, Width
from workers.detection.task import Detection
from workers.task import Task
from workers.training.checkpoint import training_digest

Opened = tuple[Task[Any], Architecture]


def toy(folder: Path) -> Opened:
    return ToyTask(), Width()


def detection(folder: Path) -> Opened:
    options = DetectionTask.model_validate(tiny_task(write_tiny_data(folder / "data")))
    return Detection(
        options, architecture=tiny_architecture(), cache_directory=folder / "cache", device=CPU
    ), tiny_architecture()


@pytest.fixture(params=[toy, detection], ids=["toy", "detection"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Opened:
    opening: Callable[[Path], Opened] = request.param
    return opening(tmp_path)


def test_an_epoch_has_the_announced_number_of_batches(opened: Opened) -> None:
    task, _ = opened
    assert len(list(task.batches(epoch=0, seed=1))) == task.steps_per_epoch >= 1


def test_weights_and_losses_follow_from_architecture_epoch_and_seed(opened: Opened) -> None:
    task, architecture = opened
    losses = []
    for _ in range(2):
        with torch.random.fork_rng():
            torch.manual_seed(3)
            network = task.network(architecture).eval()
        losses.append([task.loss(network, batch).total.item() for batch in task.batches(epoch=2, seed=2**32 - 1)])
    assert losses[0] == losses[1]


def test_the_loss_can_be_minimised_and_its_parts_are_told(opened: Opened) -> None:
    task, architecture = opened
    loss = task.loss(task.network(architecture), next(task.batches(epoch=0, seed=0)))
    loss.total.backward()  # type: ignore[no-untyped-call]
    assert loss.total.ndim == 0
    assert loss.samples >= 1
    assert loss.parts


def test_metrics_are_finite_numbers_of_an_unchanged_network(opened: Opened) -> None:
    task, architecture = opened
    network = task.network(architecture).eval()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    with torch.no_grad():
        metrics = task.evaluate(network)
    assert metrics
    assert all(isinstance(value, float) and abs(value) < float("inf") for value in metrics.values())
    assert all(torch.equal(before[name], value) for name, value in network.state_dict().items())


def test_the_description_can_be_digested_and_the_workload_told(opened: Opened) -> None:
    task, _ = opened
    assert training_digest(task.description()) == training_digest(task.description())
    assert "batches of" in task.workload
