"""Draws a small COCO-format dataset of its own: shapes of several classes over a wide range of sizes.

Every class is a shape; its colour is only a hint. Shapes hide parts of each other, boxes and masks are of what is
visible, backgrounds are textured. The same arguments draw the same pixels and annotations.
"""

import colorsys
import json
import math
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from pycocotools import mask as masks

from nas.tasks.detection import CocoSplit
from workers.data.pictures import Pixels

VERSION = 1
SPLITS = ("train", "val")
SIDES = (0.06, 0.6)  # of a shape, as shares of the shorter side of the picture; drawn evenly in the logarithm
OBJECTS = (2, 8)  # per picture, inclusive
VISIBLE = 0.4  # shapes of which less remains visible are not annotated
HUE_SPREAD = 0.07
EMPTY = 0.03  # share of pictures without any shape

Mask = NDArray[np.bool_]
Points = list[tuple[float, float]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipe:
    """What was asked for; lies beside the finished data so that nothing is drawn twice."""

    train: int
    val: int
    size: tuple[int, int]
    seed: int
    version: int = VERSION


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Shape:
    """One drawn shape: its label, colour, and the pixels it covers."""

    label: int
    colour: tuple[int, int, int]
    mask: Mask


@dataclass(frozen=True, kw_only=True, slots=True)
class ShapesData:
    """Where the two splits lie."""

    train: CocoSplit
    val: CocoSplit


def draw_shapes(directory: Path, *, train: int, val: int, size: tuple[int, int] = (160, 160), seed: int) -> ShapesData:
    """A dataset of `train` and `val` pictures of `size` (height, width) under `directory`; drawn only if not there yet.

    With another recipe than last time, or after an interruption, everything is drawn again.
    """
    recipe = Recipe(train=train, val=val, size=size, seed=seed)
    marker = directory / "recipe.json"
    wanted = json.dumps(asdict(recipe), sort_keys=True)
    if not marker.is_file() or marker.read_text() != wanted:
        marker.unlink(missing_ok=True)
        for number, name in enumerate(SPLITS):
            _draw_split(directory, recipe, number, name)
        _write(marker, wanted)
    return ShapesData(train=_split(directory, "train"), val=_split(directory, "val"))


def _split(directory: Path, name: str) -> CocoSplit:
    return CocoSplit(
        images=str(directory / "images"), annotations=str(directory / f"annotations/instances_{name}.json")
    )


def _draw_split(directory: Path, recipe: Recipe, number: int, name: str) -> None:
    """The pictures and the instances JSON of one split."""
    count = recipe.train if name == "train" else recipe.val
    first = 1 if name == "train" else recipe.train + 1  # ids are unique over both splits
    for folder in ("images", "annotations"):
        (directory / folder).mkdir(parents=True, exist_ok=True)
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for image_id in range(first, first + count):
        rng = np.random.default_rng((recipe.seed, number, image_id))
        pixels, shapes = _draw_picture(rng, recipe.size)
        file_name = f"{name}_{image_id:06d}.jpg"
        Image.fromarray(pixels).save(directory / "images" / file_name, quality=92)
        images.append({"id": image_id, "file_name": file_name, "height": recipe.size[0], "width": recipe.size[1]})
        annotations += [_annotation(shape, image_id, len(annotations) + n) for n, shape in enumerate(shapes, start=1)]
    document = {"images": images, "annotations": annotations, "categories": _categories()}
    _write(directory / f"annotations/instances_{name}.json", json.dumps(document))


def _categories() -> list[dict[str, Any]]:
    return [{"id": label + 1, "name": name, "supercategory": "shape"} for label, name in enumerate(OUTLINES)]


def _annotation(shape: Shape, image_id: int, number: int) -> dict[str, Any]:
    """The shape's visible part as a COCO annotation."""
    encoded = masks.encode(np.asfortranarray(shape.mask, np.uint8))
    return {
        "id": number,
        "image_id": image_id,
        "category_id": shape.label + 1,
        "bbox": masks.toBbox(encoded).tolist(),
        "area": int(shape.mask.sum()),
        "segmentation": {"size": list(shape.mask.shape), "counts": encoded["counts"].decode()},
        "iscrowd": 0,
    }


def _draw_picture(rng: np.random.Generator, size: tuple[int, int]) -> tuple[Pixels, list[Shape]]:
    """The picture, and its annotated shapes reduced to what is visible of them."""
    canvas = _background(rng, size)
    count = 0 if rng.random() < EMPTY else int(rng.integers(OBJECTS[0], OBJECTS[1] + 1))
    shapes = [_shape(rng, size) for _ in range(count)]
    for shape in shapes:
        canvas[shape.mask] = shape.colour
    noisy = canvas + rng.normal(0, 6, (*size, 1)).astype(np.float32)
    return np.clip(noisy, 0, 255).astype(np.uint8), _visible(shapes)


def _background(rng: np.random.Generator, size: tuple[int, int]) -> NDArray[np.float32]:
    """Clouds of two dull colours, with stripes across."""
    coarse = rng.random((4 + int(rng.integers(8)), 4 + int(rng.integers(8)))).astype(np.float32)
    clouds = np.asarray(Image.fromarray(coarse).resize((size[1], size[0]), Image.Resampling.BICUBIC))
    rows, columns = np.mgrid[0 : size[0], 0 : size[1]].astype(np.float32)
    angle, period = rng.uniform(0, math.pi), rng.uniform(6, 30)
    stripes = np.sin((rows * math.cos(angle) + columns * math.sin(angle)) * 2 * math.pi / period)
    blend = np.clip(0.8 * clouds + 0.1 * stripes + 0.1, 0, 1)[..., None]
    first, second = rng.uniform(40, 215) + rng.uniform(-25, 25, (2, 3)).astype(np.float32)
    blended: NDArray[np.float32] = first * (1 - blend) + second * blend
    return blended


def _shape(rng: np.random.Generator, size: tuple[int, int]) -> Shape:
    """One shape of a random class, side, place, turn and colour."""
    label = int(rng.integers(len(OUTLINES)))
    shorter = min(size)
    radius = shorter * math.exp(rng.uniform(math.log(SIDES[0]), math.log(SIDES[1]))) / 2
    centre = (rng.uniform(0.8 * radius, size[1] - 0.8 * radius), rng.uniform(0.8 * radius, size[0] - 0.8 * radius))
    image = Image.new("1", (size[1], size[0]))
    draw_outline = list(OUTLINES.values())[label]
    draw_outline(ImageDraw.Draw(image), centre, radius, rng.uniform(0, 2 * math.pi))
    hue = label / len(OUTLINES) + rng.normal(0, HUE_SPREAD)
    red, green, blue = colorsys.hsv_to_rgb(hue % 1, rng.uniform(0.5, 1), rng.uniform(0.5, 1))
    return Shape(label=label, colour=(int(255 * red), int(255 * green), int(255 * blue)), mask=np.array(image))


def _visible(shapes: list[Shape]) -> list[Shape]:
    """The shapes without what later ones hide; those mostly hidden or nearly empty are left out."""
    kept = []
    hidden: Mask | np.bool_ = np.False_
    for shape in reversed(shapes):
        seen = shape.mask & ~hidden
        hidden = hidden | shape.mask
        if seen.sum() >= max(4, VISIBLE * shape.mask.sum()):
            kept.append(Shape(label=shape.label, colour=shape.colour, mask=seen))
    return kept[::-1]


def _around(centre: tuple[float, float], angles: list[float], radii: list[float]) -> Points:
    """Points at these angles and distances."""
    return [(centre[0] + r * math.cos(a), centre[1] + r * math.sin(a)) for a, r in zip(angles, radii, strict=True)]


def _circle(pen: ImageDraw.ImageDraw, centre: tuple[float, float], radius: float, turn: float) -> None:
    pen.circle(centre, radius, fill=1)


def _ring(pen: ImageDraw.ImageDraw, centre: tuple[float, float], radius: float, turn: float) -> None:
    pen.circle(centre, radius, fill=1)
    pen.circle(centre, 0.55 * radius, fill=0)


def _regular(corners: int) -> "Outline":
    def draw(pen: ImageDraw.ImageDraw, centre: tuple[float, float], radius: float, turn: float) -> None:
        angles = [turn + 2 * math.pi * corner / corners for corner in range(corners)]
        pen.polygon(_around(centre, angles, [radius] * corners), fill=1)

    return draw


def _star(pen: ImageDraw.ImageDraw, centre: tuple[float, float], radius: float, turn: float) -> None:
    angles = [turn + math.pi * corner / 5 for corner in range(10)]
    pen.polygon(_around(centre, angles, [radius, 0.4 * radius] * 5), fill=1)


def _cross(pen: ImageDraw.ImageDraw, centre: tuple[float, float], radius: float, turn: float) -> None:
    arm = 0.3
    angles = [turn + quarter * math.pi / 2 + side * math.atan(arm) for quarter in range(4) for side in (-1, 1)]
    tips = _around(centre, angles, [radius] * 8)
    pen.polygon([tips[0], tips[1], tips[4], tips[5]], fill=1)
    pen.polygon([tips[2], tips[3], tips[6], tips[7]], fill=1)


Outline = Callable[[ImageDraw.ImageDraw, tuple[float, float], float, float], None]
"""Fills a shape of this centre and radius, turned by an angle."""

OUTLINES: dict[str, Outline] = {
    "circle": _circle,
    "square": _regular(4),
    "triangle": _regular(3),
    "star": _star,
    "ring": _ring,
    "cross": _cross,
}


def _write(path: Path, text: str) -> None:
    """Writes the file in one step."""
    partial = path.with_suffix(".partial")
    partial.write_text(text)
    os.replace(partial, path)
