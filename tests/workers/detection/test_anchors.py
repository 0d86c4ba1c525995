"""Where anchors stand."""

import torch

from nas.tasks.detection import Anchors
from workers.detection.anchors import anchor_boxes
from workers.detection.boxes import areas

LEVELS = (3, 4, 5, 6, 7)


def test_there_is_an_anchor_for_every_prediction():
    assert anchor_boxes((640, 640), LEVELS, Anchors()).shape == (76_725, 4)
    assert anchor_boxes((192, 192), LEVELS, Anchors(scales=3, aspect_ratios=(1.0,))).shape == (2_307, 4)
    positions = sum(-(-300 // 2**level) * -(-500 // 2**level) for level in LEVELS)
    assert len(anchor_boxes((300, 500), LEVELS, Anchors())) == positions * Anchors().per_position


def test_anchors_run_over_level_row_column_scale_and_ratio():
    boxes = anchor_boxes((32, 48), (3, 4), Anchors(scales=2, aspect_ratios=(1.0, 4.0), size=2.0))
    first_level = boxes[: 4 * 6 * 4].reshape(4, 6, 4, 4)
    assert first_level[2, 5, 0].tolist() == [44 - 8, 20 - 8, 44 + 8, 20 + 8]
    assert first_level[2, 5, 1].tolist() == [44 - 4, 20 - 16, 44 + 4, 20 + 16]  # four times as high as wide
    assert torch.allclose(areas(first_level[0, 0, 2:]).sqrt(), torch.tensor(16.0 * 2**0.5))
    assert boxes[4 * 6 * 4].tolist() == [8 - 16, 8 - 16, 8 + 16, 8 + 16]


def test_anchors_double_from_level_to_level():
    sides = [areas(anchor_boxes((128, 128), (level,), Anchors())).sqrt() for level in LEVELS]
    assert [side.min().round().item() for side in sides] == [24, 48, 96, 192, 384]


def test_the_last_stride_may_reach_over_the_edge():
    centres = anchor_boxes((192, 192), (7,), Anchors(scales=1, aspect_ratios=(1.0,))).reshape(-1, 2, 2).mean(1)
    assert centres.tolist() == [[64, 64], [192, 64], [64, 192], [192, 192]]
