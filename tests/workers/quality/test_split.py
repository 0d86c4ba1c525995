"""Rated pictures in batches."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from nas.tasks.quality import QualityData
from search_spaces.resizer.resampling import Resampling
from tests.workers.tiny_quality import write_tiny_ratings
from workers.data.ratings import RatedPictures
from workers.quality.pictures import read_rated
from workers.quality.split import RatedSplit


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("quality")


@pytest.fixture(scope="module")
def rated(folder: Path) -> RatedPictures:
    return read_rated(QualityData.model_validate(write_tiny_ratings(folder))).train


def opened(folder: Path, rated: RatedPictures, **changes: Any) -> RatedSplit:
    settings: dict[str, Any] = {"size": (16, 16), "fit": "stretch", "cache_directory": folder / "cache", **changes}
    return RatedSplit(rated, **settings)


def test_every_picture_is_judged_once_with_its_own_votes(folder: Path, rated: RatedPictures):
    batches = list(opened(folder, rated).val_batches(8))
    assert [len(batch) for batch in batches] == [8, 8, 8, 8, 2]
    histograms = torch.cat([batch.histograms for batch in batches])
    assert histograms.dtype is torch.float32
    np.testing.assert_allclose(histograms.numpy(), rated.histograms, atol=1e-7)
    brightness = torch.cat([batch.images for batch in batches]).float().mean((1, 2, 3))
    scores = histograms @ torch.arange(1.0, 11.0)
    assert np.corrcoef(brightness.numpy(), scores.numpy())[0, 1] > 0.99  # pictures and votes did not part


def test_an_epoch_shows_full_batches_of_different_pictures(folder: Path, rated: RatedPictures):
    split = opened(folder, rated)
    batches = list(split.train_batches(epoch=0, seed=0, batch_size=8))
    assert len(batches) == split.steps(8) == 4
    assert all(batch.images.shape == (8, 3, 16, 16) and batch.images.dtype is torch.uint8 for batch in batches)
    assert all(batch.images.is_contiguous(memory_format=torch.channels_last) for batch in batches)
    assert len({tuple(image.flatten().tolist()) for batch in batches for image in batch.images}) == 32


def test_epoch_and_seed_alone_decide_what_is_seen(folder: Path, rated: RatedPictures):
    split = opened(folder, rated)

    def seen(epoch: int, seed: int, threads: int) -> torch.Tensor:
        drawn = split.train_batches(epoch=epoch, seed=seed, batch_size=8, flips=("horizontal",), threads=threads)
        return torch.cat([batch.images for batch in drawn])

    first = seen(0, 0, 0)
    assert torch.equal(first, seen(0, 0, 2))
    assert not torch.equal(first, seen(1, 0, 0))
    assert not torch.equal(first, seen(0, 1, 0))


def test_training_sees_any_place_and_the_judge_the_middle(folder: Path, rated: RatedPictures):
    split = opened(folder, rated, crop_fraction=0.5)
    assert split.pictures.size == (32, 32)
    middle = next(split.val_batches(1)).images[0].permute(1, 2, 0).numpy()
    assert np.array_equal(middle, split.pictures.pixels[0][8:24, 8:24])


def test_the_interpolation_that_is_named_makes_the_pictures(folder: Path, rated: RatedPictures):
    bicubic = opened(folder, rated, resampling=Resampling("bicubic", True))
    bilinear = opened(folder, rated, resampling=Resampling("bilinear", True))
    assert bicubic.fingerprint != bilinear.fingerprint
    with Image.open(rated.folder / rated.names[0]) as image:
        expected = np.asarray(image.resize((16, 16), Image.Resampling.BICUBIC)).astype(int)
    assert np.abs(bicubic.pictures.pixels[0].astype(int) - expected).max() <= 1  # Pillow computes in whole numbers


def test_the_fingerprint_follows_votes_and_pixels(folder: Path, rated: RatedPictures, tmp_path: Path):
    first = opened(folder, rated)
    again = opened(tmp_path, rated)
    votes = RatedPictures(
        folder=rated.folder,
        names=rated.names,
        image_ids=rated.image_ids,
        histograms=rated.histograms[::-1].copy(),
        without_picture=(),
        without_rating=(),
    )
    others = (opened(folder, votes), opened(folder, rated, fit="crop"))
    assert first.fingerprint == again.fingerprint
    assert len({first.fingerprint, *(other.fingerprint for other in others)}) == 3


def test_chosen_pictures_are_those_of_the_validation_batches(folder: Path, rated: RatedPictures):
    split = opened(folder, rated, crop_fraction=0.5)
    chosen, whole = split.chosen([30, 3]), next(split.val_batches(len(split)))
    assert torch.equal(chosen.images, whole.images[[30, 3]])
    assert torch.equal(chosen.histograms, whole.histograms[[30, 3]])
