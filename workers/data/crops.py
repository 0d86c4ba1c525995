"""What is seen of pictures of one size: their middle when judged; in training any place, or a random part of them
(Szegedy et al. 2015), and mirrored at random. Drawn for all pictures of an epoch at once, so that who prepares which
batch changes nothing.

Legend of shapes: N pictures of H x W stored, B of them in a batch, seen in `size` (height, width).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import interpolate

from nas.tasks.classification import RandomCrop
from workers.data.pictures import Pixels

DRAWN = 6  # random numbers of one picture in one epoch
Size = tuple[int, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """A part of a stored picture, in whole pixels, and whether it is mirrored."""

    top: int
    left: int
    height: int
    width: int
    horizontal: bool = False
    vertical: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Crops:
    """How views of pictures stored as `stored` (H, W) are drawn for an input of `size`, which is not larger."""

    stored: Size
    size: Size
    flips: Sequence[str] = ()
    random_crop: RandomCrop | None = None

    def middle(self) -> View:
        """What is judged: as many pixels as the input has, from the middle, not mirrored."""
        (tall, wide), (height, width) = self.stored, self.size
        return View(top=(tall - height) // 2, left=(wide - width) // 2, height=height, width=width)

    def view(self, random: Sequence[float]) -> View:
        """The view that `DRAWN` random numbers of 0..1 stand for: flips, place, area, aspect."""
        horizontal, vertical, y, x, area, aspect = random
        height, width = self.size if self.random_crop is None else self._part(self.random_crop, area, aspect)
        return View(
            top=_offset(self.stored[0] - height, y),
            left=_offset(self.stored[1] - width, x),
            height=height,
            width=width,
            horizontal="horizontal" in self.flips and horizontal < 0.5,
            vertical="vertical" in self.flips and vertical < 0.5,
        )

    def _part(self, options: RandomCrop, area: float, aspect: float) -> Size:
        """Sides of a part: areas even, aspects even in their logarithm. What would leave the picture is cut off."""
        share = options.area[0] + (options.area[1] - options.area[0]) * area
        low, high = (math.log(limit) for limit in options.aspect)
        shape = math.exp(low + (high - low) * aspect) * self.size[1] / self.size[0]
        pixels = share * self.stored[0] * self.stored[1]
        sides = (math.sqrt(pixels / shape), math.sqrt(pixels * shape))
        height, width = (max(1, min(limit, round(side))) for side, limit in zip(sides, self.stored, strict=True))
        return height, width


def draws(pictures: int, *, seed: int, epoch: int) -> tuple[list[int], NDArray[np.float64]]:
    """The order of an epoch, and the random numbers [N, DRAWN] of every picture; the same in every process."""
    random = np.random.default_rng((seed, epoch))
    return random.permutation(pictures).tolist(), random.random((pictures, DRAWN))


def images_of(pixels: NDArray[np.uint8], indices: Sequence[int], views: Sequence[View], size: Size) -> Tensor:
    """The pictures [N, H, W, 3] under their views: uint8 [B, 3, *size], channels last in memory."""
    out = np.empty((len(indices), *size, 3), np.uint8)
    for place, index, view in zip(out, indices, views, strict=True):
        place[:] = _scaled(_part_of(pixels[index], view), size)
    images = torch.from_numpy(out).permute(0, 3, 1, 2)
    _mirror(images, [view.horizontal for view in views], axis=3)
    _mirror(images, [view.vertical for view in views], axis=2)
    return images


def _offset(play: int, share: float) -> int:
    """One of 0..play, each equally often."""
    return min(play, math.floor(share * (play + 1)))


def _part_of(picture: Pixels, view: View) -> Pixels:
    return picture[view.top : view.top + view.height, view.left : view.left + view.width]


def _scaled(part: Pixels, size: Size) -> Pixels:
    """The part in `size`, bilinear and antialiased."""
    if part.shape[:2] == size:
        return part
    stored = torch.tensor(part).permute(2, 0, 1)[None].contiguous(memory_format=torch.channels_last)
    return interpolate(stored, size=size, mode="bilinear", antialias=True)[0].permute(1, 2, 0).numpy()


def _mirror(images: Tensor, chosen: list[bool], *, axis: int) -> None:
    """Mirrors the chosen ones in place."""
    if any(chosen):
        mask = torch.tensor(chosen)
        images[mask] = images[mask].flip(axis)
