"""A classification trial small enough for a test: pictures of coloured noise, the smallest networks."""

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from search_spaces.joint.architecture import Joint
from search_spaces.resizer.architecture import Resizer
from search_spaces.space import Architecture
from search_spaces.vgg.architecture import Stage, Vgg
from tests.workers.tiny_detection import tiny_architecture

COLOURS = {"blue": (60, 80, 200), "green": (70, 190, 80), "red": (200, 60, 70)}


def tiny_vgg() -> Vgg:
    """Two stages of one convolution."""
    stages = (Stage(width=4, depth=1), Stage(width=8, depth=1))
    return Vgg(stages=stages, batch_norm=True, pooled_size=2, fc_width=16)


def tiny_resizer(**fields: Any) -> Resizer:
    """The smallest learned resizer, 24 pixels to 16."""
    return Resizer.model_validate({"blocks": 1, "filters": 2, "input_size": 24, "output_size": 16, **fields})


def resized(**fields: Any) -> Joint:
    """The tiny VGG behind the tiny resizer."""
    return Joint(parts={"backbone": tiny_vgg(), "resizer": tiny_resizer(**fields)})


BACKBONES: dict[str, Architecture] = {"vgg": tiny_vgg(), "spinenet": tiny_architecture()}


def write_classes(folder: Path, pictures: int) -> str:
    """Draws noise around a colour per class; returns the folder."""
    rng = np.random.default_rng(len(folder.name))
    for name, colour in COLOURS.items():
        (folder / name).mkdir(parents=True)
        for number in range(pictures):
            pixels = np.clip(rng.normal(colour, 40, (26, 28, 3)), 0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(folder / name / f"{number}.png")
    return str(folder)


def write_tiny_classes(folder: Path) -> dict[str, str]:
    """A training and a validation split: the `data` of a task."""
    return {"train": write_classes(folder / "train", 8), "val": write_classes(folder / "val", 3)}


def tiny_classification(data: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A task of three epochs of four steps."""
    return {
        "kind": "classification",
        "data": data,
        "image_size": [16, 16],
        "epochs": 3,
        "batch_size": 6,
        "optimizer": {"kind": "adamw", "learning_rate": 0.02},
        "dropout": 0.1,
        **changes,
    }
