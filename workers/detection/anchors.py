"""Anchor boxes (x1, y1, x2, y2), in the order of the network's predictions: level, row, column, anchor.

The anchors of one position run over scales, and within a scale over aspect ratios (height over width, equal areas).
Their centres are the centres of the strides, (i + 0.5) * 2**level, also where the last stride reaches over the edge.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from nas.tasks.detection import Anchors
from search_spaces.spinenet.graph import level_size


def anchor_boxes(size: tuple[int, int], levels: Sequence[int], options: Anchors) -> Tensor:
    """Anchors [A, 4] in float32 for an input of (height, width) and features at these levels, ascending."""
    return torch.cat([_level_anchors(level_size(size, level), 2**level, options) for level in levels])


def _level_anchors(cells: tuple[int, int], stride: int, options: Anchors) -> Tensor:
    rows, columns = (torch.arange(cells[axis], dtype=torch.float32).add(0.5).mul(stride) for axis in (0, 1))
    y, x = torch.meshgrid(rows, columns, indexing="ij")
    centres = torch.stack([x, y, x, y], -1)[:, :, None]
    return (centres + _position_anchors(stride, options)).reshape(-1, 4)


def _position_anchors(stride: int, options: Anchors) -> Tensor:
    """Anchors [scales * ratios, 4] around the origin."""
    sides = [stride * options.size * 2 ** (step / options.scales) for step in range(options.scales)]
    halves = [(side / ratio**0.5 / 2, side * ratio**0.5 / 2) for side in sides for ratio in options.aspect_ratios]
    return torch.tensor([(-x, -y, x, y) for x, y in halves])
