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
from search_spaces.joint.architecture import Joint
from search_spaces.resizer.architecture import control_of
from search_spaces.space import Architecture
from tests.workers.tiny_detection import resized, tiny_architecture, tiny_resizer, tiny_task, write_tiny_data
from workers.data.augment import Batch
from workers.data.split import DetectionSplit
from workers.detection.anchors import anchor_boxes
from workers.detection.matching import make_targets
from workers.detection.networks import retinanet_of, scaling_of
from workers.detection.scaling import Scaling
from workers.detection.task import Detection
from workers.networks.retinanet import RetinaNet

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("detection")


@pytest.fixture(scope="module")
def data(folder: Path) -> dict[str, Any]:
    return write_tiny_data(folder)


def opened(folder: Path, data: dict[str, Any], architecture: Architecture | None = None, **changes: Any) -> Detection:
    options = DetectionTask.model_validate(tiny_task(data, **changes))
    return Detection(
        options, architecture=architecture or tiny_architecture(), cache_directory=folder / "cache", device=CPU
    )


SCALED = {
    "down": resized(input_size=[72, 96], output_size=[48, 64]),
    "equal": resized(input_size=[64, 64], output_size=[64, 64]),
    "up": resized(input_size=[48, 64], output_size=[96, 128]),
    "another shape": resized(input_size=[96, 96], output_size=[72, 110]),
    "plain": Joint(parts={"backbone": tiny_architecture(), "resizer": control_of(tiny_resizer(output_size=[64, 64]))}),
}


class Oracle(RetinaNet):
    """Answers with the targets of the validation pictures, in their order: what a perfect network would say."""

    def answers_for(self, task: DetectionTask, split: DetectionSplit, scaling: Scaling) -> "Oracle":
        self.scaling = scaling
        self.anchors = anchor_boxes(scaling.seen, self.backbone.levels, task.anchors)
        batches = split.val_batches(task.evaluation_batch_size)
        self.coming = iter([self._answer(batch, task) for batch in batches])
        return self

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        return next(self.coming)

    def _answer(self, batch: Batch, task: DetectionTask) -> tuple[Tensor, Tensor]:
        logits = torch.full((len(batch), len(self.anchors), 2), -10.0)
        codes = torch.zeros(len(batch), len(self.anchors), 4)
        for place, (boxes, *picture) in enumerate(zip(batch.boxes, batch.labels, batch.crowd, strict=True)):
            targets = make_targets(self.anchors, self.scaling.boxes_seen(boxes), *picture, options=task.matching)
            logits[place, targets.positives, targets.labels[targets.positives].long()] = 5.0
            codes[place, targets.positives] = targets.codes
        return logits, codes


@pytest.mark.parametrize("architecture", [tiny_architecture(), *SCALED.values()], ids=["plain", *SCALED])
def test_perfect_answers_have_an_average_precision_of_one(
    folder: Path, data: dict[str, Any], architecture: Architecture
) -> None:
    """Answers are given in pixels of what the detector sees, and judged in those of the original pictures."""
    task = opened(folder, data, architecture, evaluation_batch_size=2)
    options = DetectionTask.model_validate(tiny_task(data, evaluation_batch_size=2))
    scaling = scaling_of(architecture, options.image_size)
    backbone = retinanet_of(task.network(architecture)).backbone
    split = DetectionSplit(options.data.val, scaling.stored, folder / "cache")
    oracle = Oracle(backbone, classes=2, anchors_per_position=2)
    metrics = task.evaluate(oracle.answers_for(options, split, scaling).eval())
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


