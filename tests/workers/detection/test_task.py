"""Detection answers the four questions of a task."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from torch import Tensor

from nas.errors import TrialFailure
from nas.records import FailureKind
from nas.tasks.detection import DetectionTask
from tests.workers.tiny_detection import tiny_architecture, tiny_task, write_tiny_data
from workers.data.augment import Batch
from workers.data.split import DetectionSplit
from workers.detection.anchors import anchor_boxes
from workers.detection.matching import make_targets
from workers.detection.task import Detection
from workers.networks.retinanet import RetinaNet

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("detection")


@pytest.fixture(scope="module")
def data(folder: Path) -> dict[str, Any]:
    return write_tiny_data(folder)


def opened(folder: Path, data: dict[str, Any], **changes: Any) -> Detection:
    options = DetectionTask.model_validate(tiny_task(data, **changes))
    return Detection(options, cache_directory=folder / "cache", device=CPU)


class Oracle(RetinaNet):
    """Answers with the targets of the validation pictures, in their order: what a perfect network would say."""

    def answers_for(self, task: DetectionTask, split: DetectionSplit) -> "Oracle":
        self.anchors = anchor_boxes(task.image_size, self.backbone.levels, task.anchors)
        batches = split.val_batches(task.evaluation_batch_size)
        self.coming = iter([self._answer(batch, task) for batch in batches])
        return self

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        return next(self.coming)

    def _answer(self, batch: Batch, task: DetectionTask) -> tuple[Tensor, Tensor]:
        logits = torch.full((len(batch), len(self.anchors), 2), -10.0)
        codes = torch.zeros(len(batch), len(self.anchors), 4)
        for place, picture in enumerate(zip(batch.boxes, batch.labels, batch.crowd, strict=True)):
            targets = make_targets(self.anchors, *picture, options=task.matching)
            logits[place, targets.positives, targets.labels[targets.positives].long()] = 5.0
            codes[place, targets.positives] = targets.codes
        return logits, codes


def test_perfect_answers_have_an_average_precision_of_one(folder: Path, data: dict[str, Any]) -> None:
    task = opened(folder, data, evaluation_batch_size=2)
    options = DetectionTask.model_validate(tiny_task(data, evaluation_batch_size=2))
    network = task.network(tiny_architecture())
    oracle = Oracle(network.backbone, classes=2, anchors_per_position=2)
    split = DetectionSplit(options.data.val, options.image_size, folder / "cache")
    metrics = task.evaluate(oracle.answers_for(options, split).eval())
    assert metrics["AP"] == pytest.approx(1.0)
    assert metrics["AP50/red"] == metrics["AP50/blue"] == pytest.approx(1.0)


def test_an_untrained_network_is_judged_too(folder: Path, data: dict[str, Any]) -> None:
    task = opened(folder, data)
    with torch.no_grad():
        metrics = task.evaluate(task.network(tiny_architecture()).eval())
    assert 0 <= metrics["AP"] <= metrics["AP50"] < 0.5


def test_the_loss_has_two_parts_and_the_gradient_reaches_every_weight(folder: Path, data: dict[str, Any]) -> None:
    task = opened(folder, data, zero_last_gamma=False, stochastic_depth=0.0)
    network = task.network(tiny_architecture())
    loss = task.loss(network, next(task.batches(epoch=0, seed=0)))
    loss.total.backward()  # type: ignore[no-untyped-call]
    assert loss.samples == 4
    assert loss.total.dtype is torch.float32
    torch.testing.assert_close(loss.total, loss.parts["classes"] + loss.parts["boxes"])
    assert all(parameter.grad is not None for parameter in network.parameters())


def test_kept_targets_change_no_loss(folder: Path, data: dict[str, Any]) -> None:
    task, fresh = opened(folder, data), opened(folder, data)
    network = task.network(tiny_architecture()).eval()
    for _ in range(2):
        kept = [task.loss(network, batch).total.item() for batch in task.batches(epoch=0, seed=0)]
    assert kept == [fresh.loss(network, batch).total.item() for batch in fresh.batches(epoch=0, seed=0)]


def test_an_epoch_has_its_number_of_batches(folder: Path, data: dict[str, Any]) -> None:
    task = opened(folder, data, scale_jitter=[0.8, 1.2], loader_threads=2)
    assert task.steps_per_epoch == len(list(task.batches(epoch=1, seed=5))) == 4
    assert task.workload == "batches of 4 pictures of 64 x 64"


def test_the_same_epoch_and_seed_give_the_same_pictures(folder: Path, data: dict[str, Any]) -> None:
    task = opened(folder, data)
    first, again, other = (next(task.batches(epoch=epoch, seed=5)).images for epoch in (0, 0, 1))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_more_outputs_than_categories_are_allowed_and_mean_nothing(folder: Path, data: dict[str, Any]) -> None:
    task = opened(folder, {**data, "classes": 5})
    network = task.network(tiny_architecture()).eval()
    with torch.no_grad():
        assert network(torch.zeros(1, 3, 64, 64))[0].shape[-1] == 5
        assert "AP" in task.evaluate(network)


def test_fewer_outputs_than_categories_are_refused(folder: Path, data: dict[str, Any]) -> None:
    with pytest.raises(TrialFailure, match=r"data\.classes must be at least the 2 categories .* got 1"):
        opened(folder, {**data, "classes": 1})


def test_the_description_follows_options_and_content(folder: Path, data: dict[str, Any], tmp_path: Path) -> None:
    first = opened(folder, data).description()
    assert first["image_size"] == [64, 64]
    assert first["categories"] == [[3, "red"], [7, "blue"]]
    moved = write_tiny_data(tmp_path)
    annotations = Path(moved["val"]["annotations"])
    annotations.write_text(annotations.read_text().replace('"iscrowd": 0', '"iscrowd": 0 ', 1))
    second = opened(tmp_path, moved).description()
    Image.new("RGB", (64, 48)).save(Path(moved["val"]["images"]) / "1.png")
    third = opened(tmp_path, moved).description()
    train, val = ([one["content_sha256"][name] for one in (first, second, third)] for name in ("train", "val"))
    assert len(set(train)) == 1
    assert len(set(val)) == 3


def test_weights_that_diverged_in_the_last_step_are_not_judged(folder: Path, data: dict[str, Any]) -> None:
    task = opened(folder, data)
    network = task.network(tiny_architecture()).eval()
    network.classes.predictor.weight.data.fill_(float("nan"))
    with torch.no_grad(), pytest.raises(TrialFailure, match="a class logit became nan in the evaluation") as caught:
        task.evaluate(network)
    assert caught.value.failure.kind is FailureKind.DIVERGED


def test_data_to_judge_by_without_any_box_is_refused_before_training(data: dict[str, Any], tmp_path: Path) -> None:
    empty = write_tiny_data(tmp_path)
    annotations = Path(empty["val"]["annotations"])
    annotations.write_text(json.dumps({**json.loads(annotations.read_text()), "annotations": []}))
    with pytest.raises(TrialFailure, match="the validation annotations hold no box to find"):
        opened(tmp_path, empty)
