"""A sheet of pictures that shows what a resizer learned: original, base interpolation, learned result, difference."""

from collections.abc import Callable, Sequence
from math import ceil
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from torch import Tensor, nn

from workers.networks.resizer import LearnedResizer, Resized

SHOWN = 6  # pictures on a sheet
GAP = 4  # pixels between pictures
TITLE = 14  # pixels of the line above them
PAPER, INK = (255, 255, 255), (40, 40, 40)
GREY = 127.5
GAIN = 1.0  # of the difference around grey; values beyond half the range are clipped

Pixels = NDArray[np.uint8]


@torch.no_grad()
def resized_sheet(
    resizer: LearnedResizer, pictures: Tensor, *, mean: Sequence[float], std: Sequence[float]
) -> Image.Image:
    """One row per picture: as stored, by the interpolation alone, as learned, and learned minus interpolated.

    `pictures` [B, 3, H, W] are normalised as the network takes them, (value - mean) / std of 0..255. The difference is
    shown around grey, `GAIN` times as large. The resizer is used in evaluation mode and left as it was.
    """
    before = resizer.training
    resizer.eval()
    learned, plain = resizer(pictures), resizer.base(pictures)
    resizer.train(before)
    shown = [_pixels(tensor, mean, std) for tensor in (pictures, plain, learned)]
    difference = (learned.float() - plain.float()).cpu() * _column(std)
    shown.append(_bytes(GREY + GAIN * difference))
    titles = ("stored", resizer.architecture.interpolation, "learned", "difference")
    return _laid_out(shown, titles)


def show_resized(
    network: nn.Module, pictures: Callable[[], Tensor], folder: Path, *, mean: Sequence[float], std: Sequence[float]
) -> tuple[Path, ...]:
    """The sheet of a network behind a learned resizer, written into the folder as `resized.png`; else nothing, and
    `pictures` is not asked for any."""
    if not isinstance(network, Resized) or not isinstance(network.resizer, LearnedResizer):
        return ()
    file = folder / "resized.png"
    resized_sheet(network.resizer, pictures(), mean=mean, std=std).save(file, format="PNG")
    return (file,)


def _pixels(tensor: Tensor, mean: Sequence[float], std: Sequence[float]) -> Pixels:
    return _bytes(tensor.float().cpu() * _column(std) + _column(mean))


def _bytes(values: Tensor) -> Pixels:
    """[B, 3, H, W] of 0..255 -> [B, H, W, 3], rounded and clipped."""
    rounded: Pixels = values.round().clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1).cpu().numpy()
    return rounded


def _column(values: Sequence[float]) -> Tensor:
    return torch.tensor(values).view(1, 3, 1, 1)


def _width(title: str) -> int:
    return ceil(ImageDraw.Draw(Image.new("RGB", (1, 1))).textlength(title))


def _laid_out(columns: Sequence[Pixels], titles: Sequence[str]) -> Image.Image:
    """The columns side by side, each [B, h, w, 3] of its own size and as wide as its title, under their titles."""
    widths = [max(column.shape[2], _width(title)) for column, title in zip(columns, titles, strict=True)]
    height = max(column.shape[1] for column in columns)
    rows = columns[0].shape[0]
    size = (sum(widths) + GAP * (len(columns) + 1), TITLE + GAP + rows * (height + GAP))
    sheet = Image.new("RGB", size, PAPER)
    draw = ImageDraw.Draw(sheet)
    left = GAP
    for column, title, width in zip(columns, titles, widths, strict=True):
        draw.text((left, 1), title, fill=INK)
        for row, picture in enumerate(column):
            sheet.paste(Image.fromarray(picture), (left, TITLE + GAP + row * (height + GAP)))
        left += width + GAP
    return sheet