@pytest.mark.parametrize("case", SCALED)
def test_targets_are_boxes_in_pixels_of_what_the_detector_sees(folder: Path, data: dict[str, Any], case: str) -> None:
    architecture = SCALED[case]
    task = opened(folder, data, architecture)
    batch = next(task.batches(epoch=0, seed=0))
    levels = retinanet_of(task.network(architecture)).backbone.levels
    resizer = architecture.parts["resizer"]
    rows, columns = (after / before for before, after in resizer.axes)
    options = DetectionTask.model_validate(tiny_task(data))
    anchors = anchor_boxes(resizer.output_size, levels, options.anchors)
    expected = []
    for boxes, *picture in zip(batch.boxes, batch.labels, batch.crowd, strict=True):
        moved = (boxes.double() * torch.tensor([columns, rows] * 2).double()).float()
        expected.append(make_targets(anchors, moved, *picture, options=options.matching))
    found = task._batch_targets(levels, batch)
    assert torch.equal(found.labels, torch.stack([targets.labels for targets in expected]))
    torch.testing.assert_close(found.codes, torch.cat([targets.codes for targets in expected]))


@pytest.mark.parametrize("case", SCALED)
def test_behind_a_resizer_pictures_have_its_sizes_and_every_weight_gets_gradient(
    folder: Path, data: dict[str, Any], case: str
) -> None:
    architecture = SCALED[case]
    task = opened(folder, data, architecture, zero_last_gamma=False, stochastic_depth=0.0)
    network, batch = task.network(architecture), next(task.batches(epoch=0, seed=0))
    resizer = architecture.parts["resizer"]
    assert batch.images.shape[2:] == resizer.input_size
    (tall, wide), (height, width) = resizer.input_size, resizer.output_size
    seen = "" if case == "equal" else f", resized to {height} x {width}"
    assert task.workload == f"batches of 4 pictures of {tall} x {wide}{seen}"
    task.loss(network, batch).total.backward()  # type: ignore[no-untyped-call]
    assert all(parameter.grad is not None for parameter in network.parameters())
    with torch.no_grad():
        assert 0 <= task.evaluate(network.eval())["AP"] < 0.5


def test_scale_jitter_and_flips_work_behind_a_resizer(folder: Path, data: dict[str, Any]) -> None:
    changes = {"scale_jitter": [0.5, 1.4], "flips": ["horizontal", "vertical"], "stochastic_depth": 0.0}
    task = opened(folder, data, SCALED["down"], **changes)
    network = task.network(SCALED["down"])
    assert all(torch.isfinite(task.loss(network, batch).total) for batch in task.batches(epoch=0, seed=0))


def test_a_zero_tail_starts_as_bit_for_bit_the_detector_of_the_plain_interpolation(
    folder: Path, data: dict[str, Any]
) -> None:
    """The same losses, gradients of the detector and metrics, from the same stored pictures; also under dropping."""
    learned = resized(tail="zero", input_size=[72, 96], output_size=[48, 64])
    plain = Joint(parts={**learned.parts, "resizer": control_of(learned.parts["resizer"])})
    found = []
    for architecture in (learned, plain):
        task = opened(folder, data, architecture, scale_jitter=[0.6, 1.2])
        torch.manual_seed(0)
        network = task.network(architecture)
        torch.manual_seed(1)
        loss = task.loss(network, next(task.batches(epoch=0, seed=0)))
        loss.total.backward()  # type: ignore[no-untyped-call]
        gradients = [parameter.grad for parameter in network.network.parameters()]
        with torch.no_grad():
            found.append((loss.total, loss.parts, gradients, task.evaluate(network.eval())))
    (total, parts, gradients, metrics), (other, other_parts, other_gradients, other_metrics) = found
    assert torch.equal(total, other)
    assert parts == other_parts
    assert all(torch.equal(*pair) for pair in zip(gradients, other_gradients, strict=True))
    assert metrics == other_metrics


def test_predictions_are_shown_and_what_a_resizer_learned(folder: Path, data: dict[str, Any], tmp_path: Path) -> None:
    for architecture, names in (
        (SCALED["down"], ["predictions.jpg", "resized.png"]),
        (tiny_architecture(), ["predictions.jpg"]),
    ):
        task = opened(folder, data, architecture, evaluation_batch_size=2)
        with torch.no_grad():
            files = task.show(task.network(architecture).eval(), tmp_path)
        assert [file.name for file in files] == names
        with Image.open(files[0]) as sheet:
            assert sheet.format == "JPEG"


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
