"""Clean pictures and their distorted twins: the same crop of the same picture, whichever of the two comes first.

Legend of shapes: B pictures of a batch, H x W as they are stored, seen in `size` (height, width).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from nas.tasks.robustness import RobustnessTask
from workers.data.crops import Crops, View, draws, images_of
from workers.data.labelled_split import LabelledBatch, LabelledSplit
from workers.robustness.distortions import Distortion, Finish, distort


@dataclass(frozen=True, kw_only=True, slots=True)
class ViewedBatch:
    """B clean pictures [B, 3, *size], and the part of the stored picture that each one shows."""

    clean: LabelledBatch
    views: tuple[View, ...]

    def __len__(self) -> int:
        """B."""
        return len(self.clean)


class RobustSplit:
    """A split of labelled pictures that can be distorted before or after they are cropped."""

    def __init__(self, split: LabelledSplit, options: RobustnessTask) -> None:
        self.split = split
        self._options = options
        self._finish = Finish(clip=options.clip, rounding=options.rounding)

    def train_batches(self, *, epoch: int, seed: int) -> Iterator[ViewedBatch]:
        """One epoch of training batches under random views, a pure function of epoch and seed."""
        options = self._options
        batches = self.split.train_batches(
            epoch=epoch,
            seed=seed,
            batch_size=options.batch_size,
            flips=options.flips,
            random_crop=options.random_crop,
            threads=options.loader_threads,
        )
        crops = Crops(
            stored=self.split.pictures.size,
            size=self.split.size,
            flips=options.flips,
            random_crop=options.random_crop,
        )
        _, random = draws(len(self.split), seed=seed, epoch=epoch)
        for batch in batches:
            views = tuple(crops.view(random[index]) for index in batch.indices)
            yield ViewedBatch(clean=batch, views=views)

    def val_batches(self) -> Iterator[ViewedBatch]:
        """The middle of every picture once, in their order."""
        options = self._options
        middle = Crops(stored=self.split.pictures.size, size=self.split.size).middle()
        for batch in self.split.val_batches(options.evaluation_batch_size, threads=options.loader_threads):
            yield ViewedBatch(clean=batch, views=(middle,) * len(batch))

    def distorted(self, batch: ViewedBatch, distortions: Sequence[Distortion], device: torch.device) -> Tensor:
        """float32 [B, 3, *size] of 0..255 on the device: every picture of the batch under its own distortion.

        Cropped first, noise is drawn on the device; distorted first, on the CPU.
        """
        if self._options.order == "after_crop":
            images = batch.clean.images.to(device, non_blocking=True)
            return self._distort(images, distortions)
        pixels = self.split.pictures.pixels[np.asarray(batch.clean.indices)]
        stored = self._distort(torch.from_numpy(pixels).permute(0, 3, 1, 2), distortions)
        whole = stored.to(torch.uint8).permute(0, 2, 3, 1).numpy()
        return images_of(whole, range(len(batch)), batch.views, self.split.size).to(device).float()

    def _distort(self, pictures: Tensor, distortions: Sequence[Distortion]) -> Tensor:
        return distort(pictures, distortions, finish=self._finish, border=self._options.blur_border)
