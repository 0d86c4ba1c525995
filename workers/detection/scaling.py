"""From stored letterboxed pictures to those a detector sees behind a resizer: where boxes lie, and what is covered.

Coordinates are edges of pixels, (0, 0) the outer corner of the first one, as everywhere in this package; with resizing
by half-pixel centres a box therefore moves by the ratio of the sizes alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

Size = tuple[int, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Scaling:
    """Pictures of `stored` (height, width) are resized to `seen`; each axis has a ratio of its own."""

    stored: Size
    seen: Size

    def boxes_seen(self, boxes: Tensor) -> Tensor:
        """[N, 4] in stored pixels -> [N, 4] in seen pixels, the same tensor where nothing is resized."""
        return self._scaled(boxes, self.stored, self.seen)

    def boxes_stored(self, boxes: Tensor) -> Tensor:
        """[N, 4] in seen pixels -> [N, 4] in stored pixels, the same tensor where nothing is resized."""
        return self._scaled(boxes, self.seen, self.stored)

    def covered_seen(self, covered: Sequence[Size]) -> list[Size]:
        """What pictures cover of the top left, in stored pixels -> in seen pixels, those that show a part of it too."""
        return [(self._reached(height, axis=0), self._reached(width, axis=1)) for height, width in covered]

    def _reached(self, length: int, *, axis: int) -> int:
        return -(-length * self.seen[axis] // self.stored[axis])  # rounded up, exactly

    def _scaled(self, boxes: Tensor, before: Size, after: Size) -> Tensor:
        if before == after:
            return boxes
        (tall, wide), (height, width) = before, after
        ratios = torch.tensor([width / wide, height / tall] * 2, dtype=torch.float64, device=boxes.device)
        return (boxes.double() * ratios).to(boxes.dtype)


def masked(pictures: Tensor, covered: Sequence[Size]) -> Tensor:
    """[B, C, H, W], height and width of the top left that each picture covers -> the same, exactly 0 elsewhere."""
    size = (pictures.shape[2], pictures.shape[3])
    if all(part == size for part in covered):
        return pictures
    return kept(pictures, torch.tensor(covered, device=pictures.device))


def kept(pictures: Tensor, covered: Tensor) -> Tensor:
    """The same with what is covered as int64 [B, 2]."""
    rows, columns = (
        torch.arange(pictures.shape[axis + 2], device=pictures.device) < covered[:, axis, None] for axis in (0, 1)
    )
    return torch.where((rows[:, :, None] & columns[:, None, :])[:, None], pictures, 0.0)  # keeps the memory format
