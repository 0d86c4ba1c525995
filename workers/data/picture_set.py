"""Pictures of one size from a folder, whatever they show: what tasks without boxes train on."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from workers.data.cache import Progress, Recipe, open_pictures
from workers.data.pictures import Fitting, Pixels, read_fitted

VERSION = 1


class PictureSet:
    """The pictures `names` of a folder in the size `size` (height, width), from the machine's shared cache.

    `fit`: crop scales the shorter side to cover and takes the middle; stretch takes all of it and loses the aspect.
    Opening builds the cache if need be. Raises `TrialFailure` of kind data naming a picture that is missing or broken.
    """

    def __init__(
        self,
        folder: Path,
        names: Sequence[str],
        *,
        size: tuple[int, int],
        fit: Fitting,
        cache_directory: Path,
        progress: Progress | None = None,
    ) -> None:
        self.folder = folder
        self.names = tuple(names)
        self.size = size
        recipe = _recipe(folder, self.names, size, fit)
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


def _recipe(folder: Path, names: tuple[str, ...], size: tuple[int, int], fit: Fitting) -> Recipe:
    files = tuple(folder / name for name in names)

    def read(index: int) -> Pixels:
        return read_fitted(files[index], size=size, fit=fit)

    key = ["fitted", VERSION, str(folder.absolute()), names, size, fit]
    return Recipe(files=files, size=size, read=read, key=key)
