"""The quality task of a document."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from nas.tasks.quality import METRICS, QualityTask

SPLIT = {"pictures": "pictures", "ratings": "/abs/AVA.txt"}
DATA = {"train": SPLIT, "val": {**SPLIT, "image_ids": "val.jpgl"}}


def test_the_defaults_are_the_published_recipe():
    task = QualityTask.model_validate({"data": DATA})
    assert task.image_size == (224, 224)
    assert (task.fit, task.crop_fraction, task.flips) == ("stretch", 224 / 256, ("horizontal",))
    assert task.interpolation == "bicubic"
    assert (task.dropout, task.emd_exponent) == (0.75, 2.0)


def test_relative_paths_are_resolved_and_absolute_ones_stay():
    data = QualityTask.model_validate({"data": DATA}).resolved(Path("/base")).data
    assert (data.train.pictures, data.train.ratings, data.train.image_ids) == ("/base/pictures", "/abs/AVA.txt", None)
    assert data.val.image_ids == "/base/val.jpgl"


def test_paths_that_lead_nowhere_are_told(tmp_path: Path):
    (tmp_path / "pictures").mkdir()
    fields = dict(QualityTask.model_validate({"data": DATA}).resolved(tmp_path).missing_paths())
    assert list(fields) == ["data.train.ratings", "data.val.ratings", "data.val.image_ids"]


def test_metrics_have_distinct_names():
    assert len(set(METRICS)) == len(METRICS) == 7


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"flips": ["vertical", "vertical"]}, "must be distinct, got vertical, vertical"),
        ({"emd_exponent": 0.5}, "greater than or equal to 1"),
        ({"dropout": 1.0}, "less than 1"),
        ({"pixel_std": [0, 1, 1]}, "greater than 0"),
        ({"data": {"train": SPLIT}}, "val"),
    ],
)
def test_settings_that_make_no_sense_are_refused(fields, message):
    with pytest.raises(ValidationError, match=message):
        QualityTask.model_validate({"data": DATA, **fields})
