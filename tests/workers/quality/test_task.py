"""Quality answers the four questions of a task."""

import logging
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from torch import nn

from nas.errors import TrialFailure
from nas.records import FailureKind
from nas.tasks.quality import METRICS, QualityTask
from search_spaces.joint.architecture import Joint
from search_spaces.resizer.architecture import Resizer, control_of
from search_spaces.space import Architecture
from tests.workers.tiny_quality import tiny_quality, tiny_vgg, write_tiny_ratings
from workers.networks.resizer import BaseResizer, Resized
from workers.quality.losses import emd_loss
from workers.quality.pictures import read_rated
from workers.quality.task import Quality
from workers.training.loop import train

CPU = torch.device("cpu")
LEARNED = Resizer(input_size=(24, 24), output_size=(16, 16), blocks=1, filters=4, interpolation="bicubic", tail="zero")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("quality")


@pytest.fixture(scope="module")
def data(folder: Path) -> dict[str, Any]:
    return write_tiny_ratings(folder)


def opened(
    folder: Path, data: dict[str, Any], architecture: Architecture | None = None, **changes: Any
) -> tuple[Quality, QualityTask]:
    options = QualityTask.model_validate(tiny_quality(data, **changes))
    known = architecture or tiny_vgg()
    return Quality(options, architecture=known, cache_directory=folder / "cache", device=CPU), options


class Constant(nn.Module):
    """The same logits for every picture, except for what `logits` says by their order."""

    def __init__(self, logits: torch.Tensor) -> None:
        super().__init__()
        self.logits, self.seen = logits, 0

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        self.seen += len(pictures)
        return self.logits[self.seen - len(pictures) : self.seen]


def test_perfect_answers_are_at_no_distance(folder: Path, data: dict[str, Any]):
    task, options = opened(folder, data, evaluation_batch_size=4)
    votes = torch.from_numpy(read_rated(options.data).val.histograms)
    metrics = task.evaluate(Constant(votes.clamp_min(1e-30).log()))
    assert tuple(metrics) == METRICS
    assert metrics["EMD2"] == pytest.approx(0.0, abs=1e-9)
    assert (metrics["PLCC"], metrics["SRCC"]) == pytest.approx((1.0, 1.0))
    assert metrics["accuracy"] == 1.0


def test_answers_that_do_not_differ_are_judged_without_nonsense(folder: Path, data: dict[str, Any]):
    metrics = opened(folder, data)[0].evaluate(Constant(torch.zeros(11, 10)))
    assert metrics["PLCC"] == metrics["SRCC"] == 0.0
    assert metrics["EMD2"] > 0.1


def test_the_loss_is_the_distance_and_its_gradient_reaches_every_weight(folder: Path, data: dict[str, Any]):
    task, options = opened(folder, data, emd_exponent=1.5)
    network = task.network(tiny_vgg()).eval()
    batch = next(task.batches(epoch=0, seed=0))
    loss = task.loss(network, batch)
    mean, std = torch.tensor(options.pixel_mean).view(3, 1, 1), torch.tensor(options.pixel_std).view(3, 1, 1)
    logits = network((batch.images - mean) / std)
    assert loss.samples == 8
    assert loss.total.item() == pytest.approx(emd_loss(logits, batch.histograms, exponent=1.5).item(), rel=1e-4)
    loss.total.backward()
    assert all(parameter.grad is not None for parameter in network.parameters())


def test_under_autocast_the_loss_is_float32(folder: Path, data: dict[str, Any]):
    task, _ = opened(folder, data)
    network = task.network(tiny_vgg())
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert task.loss(network, next(task.batches(epoch=0, seed=0))).total.dtype is torch.float32


def test_an_epoch_has_its_number_of_batches(folder: Path, data: dict[str, Any]):
    task, _ = opened(folder, data, loader_threads=2)
    assert task.steps_per_epoch == len(list(task.batches(epoch=1, seed=5))) == 4
    assert task.workload == "batches of 8 pictures of 16 x 16"


