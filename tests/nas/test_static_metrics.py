"""Metrics that cost nothing."""

import json

import pytest

from nas.errors import DocumentError
from nas.static_metrics import STATIC_METRICS, count_classes, static_metrics_of
from nas.tasks.detection import DetectionTask
from search_spaces.spinenet.published import PUBLISHED

SPINENET_49 = PUBLISHED["spinenet-49"].architecture


def detection(annotations="instances.json", classes=None, **fields):
    split = {"images": "images", "annotations": str(annotations)}
    data = {"train": split, "val": split, "classes": classes}
    return DetectionTask.model_validate({"data": data, **fields})


def test_spinenet_49_has_the_published_size():
    metrics = static_metrics_of(detection(classes=91))(SPINENET_49)
    assert tuple(metrics) == STATIC_METRICS
    assert (metrics["params"], metrics["backbone_params"]) == (28_543_383, 21_831_488)
    assert round(metrics["macs"] / 1e9, 3) == 85.414
    assert metrics["backbone_macs"] < metrics["macs"]


def test_the_head_and_the_size_of_the_task_count():
    small = static_metrics_of(detection(classes=3, head={"filters": 32, "convs": 1}, image_size=[192, 192]))
    metrics = small(SPINENET_49)
    assert metrics["params"] < 28_543_383
    assert metrics["backbone_params"] == 21_831_488


def test_classes_are_counted_once_from_the_validation_annotations(tmp_path):
    path = tmp_path / "instances.json"
    path.write_text(json.dumps({"categories": [{"id": 7}, {"id": 90}]}))
    metrics = static_metrics_of(detection(path))
    path.unlink()
    assert metrics(SPINENET_49) == static_metrics_of(detection(classes=2))(SPINENET_49)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "cannot be read: No such file"),
        ("{", "must be JSON"),
        ("[]", "must list categories"),
        ('{"categories": []}', "must list categories"),
    ],
)
def test_annotations_that_cannot_be_counted_are_named(tmp_path, content, sentence):
    path = tmp_path / "instances.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(DocumentError) as refused:
        count_classes(path)
    ((field, told),) = refused.value.problems
    assert field == "task.data.val.annotations"
    assert told.startswith(sentence)
    assert str(path) in told
