"""A detection trial small enough for a test: drawn pictures, the smallest SpineNet, seconds on one core."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from nas.records import Assignment
from search_spaces.joint.architecture import Joint
from search_spaces.resizer.architecture import Resizer
from search_spaces.spinenet.architecture import Block, BlockKind, SpineNet

CLASSES = {3: "red", 7: "blue"}  # ids with gaps, as COCO has them
COLOURS = {3: (220, 30, 30), 7: (40, 60, 230)}


def tiny_architecture() -> SpineNet:
    """Five output blocks on the stem, four to eight filters."""
    outputs = tuple(Block(level=level, kind=BlockKind.RESIDUAL, parents=(0, 1)) for level in (3, 4, 5, 6, 7))
    return SpineNet(intermediates=(), outputs=outputs, width=0.0625, stem_filters=4, endpoint_filters=8)


def tiny_resizer(**fields: Any) -> Resizer:
    """The smallest learned resizer, of 96 pixels to 64."""
    return Resizer.model_validate({"blocks": 1, "filters": 2, "input_size": 96, "output_size": 64, **fields})


def resized(**fields: Any) -> Joint:
    """The tiny detector's backbone behind the tiny resizer."""
    return Joint(parts={"backbone": tiny_architecture(), "resizer": tiny_resizer(**fields)})


def write_split(folder: Path, name: str, pictures: int) -> dict[str, str]:
    """Draws one to three coloured boxes on grey noise per picture; returns the split as a task names it."""
    rng = np.random.default_rng(len(name))
    images, annotations = [], []
    (folder / name).mkdir(parents=True)
    for number in range(1, pictures + 1):
        pixels = rng.integers(90, 130, (48, 64, 3), np.uint8)
        for x, y, side, category in _boxes(rng):
            pixels[y : y + side, x : x + side] = COLOURS[category]
            box = {"bbox": [x, y, side, side], "category_id": category, "area": side * side, "iscrowd": 0}
            annotations.append({"id": len(annotations) + 1, "image_id": number, **box})
        Image.fromarray(pixels).save(folder / name / f"{number}.png")
        images.append({"id": number, "file_name": f"{number}.png", "height": 48, "width": 64})
    categories = [{"id": key, "name": value} for key, value in CLASSES.items()]
    path = folder / f"{name}.json"
    path.write_text(json.dumps({"images": images, "annotations": annotations, "categories": categories}))
    return {"images": str(folder / name), "annotations": str(path)}


def write_tiny_data(folder: Path) -> dict[str, dict[str, str]]:
    """A training and a validation split: the `data` of a task."""
    return {"train": write_split(folder, "train", 18), "val": write_split(folder, "val", 5)}


def tiny_task(data: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A task of three epochs of four steps."""
    return {
        "kind": "detection",
        "data": data,
        "image_size": [64, 64],
        "epochs": 3,
        "batch_size": 4,
        "head": {"filters": 8, "convs": 1},
        "anchors": {"scales": 2, "aspect_ratios": [1.0], "size": 1.5},
        "stochastic_depth": 0.2,
        **changes,
    }


def tiny_assignment(folder: Path, task: dict[str, Any], **changes: Any) -> Assignment:
    """Trial 0 of a search, living in `folder`, its picture cache beside it."""
    settings: dict[str, Any] = {
        "search_id": "abc",
        "search_name": "tiny",
        "number": 0,
        "attempt": 1,
        "seed": 11,
        "architecture": tiny_architecture().model_dump(mode="json"),
        "task": task,
        "cpus": 1,
        "gpus": 0,
        "directory": str(folder),
        "cache_directory": str(folder.parent / "cache"),
    }
    return Assignment(**settings | changes)


def _boxes(rng: np.random.Generator) -> list[tuple[int, int, int, int]]:
    """x, y, side, category of one to three boxes that do not touch: one per third of the picture."""
    chosen = rng.permutation(3)[: rng.integers(1, 4)]
    return [
        (int(20 * third + 1), int(rng.integers(0, 28)), int(rng.integers(10, 19)), int(rng.choice(list(CLASSES))))
        for third in chosen
    ]
