"""Turns cached pictures into training samples: random flips and scale jitter, drawn per (seed, epoch, picture).

Legend of shapes: B pictures of a batch, H x W the letterbox, N boxes of a picture. A picture covers the top left of its
letterbox and stays there: flips turn the covered part, not the padding. Without jitter no pixel is resampled.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import interpolate
from torch.utils.dlpack import from_dlpack

from workers.data.coco import Flags, Floats, Labels
from workers.data.pictures import Pixels, pad

SMALLEST_SIDE = 1.0  # boxes of which scale jitter leaves less, in pixels of the letterbox, are dropped


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """B samples. Coordinates are corners x1, y1, x2, y2 in pixels of the letterbox."""

    images: Tensor  # uint8 [B, 3, H, W], channels-last in memory
    boxes: tuple[Tensor, ...]  # float32 [N, 4] each
    labels: tuple[Tensor, ...]  # int64 [N] each
    crowd: tuple[Tensor, ...]  # bool [N] each
    image_ids: tuple[int, ...]
    scales: tuple[float, ...]  # pixels of the letterbox per pixel of the stored picture, before any jitter
    covered: tuple[tuple[int, int], ...]  # height and width of the top left that a picture covers; the rest is padding

    def __len__(self) -> int:
        """B."""
        return len(self.image_ids)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Sample:
    """One picture in its letterbox: `pixels` [H, W, 3], of which `height` x `width` at the top left are covered."""

    pixels: Pixels
    height: int
    width: int
    boxes: Floats  # [N, 4] corners in pixels of the letterbox
    labels: Labels
    crowd: Flags
    image_id: int
    scale: float


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """What is done to one sample: scaled, cropped at a place (as shares of the play there is), flipped."""

    horizontal: bool = False
    vertical: bool = False
    scale: float = 1.0
    place: tuple[float, float] = field(default=(0.0, 0.0))  # y, x


def draw_view(*, seed: int, epoch: int, image_id: int, flips: Sequence[str], scale_jitter: tuple[float, float]) -> View:
    """The view of one picture in one epoch; the same arguments give the same view in every process."""
    random = np.random.default_rng((seed, epoch, image_id % 2**64)).random(5)  # ids may be negative, seeds may not
    low, high = scale_jitter
    return View(
        horizontal="horizontal" in flips and random[0] < 0.5,
        vertical="vertical" in flips and random[1] < 0.5,
        scale=1.0 if low == high == 1.0 else low + (high - low) * float(random[2]),
        place=(float(random[3]), float(random[4])),
    )


def batch_of(samples: Sequence[Sample], views: Sequence[View], fill: tuple[int, int, int]) -> Batch:
    """The samples under their views, side by side."""
    pixels = np.empty((len(samples), *samples[0].pixels.shape), np.uint8)
    seen = [seen_through(view, sample, out, fill) for view, sample, out in zip(views, samples, pixels, strict=True)]
    return Batch(
        images=torch.from_numpy(pixels).permute(0, 3, 1, 2),
        boxes=tuple(torch.from_numpy(sample.boxes) for sample in seen),
        labels=tuple(torch.from_numpy(sample.labels) for sample in seen),
        crowd=tuple(torch.from_numpy(sample.crowd) for sample in seen),
        image_ids=tuple(sample.image_id for sample in seen),
        scales=tuple(sample.scale for sample in seen),
        covered=tuple((sample.height, sample.width) for sample in seen),
    )


def normalised(images: Tensor, mean: Sequence[float], std: Sequence[float]) -> Tensor:
    """uint8 [B, 3, H, W] of 0..255 -> float32 of the same shape, device and memory format, (value - mean) / std."""
    shape = (1, 3, 1, 1)
    shift = torch.tensor(mean, device=images.device).view(shape)
    factor = torch.tensor(std, device=images.device).reciprocal().view(shape)
    return images.float().sub_(shift).mul_(factor)


def seen_through(view: View, sample: Sample, out: Pixels, fill: tuple[int, int, int]) -> Sample:
    """The sample under the view, its pixels written into `out` [H, W, 3]; its boxes are its own, not the sample's."""
    covered = sample.pixels[: sample.height, : sample.width]
    boxes = sample.boxes.copy()
    keep: Flags = np.ones(len(boxes), np.bool_)
    if view.scale != 1.0:
        covered, boxes = _rescaled(covered, sample.boxes, view, out.shape[:2])
        keep = np.all(boxes[:, 2:] - boxes[:, :2] >= SMALLEST_SIDE, axis=1)
    height, width = covered.shape[:2]
    _write(covered, view, out[:height, :width])
    pad(out, height, width, fill)
    _flip(boxes, view, height, width)
    return Sample(
        pixels=out,
        height=height,
        width=width,
        boxes=boxes[keep],
        labels=sample.labels[keep],
        crowd=sample.crowd[keep],
        image_id=sample.image_id,
        scale=sample.scale,
    )


def _rescaled(pixels: Pixels, boxes: Floats, view: View, limits: tuple[int, ...]) -> tuple[Pixels, Floats]:
    """The covered part scaled, and cropped where it would leave the letterbox; its boxes clipped. Whole pixels are
    cropped before the one, antialiased resampling, so boxes follow exactly."""
    spans = [
        _span(length, limit, view.scale, share)
        for length, limit, share in zip(pixels.shape[:2], limits, view.place, strict=True)
    ]
    (top, tall, height), (left, wide, width) = spans
    part = from_dlpack(pixels[top : top + tall, left : left + wide]).permute(2, 0, 1)[None]
    part = part.contiguous(memory_format=torch.channels_last)
    scaled = interpolate(part, size=(height, width), mode="bilinear", antialias=True)
    stretch = np.array((width / wide, height / tall) * 2)
    moved = (boxes - np.array((left, top) * 2)) * stretch
    return scaled[0].permute(1, 2, 0).numpy(), np.clip(moved, 0, (width, height) * 2).astype(np.float32)


def _span(length: int, limit: int, scale: float, share: float) -> tuple[int, int, int]:
    """Along one axis: the first pixel taken, how many, and how many they become, at most `limit`."""
    taken = max(1, min(length, round(limit / scale)))
    return round(share * (length - taken)), taken, max(1, min(limit, round(taken * scale)))


def _write(covered: Pixels, view: View, out: Pixels) -> None:
    """Copies the pixels, mirrored. Rows are turned by numpy; within rows torch moves whole channels-last pixels."""
    if view.horizontal:
        pixels = from_dlpack(covered).contiguous().permute(2, 0, 1)[None].flip(3)
        covered = pixels[0].permute(1, 2, 0).numpy()
    out[:] = covered[::-1] if view.vertical else covered


def _flip(boxes: Floats, view: View, height: int, width: int) -> None:
    """Mirrors the boxes in place, within the covered part."""
    if view.horizontal:
        boxes[:, 0::2] = width - boxes[:, 2::-2]
    if view.vertical:
        boxes[:, 1::2] = height - boxes[:, 3::-2]
