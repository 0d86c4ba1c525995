"""A robustness trial small enough for a test: drawn pictures, a VGG of a few filters, seconds on one core."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from nas.tasks.robustness import RobustnessTask
from search_spaces.fine_tuning.architecture import FineTuning
from search_spaces.joint.architecture import Joint
from search_spaces.vgg.architecture import Stage, Vgg
from workers.robustness.task import Robustness

SIDE = 24
COLOURS = {"blue": (60, 80, 200), "green": (70, 190, 80), "red": (210, 60, 60)}
WAYS = {
    "none": FineTuning(),
    "mse": FineTuning(loss="mse", weight=0.5, layers=("fc6", "fc7")),
    "intermediate_constraint": FineTuning(
        loss="intermediate_constraint", weight=0.1, alpha=100.0, layers=("fc6", "fc7")
    ),
    "activation_boundary": FineTuning(loss="activation_boundary", weight=0.1, layers=("fc7",)),
}


def tiny_vgg() -> Vgg:
    return Vgg(stages=(Stage(width=6, depth=1), Stage(width=8, depth=1)), pooled_size=2, fc_width=20)


def candidate(way: str | FineTuning = "intermediate_constraint") -> Joint:
    """The tiny backbone joined with a way of fine-tuning."""
    return Joint(parts={"backbone": tiny_vgg(), "fine_tuning": WAYS[way] if isinstance(way, str) else way})


def write_tiny_pictures(folder: Path, *, side: int = SIDE) -> dict[str, str]:
    """A folder per class of train and val, each picture a coloured square on grey noise: the `data` of a task."""
    for split, count in (("train", 14), ("val", 5)):
        for label, (name, colour) in enumerate(COLOURS.items()):
            (folder / split / name).mkdir(parents=True)
            for number in range(count):
                rng = np.random.default_rng((label, number, len(split)))
                pixels = rng.integers(80, 150, (side, side, 3), np.uint8)
                top, left = rng.integers(0, side // 2, 2)
                pixels[top : top + side // 2, left : left + side // 2] = colour
                Image.fromarray(pixels).save(folder / split / name / f"{number}.png")
    return {split: str(folder / split) for split in ("train", "val")}


def tiny_task(data: dict[str, str], **changes: Any) -> dict[str, Any]:
    """A task of two epochs of five steps, its teacher trained for three epochs."""
    return {
        "kind": "robustness",
        "data": data,
        "image_size": [SIDE, SIDE],
        "epochs": 2,
        "batch_size": 8,
        "dropout": 0.2,
        "precision": "float32",
        "evaluation_batch_size": 4,
        "teacher": {"kind": "trained", "epochs": 3, "batch_size": 8, "optimizer": {"kind": "adamw"}},
        **changes,
    }


def opened(
    folder: Path, data: dict[str, str], way: str | FineTuning = "none", *, device: str = "cpu", **changes: Any
) -> Robustness:
    """The task for the candidate of this way, its caches in the folder."""
    options = RobustnessTask.model_validate(tiny_task(data, **changes))
    place = torch.device(device)
    return Robustness(options, architecture=candidate(way), cache_directory=folder / "cache", device=place)