def test_a_resizer_stands_before_the_network_and_sets_the_size_of_the_pictures(folder: Path, data: dict[str, Any]):
    joint = Joint(parts={"backbone": tiny_vgg(), "resizer": LEARNED})
    task, _ = opened(folder, data, joint)
    network = task.network(joint)
    assert isinstance(network, Resized)
    assert next(task.batches(epoch=0, seed=0)).images.shape == (8, 3, 24, 24)
    assert torch.isfinite(task.loss(network, next(task.batches(epoch=0, seed=0))).total)


def test_what_a_resizer_learned_is_shown_and_without_one_nothing(folder: Path, data: dict[str, Any], tmp_path: Path):
    joint = Joint(parts={"backbone": tiny_vgg(), "resizer": LEARNED})
    task, _ = opened(folder, data, joint)
    with torch.no_grad():
        (sheet,) = task.show(task.network(joint).eval(), tmp_path)
        assert task.show(task.network(tiny_vgg()).eval(), tmp_path) == ()
    with Image.open(sheet) as image:
        assert image.mode == "RGB"


def test_a_resizer_and_its_control_begin_with_the_same_pictures(folder: Path, data: dict[str, Any]):
    learned, control = (Joint(parts={"backbone": tiny_vgg(), "resizer": one}) for one in (LEARNED, control_of(LEARNED)))
    tasks = [opened(folder, data, joint)[0] for joint in (learned, control)]
    batches = [task.batches(epoch=0, seed=0) for task in tasks]
    assert all(torch.equal(one.images, other.images) for one, other in zip(*batches, strict=True))
    resizer = tasks[1].network(control).resizer
    assert isinstance(resizer, BaseResizer)
    assert resizer.architecture.interpolation == "bicubic"


def test_the_baseline_is_bicubic_unless_told_otherwise(folder: Path, data: dict[str, Any]):
    pictures = [
        next(opened(folder, data, **changes)[0].batches(epoch=0, seed=0)).images
        for changes in ({}, {"interpolation": "bicubic"}, {"interpolation": "bilinear"})
    ]
    assert torch.equal(pictures[0], pictures[1])
    assert not torch.equal(pictures[0], pictures[2])


def test_the_description_follows_options_and_votes(folder: Path, data: dict[str, Any], tmp_path: Path):
    first = opened(folder, data)[0].description()
    assert first["emd_exponent"] == 2.0
    assert first["pictures"] == {"train": 34, "val": 11}
    moved = write_tiny_ratings(tmp_path)
    second = opened(tmp_path, moved)[0].description()
    ratings = Path(moved["val"]["ratings"])
    ratings.write_text(ratings.read_text().replace('"label": [', '"label": [7', 1))
    third = opened(tmp_path, moved)[0].description()
    train, val = ([one["content_sha256"][name] for one in (first, second, third)] for name in ("train", "val"))
    assert len(set(train)) == 1
    assert val[0] == val[1] != val[2]


def test_weights_that_diverged_in_the_last_step_are_not_judged(folder: Path, data: dict[str, Any]):
    task, _ = opened(folder, data)
    with pytest.raises(TrialFailure, match="a logit became nan in the evaluation") as caught:
        task.evaluate(Constant(torch.full((11, 10), float("nan"))))
    assert caught.value.failure.kind is FailureKind.DIVERGED


def test_an_architecture_without_a_backbone_is_refused(folder: Path, data: dict[str, Any]):
    with pytest.raises(ValueError, match="must have a backbone"):
        opened(folder, data, LEARNED)[0].network(LEARNED)


def test_a_small_network_learns_what_makes_a_picture_good(folder: Path, data: dict[str, Any], tmp_path: Path):
    task, options = opened(folder, data, epochs=12, optimizer={"kind": "adamw", "learning_rate": 0.01})
    log = logging.Logger("test")
    *_, last = train(task, tiny_vgg(), options, directory=tmp_path, seed=1, device=CPU, log=log)
    untrained = task.evaluate(Constant(torch.zeros(11, 10)))
    assert last.metrics["EMD2"] < untrained["EMD2"] / 2
    assert last.metrics["SRCC"] > 0.8
