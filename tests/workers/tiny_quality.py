"""A quality trial small enough for a test: drawn pictures, the brighter the better rated, seconds on one core."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from search_spaces.vgg.architecture import Stage, Vgg


def tiny_vgg() -> Vgg:
    """Two stages of four and eight filters."""
    stages = (Stage(width=4, depth=1), Stage(width=8, depth=1))
    return Vgg(stages=stages, batch_norm=True, pooled_size=1, fc_width=8)


def votes_for(brightness: float) -> list[int]:
    """Forty votes or so around the score that a brightness of 0..1 deserves."""
    scores = np.arange(1, 11)
    return np.round(20 * np.exp(-((scores - 1 - 9 * brightness) ** 2) / 2)).astype(int).tolist()


def write_pictures(folder: Path, name: str, pictures: int) -> dict[str, str]:
    """Draws grey noise of some brightness per picture; returns the split as a task names it."""
    rng = np.random.default_rng(len(name))
    (folder / name).mkdir(parents=True)
    records = []
    for number in range(pictures):
        brightness = float(rng.random())
        pixels = rng.integers(0, 60, (24, 32, 3)) + round(190 * brightness)
        Image.fromarray(pixels.astype(np.uint8)).save(folder / name / f"{name}{number}.png")
        records.append({"image_id": f"{name}{number}", "label": votes_for(brightness)})
    file = folder / f"{name}.json"
    file.write_text(json.dumps(records))
    return {"pictures": str(folder / name), "ratings": str(file)}


def write_tiny_ratings(folder: Path) -> dict[str, dict[str, str]]:
    """A training and a validation split: the `data` of a task."""
    return {"train": write_pictures(folder, "train", 34), "val": write_pictures(folder, "val", 11)}


def tiny_quality(data: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A task of three epochs of four steps."""
    return {
        "kind": "quality",
        "data": data,
        "image_size": [16, 16],
        "crop_fraction": 1.0,
        "epochs": 3,
        "batch_size": 8,
        "dropout": 0.0,
        **changes,
    }
