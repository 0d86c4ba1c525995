"""A real detection search of seconds: shapes drawn here, the narrowest SpineNets, three epochs."""

from pathlib import Path
from typing import Any

import yaml

from workers.data.shapes import draw_shapes


def write_document(folder: Path, *, trials: int = 4, name: str = "tiny", **fields: Any) -> Path:
    """A search document in `folder`, its data beside it, paths relative to it."""
    draw_shapes(folder / "shapes", train=12, val=6, size=(64, 64), seed=1)
    split = {"images": "shapes/images", "annotations": "shapes/annotations/instances_{}.json"}
    data = {part: {**split, "annotations": split["annotations"].format(part)} for part in ("train", "val")}
    document = {
        "name": name,
        "space": {"kind": "spinenet", "width": 0.0625, "alpha": 0.25, "stem_filters": 8, "endpoint_filters": 16},
        "task": {
            "kind": "detection",
            "data": data,
            "image_size": [64, 64],
            "epochs": 3,
            "batch_size": 6,
            "optimizer": {"kind": "adamw", "learning_rate": 0.003},
            "head": {"filters": 16, "convs": 1},
            "anchors": {"scales": 1, "aspect_ratios": [1.0]},
        },
        "objectives": [{"metric": "AP"}],
        "strategy": {"kind": "evolution", "population": 3, "sample": 2},
        "budget": {"trials": trials},
        "resources": {"cpus": 1, "concurrent": 2},
        **fields,
    }
    path = folder / f"{name}.yaml"
    path.write_text(yaml.safe_dump(document))
    return path
