"""Labelled pictures in batches."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from nas.tasks.classification import RandomCrop
from search_spaces.resizer.resampling import Resampling
from workers.data.labelled import LabelledPictures, read_class_folders
from workers.data.labelled_split import LabelledSplit


@pytest.fixture
def pictures(tmp_path: Path) -> LabelledPictures:
    """Eleven noisy pictures of two classes, one of them grey and one CMYK."""
    for number in range(11):
        folder = tmp_path / "pictures" / ("cat" if number < 4 else "dog")
        folder.mkdir(parents=True, exist_ok=True)
        noise = np.random.default_rng(number).integers(0, 256, (20, 24, 3), dtype=np.uint8)
        mode = {1: "L", 2: "CMYK"}.get(number, "RGB")
        Image.fromarray(noise).convert(mode).save(folder / f"{number:02}.{'jpg' if mode == 'CMYK' else 'png'}")
    return read_class_folders(tmp_path / "pictures")


@pytest.fixture
def split(pictures, tmp_path) -> LabelledSplit:
    return opened(pictures, tmp_path)


def opened(pictures: LabelledPictures, tmp_path: Path, **more) -> LabelledSplit:
    arguments = {"size": (8, 12), "fit": "crop", "cache_directory": tmp_path / "cache", **more}
    return LabelledSplit(pictures, **arguments)


def epoch(split: LabelledSplit, **more) -> list:
    return list(split.train_batches(**{"epoch": 0, "seed": 1, "batch_size": 4, **more}))


def test_every_picture_is_judged_once_in_its_order(split):
    batches = list(split.val_batches(4))
    assert [len(batch) for batch in batches] == [4, 4, 3]
    assert torch.cat([batch.labels for batch in batches]).tolist() == [0] * 4 + [1] * 7
    assert [index for batch in batches for index in batch.indices] == list(range(11))
    images = torch.cat([batch.images for batch in batches])
    assert images.shape == (11, 3, 8, 12)
    assert np.array_equal(images.permute(0, 2, 3, 1).numpy(), split.pictures.pixels)


def test_training_batches_are_full_and_labels_stay_with_their_pictures(split):
    assert split.steps(4) == 2
    for batch in epoch(split):
        assert batch.labels.dtype == torch.int64
        assert batch.labels.tolist() == [int(index >= 4) for index in batch.indices]
        for image, index in zip(batch.images, batch.indices, strict=True):
            assert np.array_equal(image.permute(1, 2, 0).numpy(), split.pictures.pixels[index])


def test_seed_and_epoch_decide_and_threads_do_not(split):
    options = {"flips": ("horizontal", "vertical"), "random_crop": RandomCrop()}
    first, threaded, other = (epoch(split, **options, **more) for more in ({}, {"threads": 2}, {"epoch": 1}))
    assert all(torch.equal(a.images, b.images) for a, b in zip(first, threaded, strict=True))
    assert [batch.indices for batch in first] == [batch.indices for batch in threaded]
    assert [batch.indices for batch in first] != [batch.indices for batch in other]


def test_a_crop_fraction_keeps_larger_pictures_and_judges_their_middle(pictures, tmp_path):
    split = opened(pictures, tmp_path, crop_fraction=0.8)
    assert split.pictures.pixels.shape == (11, 10, 15, 3)
    (batch,) = split.val_batches(11)
    assert np.array_equal(batch.images.permute(0, 2, 3, 1).numpy(), split.pictures.pixels[:, 1:9, 1:13])
    places = {tuple(image.flatten().tolist()) for number in range(8) for image in epoch(split, epoch=number)[0].images}
    assert len(places) > 11  # training sees a picture in several places


def test_pictures_are_read_as_the_resizer_resizes(pictures, tmp_path):
    plain, lanczos = (opened(pictures, tmp_path, resampling=way) for way in (None, Resampling("lanczos", True)))
    assert not np.array_equal(plain.pictures.pixels, lanczos.pictures.pixels)


def test_the_fingerprint_tells_pixels_labels_and_classes(pictures, tmp_path, split):
    assert opened(pictures, tmp_path).fingerprint == split.fingerprint
    for changes in ({"labels": 1 - pictures.labels}, {"classes": ("cat", "wolf")}):
        fields = {name: getattr(pictures, name) for name in ("folder", "names", "labels", "classes")}
        assert opened(LabelledPictures(**{**fields, **changes}), tmp_path).fingerprint != split.fingerprint
    assert opened(pictures, tmp_path, size=(8, 8)).fingerprint != split.fingerprint


def test_chosen_pictures_are_those_of_the_validation_batches(split):
    chosen, whole = split.chosen([10, 3]), next(split.val_batches(11))
    assert (chosen.indices, chosen.labels.tolist()) == ((10, 3), [1, 0])
    assert torch.equal(chosen.images, whole.images[[10, 3]])
