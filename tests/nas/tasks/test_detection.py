"""The detection task of a document."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from nas.tasks.detection import METRICS, Anchors, DetectionTask

SPLIT = {"images": "images", "annotations": "/abs/annotations.json"}
DATA = {"train": SPLIT, "val": SPLIT}


def test_the_defaults_are_the_published_recipe():
    task = DetectionTask.model_validate({"data": DATA})
    assert task.image_size == (640, 640)
    assert (task.head.filters, task.head.convs) == (256, 4)
    assert task.anchors.per_position == 9
    assert (task.loss.focal_alpha, task.loss.focal_gamma, task.loss.box_weight) == (0.25, 1.5, 50.0)


def test_relative_paths_are_resolved_and_absolute_ones_stay():
    data = DetectionTask.model_validate({"data": DATA}).resolved(Path("/base")).data
    assert (data.train.images, data.val.annotations) == ("/base/images", "/abs/annotations.json")


def test_anchors_count_scales_times_ratios():
    assert Anchors(scales=2, aspect_ratios=(1.0, 2.0)).per_position == 4


def test_the_twelve_numbers_of_coco_are_known():
    assert len(set(METRICS)) == 12


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"scale_jitter": [1.2, 0.8]}, "must be lowest, highest, got 1.2, 0.8"),
        ({"flips": ["vertical", "vertical"]}, "must be distinct, got vertical, vertical"),
        ({"matching": {"positive_iou": 0.4, "negative_iou": 0.5}}, "must be at most positive_iou, 0.4, got 0.5"),
        ({"pixel_std": [0, 1, 1]}, "greater than 0"),
        ({"image_size": [31, 64]}, "greater than or equal to 32"),
        ({"anchors": {"aspect_ratios": []}}, "at least 1"),
    ],
)
def test_settings_that_make_no_sense_are_refused(fields, message):
    with pytest.raises(ValidationError, match=message):
        DetectionTask.model_validate({"data": DATA, **fields})
