"""Pictures of one size from a folder, through the machine's shared cache."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nas.errors import TrialFailure
from nas.records import FailureKind
from workers.data.picture_set import PictureSet
from workers.data.pictures import read_fitted

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
