"""One split of pictures with one class each, ready to be trained on: the machine's picture cache, batches."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from nas.tasks.classification import RandomCrop
from search_spaces.resizer.resampling import Resampling
from workers.data.batching import chunks, prepared, steps
from workers.data.cache import Progress
from workers.data.crops import Crops, View, draws, images_of
from workers.data.labelled import LabelledPictures
from workers.data.picture_set import PictureSet
from workers.data.pictures import Fitting


@dataclass(frozen=True, kw_only=True, slots=True)
class LabelledBatch:
    """B pictures: `images` uint8 [B, 3, H, W], channels last in memory, `labels` int64 [B], `indices` in the split."""

    images: Tensor
    labels: Tensor
    indices: tuple[int, ...] = ()

    def __len__(self) -> int:
        """B."""
        return len(self.labels)


class LabelledSplit:
    """Pictures of one size with their labels, in batches. Immutable; opening it builds the picture cache if need be.

    `size`: height, width of what is seen; `crop_fraction`: its share of the sides of the pictures in the cache.
    Raises what `PictureSet` raises.
    """

    def __init__(
        self,
        pictures: LabelledPictures,
        *,
        size: tuple[int, int],
        fit: Fitting,
        cache_directory: Path,
        crop_fraction: float = 1.0,
        resampling: Resampling | None = None,
        progress: Progress | None = None,
    ) -> None:
        self.labelled = pictures
        self.size = size
        self.pictures = PictureSet(
            pictures.folder,
            pictures.names,
            size=(round(size[0] / crop_fraction), round(size[1] / crop_fraction)),
            fit=fit,
            cache_directory=cache_directory,
            resampling=resampling,
            progress=progress,
        )

    def __len__(self) -> int:
        """The number of pictures."""
        return len(self.labelled)

    @property
    def classes(self) -> tuple[str, ...]:
        """The class of each label."""
        return self.labelled.classes

    @property
    def labels(self) -> Tensor:
        """The label of every picture, int64 [N]."""
        return torch.from_numpy(self.labelled.labels)

    @property
    def fingerprint(self) -> str:
        """Equal for equal pixels, labels and classes, wherever they lie: what a result depends on."""
        content = hashlib.sha256(self.pictures.fingerprint.encode())
        content.update(np.ascontiguousarray(self.labelled.labels, "<i8").tobytes())
        content.update(json.dumps(self.classes).encode())
        return content.hexdigest()

    def steps(self, batch_size: int) -> int:
        """Training batches per epoch, as `workers.data.batching.steps` counts them."""
        return steps(len(self), batch_size)

    def train_batches(
        self,
        *,
        epoch: int,
        seed: int,
        batch_size: int,
        flips: Sequence[str] = (),
        random_crop: RandomCrop | None = None,
        threads: int = 0,
    ) -> Iterator[LabelledBatch]:
        """One epoch of `steps(batch_size)` batches; order and views depend on (seed, epoch) alone, not on `threads`.

        The pictures of the rest that is left out differ from epoch to epoch. `threads`: prepare batches beside the
        caller; 0: in the caller. Close the iterator to leave early.
        """
        crops = self._crops(flips, random_crop)
        order, random = draws(len(self), seed=seed, epoch=epoch)
        pieces = chunks(order, batch_size)[: self.steps(batch_size)]
        return prepared(pieces, lambda piece: self._batch(piece, [crops.view(random[i]) for i in piece]), threads)

    def val_batches(self, batch_size: int, *, threads: int = 0) -> Iterator[LabelledBatch]:
        """The middle of every picture once, in their order; the last batch holds the rest."""
        middle = self._crops().middle()
        pieces = chunks(list(range(len(self))), batch_size)
        return prepared(pieces, lambda piece: self._batch(piece, [middle] * len(piece)), threads)

    def chosen(self, indices: Sequence[int]) -> LabelledBatch:
        """The middle of these pictures, in this order; no other is read."""
        return self._batch(list(indices), [self._crops().middle()] * len(indices))

    def _crops(self, flips: Sequence[str] = (), random_crop: RandomCrop | None = None) -> Crops:
        return Crops(stored=self.pictures.size, size=self.size, flips=flips, random_crop=random_crop)

    def _batch(self, piece: list[int], views: list[View]) -> LabelledBatch:
        images = images_of(self.pictures.pixels, piece, views, self.size)
        return LabelledBatch(images=images, labels=self.labels[piece], indices=tuple(piece))
