"""Classification answers the four questions of a task."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor, nn

from nas.correctness import read_correct
from nas.errors import TrialFailure
from nas.records import FailureKind
from nas.tasks.classification import ClassificationTask
from search_spaces.resizer.architecture import control_of
from search_spaces.space import Architecture
from tests.workers.tiny_classification import (
    BACKBONES,
    Joint,
    resized,
    tiny_classification,
    tiny_resizer,
    tiny_vgg,
    write_tiny_classes,
)
from workers.classification.task import Classification

CPU = torch.device("cpu")
Data = dict[str, str]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("classification")


@pytest.fixture(scope="module")
def data(folder: Path) -> Data:
    return write_tiny_classes(folder)


def opened(folder: Path, data: Data, architecture: Architecture | None = None, **changes: Any) -> Classification:
    options = ClassificationTask.model_validate(tiny_classification(data, **changes))
    return Classification(
        options, architecture=architecture or tiny_vgg(), cache_directory=folder / "cache", device=CPU
    )


class Says(nn.Module):
    """Answers with these labels, one after the other, whatever it sees."""

    def __init__(self, labels: list[int], outputs: int = 3) -> None:
        super().__init__()
        self.coming = iter(labels)
        self.outputs = outputs

    def forward(self, pictures: Tensor) -> Tensor:
        labels = torch.tensor([next(self.coming) for _ in pictures])
        return nn.functional.one_hot(labels, self.outputs).float() * 9


def test_perfect_answers_have_no_error(folder: Path, data: Data) -> None:
    metrics = opened(folder, data, evaluation_batch_size=4).evaluate(Says([0] * 3 + [1] * 3 + [2] * 3))
    assert (metrics["top1"], metrics["top5"], metrics["top1_error"]) == (1.0, 1.0, 0.0)
    assert 0 < metrics["loss"] < 0.001


def test_every_picture_is_judged_in_its_place(folder: Path, data: Data) -> None:
    judgement = opened(folder, data, evaluation_batch_size=4).judge(Says([0, 1, 0, 1, 1, 1, 0, 2, 2]))
    assert judgement.correct.tolist() == [True, False, True, True, True, True, False, True, True]
    assert judgement.metrics["top1"] == pytest.approx(7 / 9)
    assert np.array_equal(judgement.losses > 1, ~judgement.correct)


@pytest.mark.parametrize("kind", BACKBONES)
@pytest.mark.parametrize("loss", ["softmax", "sigmoid"])
def test_the_gradient_reaches_every_weight(folder: Path, data: Data, kind: str, loss: str) -> None:
    task = opened(folder, data, loss=loss, zero_last_gamma=False)
    network = task.network(BACKBONES[kind])
    found = task.loss(network, next(task.batches(epoch=0, seed=0)))
    found.total.backward()  # type: ignore[no-untyped-call]
    assert found.samples == 6
    assert found.total.dtype is torch.float32
    assert all(parameter.grad is not None for parameter in network.parameters())


def test_a_resizer_gets_gradient_and_pictures_of_its_size(folder: Path, data: Data) -> None:
    architecture = resized()
    task = opened(folder, data, architecture)
    batch = next(task.batches(epoch=0, seed=0))
    assert batch.images.shape == (6, 3, 24, 24)
    assert task.workload == "batches of 6 pictures of 24 x 24"
    network = task.network(architecture)
    task.loss(network, batch).total.backward()  # type: ignore[no-untyped-call]
    assert all(parameter.grad is not None for parameter in network.parameters())
    with torch.no_grad():
        assert "top1" in task.evaluate(network.eval())


def test_pictures_are_normalised_before_the_resizer(folder: Path, data: Data) -> None:
    task = opened(folder, data, resized(), pixel_mean=[0, 0, 0], pixel_std=[255, 255, 255])
    seen: list[Tensor] = []
    network = task.network(resized())
    network.resizer.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    batch = next(task.batches(epoch=0, seed=0))
    task.loss(network, batch)
    torch.testing.assert_close(seen[0], batch.images.float() / 255)


def test_a_learned_resizer_that_does_nothing_yet_is_its_own_interpolation(folder: Path, data: Data) -> None:
    """With a zero tail the first logits are those of the pictures that the interpolation alone makes."""
    architecture = resized(tail="zero")
    task = opened(folder, data, architecture)
    network = task.network(architecture).eval()
    batch = next(task.batches(epoch=0, seed=0))
    seen: list[Tensor] = []
    network.network.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    task.loss(network, batch)
    (pictures,) = seen
    assert pictures.shape == (6, 3, 16, 16)
    torch.testing.assert_close(pictures, network.resizer.base(task._pixels(batch)))


def test_a_resizer_and_its_control_are_given_the_same_stored_pictures(folder: Path, data: Data) -> None:
    """And so are resizers of another interpolation, whose networks make something else of them."""
    images, seen = [], []
    for interpolation in ("bilinear", "lanczos"):
        learned = tiny_resizer(interpolation=interpolation)
        for resizer in (learned, control_of(learned)):
            task = opened(folder, data, Joint(parts={"backbone": tiny_vgg(), "resizer": resizer}))
            batch = next(task.batches(epoch=0, seed=0))
            images.append(batch.images)
        seen.append(
            task.network(Joint(parts={"backbone": tiny_vgg(), "resizer": resizer})).resizer(task._pixels(batch))
        )
    assert images[0].shape == (6, 3, 24, 24)
    assert all(torch.equal(images[0], others) for others in images[1:])
    assert not torch.equal(*seen)


def test_an_epoch_is_a_function_of_epoch_and_seed(folder: Path, data: Data) -> None:
    task = opened(folder, data, loader_threads=2, random_crop={}, crop_fraction=0.8, flips=["horizontal", "vertical"])
    assert task.steps_per_epoch == len(list(task.batches(epoch=1, seed=5))) == 4
    first, again, other = (next(task.batches(epoch=epoch, seed=5)).images for epoch in (0, 0, 1))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_more_outputs_than_classes_are_allowed_and_mean_nothing(folder: Path, data: Data) -> None:
    task = opened(folder, {**data, "classes": 5})
    assert task.network(tiny_vgg()).eval()(torch.zeros(1, 3, 16, 16)).shape == (1, 5)
    metrics = task.evaluate(Says([4] * 9, outputs=5))
    assert metrics["top1"] == pytest.approx(1 / 3)  # among the three classes all are equal, and the first is taken


def test_fewer_outputs_than_classes_are_refused(folder: Path, data: Data) -> None:
    with pytest.raises(TrialFailure, match=r"data\.classes must be at least the 3 classes .* got 2") as caught:
        opened(folder, {**data, "classes": 2})
    assert caught.value.failure.kind is FailureKind.DATA


def test_the_description_follows_options_sizes_and_content(folder: Path, data: Data, tmp_path: Path) -> None:
    first = opened(folder, data).description()
    assert (first["classes"], first["image_size"]) == (["blue", "green", "red"], [16, 16])
    moved = write_tiny_classes(tmp_path)
    second = opened(tmp_path, moved).description()
    Image.new("RGB", (30, 30)).save(Path(moved["val"]) / "red" / "1.png")
    third = opened(tmp_path, moved).description()
    larger = opened(tmp_path, moved, resized()).description()
    train, val = ([one["content_sha256"][name] for one in (first, second, third, larger)] for name in ("train", "val"))
    assert train[0] == train[1] == train[2] != train[3]
    assert val[0] == val[1] != val[2] != val[3]


def test_weights_that_diverged_in_the_last_step_are_not_judged(folder: Path, data: Data) -> None:
    task = opened(folder, data)
    network = task.network(tiny_vgg()).eval()
    next(network.parameters()).data.fill_(float("nan"))
    with torch.no_grad(), pytest.raises(TrialFailure, match="a logit became nan in the evaluation") as caught:
        task.evaluate(network)
    assert caught.value.failure.kind is FailureKind.DIVERGED


def test_grey_and_cmyk_pictures_are_trained_on(tmp_path: Path) -> None:
    data = write_tiny_classes(tmp_path)
    for name, mode in (("0", "L"), ("1", "CMYK")):
        picture = Image.open(Path(data["train"]) / "red" / f"{name}.png").convert(mode)
        (Path(data["train"]) / "red" / f"{name}.png").unlink()
        picture.save(Path(data["train"]) / "red" / f"{name}.jpg")
    assert next(opened(tmp_path, data).batches(epoch=0, seed=0)).images.shape == (6, 3, 16, 16)


def test_what_was_right_is_kept_picture_by_picture(folder: Path, data: Data, tmp_path: Path) -> None:
    task = opened(folder, data)
    network = Says([0, 1, 0, 1, 1, 1, 0, 2, 2, *[0] * 9])
    task.evaluate(network)
    (file,) = task.show(network, tmp_path)  # judged already: it is not asked again
    assert read_correct(file)["top1"].flags == [True, False, True, True, True, True, False, True, True]
    (file,) = task.show(Says([0] * 9), tmp_path)
    assert read_correct(file)["top1"].flags == [True] * 3 + [False] * 6


def test_the_sheet_shows_pictures_of_every_class(folder: Path, data: Data, tmp_path: Path) -> None:
    joint = resized()
    task = opened(folder, data, joint)
    with torch.no_grad():
        files = task.show(task.network(joint).eval(), tmp_path)
    assert [file.name for file in files] == ["correct.json", "resized.png"]
    stored = next(task._val.val_batches(9)).images
    height, width = stored.shape[2:]
    with Image.open(files[1]) as sheet:
        pixels = np.asarray(sheet)
    tall = (pixels.shape[0] - 14 - 4) // 6 - 4
    for row, picture in enumerate([0, 2, 3, 5, 6, 8]):
        top = 14 + 4 + row * (tall + 4)
        shown = pixels[top : top + height, 4 : 4 + width]
        assert np.array_equal(shown, stored[picture].permute(1, 2, 0).numpy())
