"""The sheet that shows what a detector finds."""

import numpy as np
import torch
from PIL import Image

from workers.detection.predictions_sheet import (
    ANNOTATED,
    COLUMNS,
    FOUND,
    GAP,
    LEAST,
    SIDE,
    TITLE,
    Predicted,
    predictions_sheet,
    show_predictions,
)

GREY = 100


def picture(found=(), annotated=(), height=40, width=80):
    boxes = torch.tensor([box for box, _ in found], dtype=torch.float32).reshape(-1, 4)
    return Predicted(
        pixels=torch.full((3, 96, 96), GREY, dtype=torch.uint8),
        covered=(height, width),
        boxes=boxes,
        scores=torch.tensor([score for _, score in found]),
        labels=torch.zeros(len(boxes), dtype=torch.int64),
        annotated=torch.tensor(annotated, dtype=torch.float32).reshape(-1, 4),
    )


def pixel(sheet, x, y):
    """Of the first picture on the sheet, in pixels of a picture 80 wide."""
    scale = SIDE / 80
    return tuple(np.asarray(sheet)[TITLE + GAP + round(y * scale), GAP + round(x * scale)])


def test_predicted_and_annotated_boxes_lie_where_they_are(tmp_path):
    sheet = predictions_sheet([picture([((10, 20, 30, 38), 0.9)], [(50, 5, 70, 25)])], ["red"])
    assert pixel(sheet, 10, 30) == FOUND
    assert pixel(sheet, 50, 15) == ANNOTATED
    assert pixel(sheet, 40, 30) == (GREY,) * 3
    assert np.asarray(sheet)[TITLE + GAP + SIDE - 1, GAP].tolist() == [255] * 3, "padding is left out"


def test_pictures_stand_a_few_in_a_row():
    sheet = predictions_sheet([picture()] * (COLUMNS + 1), ["red"])
    assert sheet.size == (GAP + COLUMNS * (SIDE + GAP), TITLE + GAP + 2 * (SIDE + GAP))
    assert predictions_sheet([picture()], ["red"]).width == GAP + SIDE + GAP


def test_as_many_of_the_best_are_shown_as_are_annotated_but_a_few_at_least():
    found = [((10 + 10 * place, 20, 14 + 10 * place, 38), 0.9 - 0.1 * place) for place in range(6)]
    few = predictions_sheet([picture(found)], ["red"])
    assert [pixel(few, 10 + 10 * place, 34) == FOUND for place in range(6)] == [True] * LEAST + [False] * (6 - LEAST)
    many = predictions_sheet([picture(found, [(1, 1, 2, 2)] * 5)], ["red"])
    assert [pixel(many, 10 + 10 * place, 34) == FOUND for place in range(6)] == [True] * 5 + [False]


def test_any_name_can_be_written_and_the_file_is_small(tmp_path):
    found = [((0, 0, 20, 20), 0.5)]
    file = show_predictions([picture(found, [(0, 0, 20, 20)])] * 6, ["赤い細胞" * 20], tmp_path)
    with Image.open(file) as sheet:
        assert (file.name, sheet.format) == ("predictions.jpg", "JPEG")
    assert file.stat().st_size < 300_000
