"""A cached epoch of pictures against decoding and resizing each one every time."""

import itertools
import tempfile
from pathlib import Path

import numpy as np
import torch

from benchmarks.rows import Row, alternating
from nas.tasks.detection import CocoSplit
from workers.data.pictures import read_letterboxed
from workers.data.shapes import draw_shapes
from workers.data.split import MEAN_COLOUR, DetectionSplit

GOAL = 10.0
STORED = (480, 640)
PICTURES = 64
BATCH = 8


def run() -> list[Row]:
    """Pictures of 480 x 640 as JPEG, letterboxed to 192 and to 640 pixels, flips on."""
    with tempfile.TemporaryDirectory() as folder:
        data = draw_shapes(Path(folder) / "data", train=PICTURES, val=1, size=STORED, seed=0)
        return [_row(data.train, (side, side), Path(folder) / "cache") for side in (192, 640)]


def _row(data: CocoSplit, size: tuple[int, int], cache: Path) -> Row:
    split = DetectionSplit(data, size, cache)

    def cached() -> None:
        for _ in split.train_batches(epoch=0, seed=0, batch_size=BATCH, flips=("horizontal",)):
            pass

    def decoded() -> None:
        pictures = split.dataset.pictures
        for begin in range(0, len(pictures), BATCH):
            batch = [
                read_letterboxed(p.file, height=p.height, width=p.width, size=size, fill=MEAN_COLOUR)[:, ::flip]
                for p, flip in zip(pictures[begin : begin + BATCH], itertools.cycle((1, -1)), strict=False)
            ]
            torch.from_numpy(np.stack(batch))

    ours, rival = alternating(cached, decoded)
    return Row(
        name=f"loading {size[0]} px from {STORED[0]} x {STORED[1]}",
        ours=f"{PICTURES / ours:,.0f} pictures/s",
        rival=f"{PICTURES / rival:,.0f} pictures/s",
        ratio=rival / ours,
        goal=f"{GOAL:g}x",
        met=rival / ours >= GOAL,
        note="rival: every picture decoded and letterboxed anew, half of them flipped, stacked; one thread each",
    )
