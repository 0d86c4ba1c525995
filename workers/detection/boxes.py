"""Boxes: their form, their overlap, their code relative to anchors.

Everywhere in this package a box is (x1, y1, x2, y2) in pixels of the network's input, floating point, with x2 and y2
outside: width is x2 - x1. Axes: A anchors, N boxes, D any number.
"""

import math

import torch
from torch import Tensor

LARGEST_LOG_RATIO = math.log(1000 / 16)  # decoded boxes grow at most 62.5 times over their anchor, as published
SMALLEST_SIDE = 1e-6


def areas(boxes: Tensor) -> Tensor:
    """[..., 4] -> [...], never negative."""
    return (boxes[..., 2:] - boxes[..., :2]).clamp(min=0).prod(-1)


def intersections(first: Tensor, second: Tensor) -> Tensor:
    """[A, 4], [N, 4] -> common areas [A, N]."""
    # One coordinate at a time: several times faster than broadcasting pairs of coordinates.
    x1, y1, x2, y2 = (first[:, None, place] for place in range(4))
    u1, v1, u2, v2 = (second[None, :, place] for place in range(4))
    width = (torch.minimum(x2, u2) - torch.maximum(x1, u1)).clamp_(min=0)
    height = (torch.minimum(y2, v2) - torch.maximum(y1, v1)).clamp_(min=0)
    return width.mul_(height)


def iou(first: Tensor, second: Tensor) -> Tensor:
    """[A, 4], [N, 4] -> intersection over union [A, N], 0 where both boxes are empty."""
    common = intersections(first, second)
    union = areas(first)[:, None] + areas(second)[None, :] - common
    return common / union.clamp(min=torch.finfo(union.dtype).tiny)


def covered(first: Tensor, second: Tensor) -> Tensor:
    """[A, 4], [N, 4] -> the share of each first box that lies in each second one [A, N]; COCO's overlap with crowds."""
    own = areas(first)[:, None]
    return intersections(first, second) / own.clamp(min=torch.finfo(own.dtype).tiny)


def encode(boxes: Tensor, anchors: Tensor) -> Tensor:
    """[D, 4], [D, 4] -> codes [D, 4]: shift of the centre in anchor sides, log of the ratio of sides; x before y.

    The coding of Faster R-CNN (Ren et al. 2015), without weights.
    """
    centres, sides = _centres_and_sides(boxes)
    anchor_centres, anchor_sides = _centres_and_sides(anchors)
    return torch.cat([(centres - anchor_centres) / anchor_sides, (sides / anchor_sides).log()], -1)


def decode(codes: Tensor, anchors: Tensor) -> Tensor:
    """[..., D, 4], [D, 4] -> boxes [..., D, 4]; the inverse of `encode` up to `LARGEST_LOG_RATIO`."""
    anchor_centres, anchor_sides = _centres_and_sides(anchors)
    centres = codes[..., :2] * anchor_sides + anchor_centres
    half = codes[..., 2:].clamp(max=LARGEST_LOG_RATIO).exp() * anchor_sides / 2
    return torch.cat([centres - half, centres + half], -1)


def _centres_and_sides(boxes: Tensor) -> tuple[Tensor, Tensor]:
    low, high = boxes[..., :2], boxes[..., 2:]
    return (low + high) / 2, (high - low).clamp(min=SMALLEST_SIDE)
