"""Pictures of one size from a folder, through the machine's shared cache."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from nas.errors import TrialFailure
from nas.records import FailureKind
from search_spaces.resizer.resampling import RESAMPLINGS, Resampling
from workers.data.picture_set import PictureSet, read_resampled
from workers.data.pictures import decode, read_fitted
from workers.networks.resizing import resize

NAMES = ("b/2.jpg", "a/1.png", "a/grey.png")
SIZE = (12, 16)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Noisy pictures of several shapes and modes in two folders."""
    root = tmp_path / "pictures"
    for number, (name, mode) in enumerate(zip(NAMES, ("CMYK", "RGB", "L"), strict=True)):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        noise = np.random.default_rng(number).integers(0, 256, (20 + number, 30, 3), dtype=np.uint8)
        Image.fromarray(noise).convert(mode).save(root / name)
    return root


def opened(folder: Path, cache: Path, **more) -> PictureSet:
    return PictureSet(folder, NAMES, **{"size": SIZE, "fit": "crop", "cache_directory": cache, **more})


def built(folder: Path, cache: Path, **more) -> bool:
    """Whether opening had to build."""
    told = []
    opened(folder, cache, progress=lambda done, total: told.append((done, total)), **more)
    return bool(told)


@pytest.mark.parametrize("fit", ["crop", "stretch"])
def test_it_holds_the_fitted_pictures_in_the_order_of_the_names(folder, tmp_path, fit):
    pictures = opened(folder, tmp_path / "cache", fit=fit)
    assert len(pictures) == 3
    assert pictures.pixels.shape == (3, *SIZE, 3)
    assert pictures.pixels.dtype == np.uint8
    for pixels, name in zip(pictures.pixels, NAMES, strict=True):
        assert np.array_equal(pixels, read_fitted(folder / name, size=SIZE, fit=fit))
    with pytest.raises(ValueError, match="read-only"):
        pictures.pixels[0, 0, 0, 0] = 1


def test_it_is_built_once_for_names_size_and_fit(folder, tmp_path):
    cache = tmp_path / "cache"
    assert built(folder, cache)
    assert not built(folder, cache)
    assert built(folder, cache, fit="stretch")
    assert built(folder, cache, size=(16, 16))
    assert not built(folder, cache)


def test_the_fingerprint_tells_pixels_and_order_not_places(folder, tmp_path):
    first = opened(folder, tmp_path / "cache").fingerprint
    moved = folder.rename(tmp_path / "elsewhere")
    assert opened(moved, tmp_path / "other cache").fingerprint == first
    turned = PictureSet(moved, NAMES[::-1], size=SIZE, fit="crop", cache_directory=tmp_path / "cache")
    assert turned.fingerprint != first
    Image.new("L", (30, 20)).save(moved / NAMES[1])
    assert opened(moved, tmp_path / "cache").fingerprint != first


@pytest.mark.parametrize("break_it", [Path.unlink, lambda path: path.write_bytes(b"not a picture")])
def test_a_missing_or_broken_picture_is_named(folder, tmp_path, break_it):
    break_it(folder / "a" / "grey.png")
    with pytest.raises(TrialFailure, match=r"picture .*a/grey\.png (is missing|cannot be read)") as caught:
        opened(folder, tmp_path / "cache")
    assert caught.value.failure.kind is FailureKind.DATA


@pytest.mark.parametrize("way", RESAMPLINGS)
def test_stretched_pictures_are_resampled_by_the_one_definition(folder, tmp_path, way):
    pictures = opened(folder, tmp_path / "cache", fit="stretch", resampling=way)
    for pixels, name in zip(pictures.pixels, NAMES, strict=True):
        stored = torch.tensor(decode(folder / name)).permute(2, 0, 1)[None].float()
        expected = resize(stored, SIZE, interpolation=way.interpolation, antialias=way.antialias)
        assert np.abs(pixels - expected[0].clamp(0, 255).permute(1, 2, 0).numpy()).max() <= 0.5


def test_cropped_pictures_are_resampled_from_their_middle(tmp_path):
    pixels = np.zeros((40, 120, 3), np.uint8)
    pixels[:, 40:80] = 255
    Image.fromarray(pixels).save(tmp_path / "picture.png")
    for size in ((40, 40), (20, 20), (60, 60)):
        seen = read_resampled(tmp_path / "picture.png", size=size, fit="crop", resampling=Resampling("area", False))
        assert seen.shape == (*size, 3)
        assert seen.min() >= 250


def test_halving_without_antialiasing_takes_means_of_four_pixels(tmp_path):
    pixels = np.random.default_rng(5).integers(0, 256, (24, 32, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "picture.png")
    seen = read_resampled(tmp_path / "picture.png", size=SIZE, fit="crop", resampling=Resampling("bilinear", False))
    means = pixels.reshape(12, 2, 16, 2, 3).mean((1, 3))
    assert np.abs(seen - means).max() <= 0.5


def test_another_way_to_resample_is_another_cache(folder, tmp_path):
    cache = tmp_path / "cache"
    assert built(folder, cache, resampling=Resampling("bicubic", False))
    assert built(folder, cache, resampling=Resampling("bicubic", True))
    assert built(folder, cache)
    assert not built(folder, cache, resampling=Resampling("bicubic", False))
