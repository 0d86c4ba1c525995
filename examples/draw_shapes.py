"""Draws the data of `make demo`: `python examples/draw_shapes.py FOLDER`. Drawn once; called again, it does nothing."""

import sys
from pathlib import Path

from workers.data.shapes import draw_shapes

TRAIN, VAL, SEED = 256, 64, 0


def main(folder: Path) -> None:
    """Pictures and annotations of both splits in `folder`, in COCO format."""
    data = draw_shapes(folder, train=TRAIN, val=VAL, seed=SEED)
    print(f"{TRAIN} training and {VAL} validation pictures of drawn shapes: {data.train.images}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
