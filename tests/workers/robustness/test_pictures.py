"""A distorted picture shows the same crop as its clean twin, whichever of crop and distortion comes first."""

from pathlib import Path
from typing import Any

import pytest
import torch

from nas.tasks.robustness import RobustnessTask
from tests.workers.tiny_robustness import tiny_task
from workers.data.labelled import read_labelled
from workers.data.labelled_split import LabelledSplit
from workers.robustness.distortions import CLEAN, Distortion, Finish, Kind, distort
from workers.robustness.pictures import RobustSplit

CPU = torch.device("cpu")
NOISE = Distortion(kind=Kind.NOISE, strength=3, seed=5)
MOVING: dict[str, Any] = {"crop_fraction": 0.75, "image_size": [18, 18], "flips": ["horizontal", "vertical"]}


def split(folder: Path, data: dict[str, str], **changes: Any) -> RobustSplit:
    options = RobustnessTask.model_validate(tiny_task(data, **changes))
    labelled = LabelledSplit(
        read_labelled(options.data).train,
        size=options.image_size,
        fit=options.fit,
        cache_directory=folder / "cache",
        crop_fraction=options.crop_fraction,
    )
    return RobustSplit(labelled, options)


@pytest.mark.parametrize("order", ["after_crop", "before_crop"])
@pytest.mark.parametrize("views", [MOVING, {**MOVING, "random_crop": {}}], ids=["place", "part"])
def test_an_undistorted_twin_is_the_clean_picture_itself(
    folder: Path, data: dict[str, str], order: str, views: dict[str, Any]
) -> None:
    opened = split(folder, data, order=order, **views)
    batches = [*opened.train_batches(epoch=1, seed=3), *opened.val_batches()]
    assert len({view for batch in batches for view in batch.views}) > 20
    for batch in batches:
        twin = opened.distorted(batch, [CLEAN] * len(batch), CPU)
        assert twin.dtype is torch.float32
        assert torch.equal(twin, batch.clean.images.float())


def test_distorted_first_the_noise_is_cropped_with_the_picture(folder: Path, data: dict[str, str]) -> None:
    opened = split(folder, data, order="before_crop", **{**MOVING, "flips": []})
    batch = next(opened.train_batches(epoch=0, seed=0))
    twin = opened.distorted(batch, [NOISE] * len(batch), CPU)
    stored = torch.tensor(opened.split.pictures.pixels[list(batch.clean.indices)]).permute(0, 3, 1, 2)
    noisy = distort(stored, [NOISE] * len(batch), finish=Finish())
    for place, view in enumerate(batch.views):
        part = noisy[place, :, view.top : view.top + 18, view.left : view.left + 18]
        assert torch.equal(twin[place], part)


def test_cropped_first_the_crop_is_distorted_as_the_options_say(folder: Path, data: dict[str, str]) -> None:
    opened = split(folder, data, clip=False, rounding=False, **MOVING)
    batch = next(opened.train_batches(epoch=0, seed=0))
    twin = opened.distorted(batch, [NOISE] * len(batch), CPU)
    wanted = distort(batch.clean.images, [NOISE] * len(batch), finish=Finish(clip=False, rounding=False))
    assert torch.equal(twin, wanted)
    assert twin.min() < 0


def test_an_epoch_is_a_pure_function_of_epoch_and_seed(folder: Path, data: dict[str, str]) -> None:
    opened = split(folder, data, **MOVING)
    first, again, other = (list(opened.train_batches(epoch=epoch, seed=9)) for epoch in (0, 0, 1))
    assert [batch.views for batch in first] == [batch.views for batch in again]
    assert all(torch.equal(a.clean.images, b.clean.images) for a, b in zip(first, again, strict=True))
    assert [batch.clean.indices for batch in first] != [batch.clean.indices for batch in other]
