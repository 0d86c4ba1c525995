"""Pictures of one size from a folder, whatever they show: what tasks without boxes train on."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from search_spaces.resizer.resampling import Resampling
from workers.data.cache import Progress, Recipe, open_pictures
from workers.data.pictures import Fitting, Pixels, decode, read_fitted
from workers.networks.resizing import resize

VERSION = 1


class PictureSet:
    """The pictures `names` of a folder in the size `size` (height, width), from the machine's shared cache.

    `fit`: crop scales the shorter side to cover and takes the middle; stretch takes all of it and loses the aspect.
    `resampling`: how pictures are brought to the size, as `workers.networks.resizing` defines it; by default bilinear
    and antialiased, which decodes large JPEGs faster. Opening builds the cache if need be. Raises `TrialFailure` of
    kind data naming a picture that is missing or broken.
    """

    def __init__(
        self,
        folder: Path,
        names: Sequence[str],
        *,
        size: tuple[int, int],
        fit: Fitting,
        cache_directory: Path,
        resampling: Resampling | None = None,
        progress: Progress | None = None,
    ) -> None:
        self.folder = folder
        self.names = tuple(names)
        self.size = size
        recipe = _recipe(folder, self.names, size, fit, resampling)
        self._cache = open_pictures(recipe, directory=cache_directory, progress=progress)

    def __len__(self) -> int:
        """The number of pictures."""
        return len(self.names)

    @property
    def pixels(self) -> NDArray[np.uint8]:
        """The pictures, RGB [N, height, width, 3], in the order of the names: a read-only memory map."""
        return self._cache.pixels

    @property
    def fingerprint(self) -> str:
        """Equal for equal pixels in the same order, wherever they lie: 64 hex digits."""
        return hashlib.sha256(self._cache.checksums.tobytes()).hexdigest()


def read_resampled(path: Path, *, size: tuple[int, int], fit: Fitting, resampling: Resampling) -> Pixels:
    """The picture in exactly `size` by the one definition of resizing, rounded; what overshoots 0..255 is cut off."""
    stored = torch.tensor(_seen(decode(path), size, fit)).permute(2, 0, 1)[None].float()
    values = resize(stored, size, interpolation=resampling.interpolation, antialias=resampling.antialias)
    return values[0].round_().clamp_(0, 255).to(torch.uint8).permute(1, 2, 0).numpy()


def _seen(pixels: Pixels, size: tuple[int, int], fit: Fitting) -> Pixels:
    """What of the stored picture fills the size, in whole pixels."""
    if fit == "stretch":
        return pixels
    height, width = pixels.shape[:2]
    scale = max(size[0] / height, size[1] / width)
    tall, wide = (min(length, max(1, round(side / scale))) for length, side in zip((height, width), size, strict=True))
    top, left = (height - tall) // 2, (width - wide) // 2
    return pixels[top : top + tall, left : left + wide]


def _recipe(
    folder: Path, names: tuple[str, ...], size: tuple[int, int], fit: Fitting, resampling: Resampling | None
) -> Recipe:
    files = tuple(folder / name for name in names)

    def read(index: int) -> Pixels:
        if resampling is None:
            return read_fitted(files[index], size=size, fit=fit)
        return read_resampled(files[index], size=size, fit=fit, resampling=resampling)

    key = ["fitted", VERSION, str(folder.absolute()), names, size, fit, resampling]
    return Recipe(files=files, size=size, read=read, key=key)
