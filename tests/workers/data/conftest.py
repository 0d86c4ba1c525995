"""Writes small COCO-format data for the tests of this folder."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from nas.tasks.detection import CocoSplit

WriteCoco = Callable[..., CocoSplit]


@pytest.fixture
def write_coco(tmp_path: Path) -> WriteCoco:
    """A function that writes `count` noisy pictures and the annotations given for them, and returns the split."""

    def write(
        *,
        count: int = 3,
        size: tuple[int, int] = (30, 40),
        annotations: list[dict[str, Any]] | None = None,
        name: str = "data",
    ) -> CocoSplit:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        missing = [number for number in range(1, count + 1) if not (folder / f"{number}.png").exists()]
        for number in missing:
            pixels = np.random.default_rng(number).integers(0, 256, (*size, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(folder / f"{number}.png")
        document = {
            "images": [
                {"id": number, "file_name": f"{number}.png", "height": size[0], "width": size[1]}
                for number in range(count, 0, -1)
            ],
            "annotations": annotations or [],
            "categories": [{"id": 7, "name": "seven"}, {"id": 3, "name": "three"}],
        }
        file = tmp_path / f"{name}.json"
        file.write_text(json.dumps(document))
        return CocoSplit(images=str(folder), annotations=str(file))

    return write


@pytest.fixture
def box() -> Callable[..., dict[str, Any]]:
    """A function that makes one annotation from x, y, width, height."""

    def make(image_id: int, bbox: list[float], category_id: int = 3, **more: Any) -> dict[str, Any]:
        return {"id": 0, "image_id": image_id, "bbox": bbox, "category_id": category_id, "iscrowd": 0, **more}

    return make
