"""The classification task of a document."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from nas.tasks.classification import METRICS, ClassificationTask, class_names

DATA = {"train": "train", "val": "/abs/val"}


def task(**fields) -> ClassificationTask:
    return ClassificationTask.model_validate({"data": DATA, **fields})


def test_the_defaults_are_the_published_recipe_where_it_speaks():
    assert (task().label_smoothing, task().loss, task().image_size) == (0.1, "softmax", (224, 224))


def test_relative_paths_are_resolved_and_absolute_ones_stay():
    data = task(data={**DATA, "labels": "labels.txt"}).resolved(Path("/base")).data
    assert (data.train, data.val, data.labels, data.class_order) == (
        "/base/train",
        "/abs/val",
        "/base/labels.txt",
        None,
    )


def test_errors_are_measured_beside_accuracies():
    assert set(METRICS) == {"top1", "top5", "top1_error", "top5_error", "loss"}


def test_the_classes_of_a_folder_are_its_folders_by_name(tmp_path):
    for name in ("pear", "apple", ".hidden", "Zebra"):
        (tmp_path / name).mkdir()
    (tmp_path / "README").touch()
    assert class_names(tmp_path) == ("Zebra", "apple", "pear")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"flips": ["vertical", "vertical"]}, "must be distinct, got vertical, vertical"),
        ({"random_crop": {"area": [0.9, 0.2]}}, "must be least, greatest, got 0.9, 0.2"),
        ({"random_crop": {"area": [0, 0.2]}}, "greater than 0"),
        ({"random_crop": {"aspect": [2, 1]}}, "must be least, greatest, got 2, 1"),
        ({"crop_fraction": 1.1}, "less than or equal to 1"),
        ({"label_smoothing": 1.0}, "less than 1"),
        ({"loss": "hinge"}, "'softmax' or 'sigmoid'"),
        ({"pixel_std": [0, 1, 1]}, "greater than 0"),
        ({"image_size": [7, 64]}, "greater than or equal to 8"),
        ({"data": {"train": "train"}}, "Field required"),
    ],
)
def test_settings_that_make_no_sense_are_refused(fields, message):
    with pytest.raises(ValidationError, match=message):
        task(**fields)
