"""Decodes pictures and brings them to one size: letterboxed (aspect kept, longer side to fit, padded at the bottom and
the right), cropped (aspect kept, shorter side to fit, the middle taken) or stretched.

EXIF orientation is not applied: COCO's boxes, heights and widths refer to the pixels as stored, pycocotools knows no
EXIF and torchvision's CocoDetection opens pictures without it.
"""

import math
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from nas.errors import TrialFailure
from nas.records import FailureKind

Pixels = NDArray[np.uint8]
"""RGB, [height, width, 3]."""

Fitting = Literal["crop", "stretch"]
"""How a picture of another shape fills a size: the middle of it, its shorter side to fit; or all of it, aspect lost."""

# What Pillow's decoders were seen to raise on broken files, or can.
UNREADABLE = (
    *(OSError, EOFError, SyntaxError, ValueError, TypeError, AttributeError, LookupError, ArithmeticError),
    *(struct.error, Image.DecompressionBombError),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fit:
    """How a picture lies in its letterbox: one pixel of it is `scale` pixels there; `height` x `width` are covered."""

    scale: float
    height: int
    width: int


def fit(height: int, width: int, size: tuple[int, int]) -> Fit:
    """The letterbox geometry of a picture in `size` (height, width). Small pictures are enlarged.

    Coordinates map by `scale` alone, exactly: the covered part is rounded down to whole pixels and what is left over,
    less than one pixel of the letterbox, is cut off.
    """
    scale = min(size[0] / height, size[1] / width)
    return Fit(scale=scale, height=_covered(height * scale, size[0]), width=_covered(width * scale, size[1]))


def read_letterboxed(
    path: Path, *, height: int, width: int, size: tuple[int, int], fill: tuple[int, int, int]
) -> Pixels:
    """The picture in a box of `size` (height, width), what it does not cover in the colour `fill`.

    `height`, `width`: what the annotations say; a stored picture of another size raises `TrialFailure`, since its boxes
    would lie elsewhere. JPEGs much larger than the box are decoded at 1/2, 1/4 or 1/8 (never below twice the box).
    """
    place = fit(height, width, size)
    with _opened(path) as image:
        if image.size != (width, height):
            raise _broken(path, f"is {image.height} x {image.width} pixels, its annotations say {height} x {width}")
        image.draft(None, (2 * place.width, 2 * place.height))
        loaded = _loaded(image, path)
    box = np.empty((*size, 3), np.uint8)
    box[: place.height, : place.width] = _resized(loaded, place, width)
    pad(box, place.height, place.width, fill)
    return box


def read_fitted(path: Path, *, size: tuple[int, int], fit: Fitting) -> Pixels:
    """The picture in exactly `size` (height, width), antialiased and bilinear; small pictures are enlarged.

    JPEGs much larger than that are decoded at 1/2, 1/4 or 1/8 (never below twice the size). Raises `TrialFailure` for
    a picture that is missing or cannot be read.
    """
    with _opened(path) as image:
        scales = (size[0] / image.height, size[1] / image.width)
        height, width = scales if fit == "stretch" else (max(scales), max(scales))
        image.draft(None, (math.ceil(2 * width * image.width), math.ceil(2 * height * image.height)))
        loaded = _loaded(image, path)
    return np.asarray(loaded.resize(size[::-1], Image.Resampling.BILINEAR, box=_part(loaded, size, fit)))


def _part(image: Image.Image, size: tuple[int, int], fit: Fitting) -> tuple[float, float, float, float]:
    """What of the picture fills the size: left, top, right, bottom."""
    if fit == "stretch":
        return 0.0, 0.0, float(image.width), float(image.height)
    scale = max(size[0] / image.height, size[1] / image.width)
    width, height = min(image.width, size[1] / scale), min(image.height, size[0] / scale)
    left, top = (image.width - width) / 2, (image.height - height) / 2
    return left, top, min(left + width, image.width), min(top + height, image.height)  # rounding may go beyond


def pad(box: Pixels, height: int, width: int, fill: tuple[int, int, int]) -> None:
    """Paints what lies below and to the right of the covered part, row by row: much quicker than pixel by pixel."""
    row = np.tile(np.array(fill, np.uint8), box.shape[1]).reshape(-1, 3)
    box[height:] = row
    box[:height, width:] = row[width:]


def decode(path: Path) -> Pixels:
    """The stored pixels as RGB, whatever the mode: grey, palette, CMYK, with alpha (dropped), 16 bit (upper byte)."""
    with _opened(path) as image:
        return np.asarray(_loaded(image, path))


def _covered(length: float, limit: int) -> int:
    """Whole pixels of the letterbox; the small allowance keeps an exact fit from losing a pixel to rounding."""
    return max(1, min(limit, math.floor(length + 1e-6)))


def _resized(image: Image.Image, place: Fit, stored_width: int) -> Pixels:
    """Antialiased, bilinear; samples exactly the part of the picture that the covered pixels stand for."""
    scale = place.scale * stored_width / image.width
    part = (0.0, 0.0, min(image.width, place.width / scale), min(image.height, place.height / scale))
    if part == (0.0, 0.0, place.width, place.height):
        return np.asarray(image)[: place.height, : place.width]
    return np.asarray(image.resize((place.width, place.height), Image.Resampling.BILINEAR, box=part))


def _opened(path: Path) -> Image.Image:
    try:
        return Image.open(path)
    except FileNotFoundError as error:
        raise _broken(path, "is missing") from error
    except UNREADABLE as error:
        raise _broken(path, f"cannot be read: {error}") from error


def _loaded(image: Image.Image, path: Path) -> Image.Image:
    """The decoded picture in RGB."""
    try:
        return _rgb(image, path)
    except UNREADABLE as error:
        raise _broken(path, f"cannot be read: {error}") from error


def _rgb(image: Image.Image, path: Path) -> Image.Image:
    if image.mode == "F":
        raise _broken(path, "holds floating point values, only integer pictures can be read")
    if image.mode.startswith("I"):
        upper = np.clip(np.asarray(image), 0, 65535) >> 8
        return Image.fromarray(upper.astype(np.uint8)).convert("RGB")
    if image.mode == "P" and "transparency" in image.info:
        return image.convert("RGBA").convert("RGB")
    image.load()
    return image if image.mode == "RGB" else image.convert("RGB")


def _broken(path: Path, what: str) -> TrialFailure:
    return TrialFailure(FailureKind.DATA, f"picture {path} {what}")
