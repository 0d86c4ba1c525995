"""Pictures and classes, counted without opening a picture."""

import json

import pytest

from nas.data_counts import MOST_FILES, UNKNOWN, DataCounts, counts_of, with_classes
from nas.document import parse_document
from nas.tasks.classification import ClassificationTask
from nas.tasks.quality import QualityTask
from nas.testing.searches import toy_document


def detection(folder, **fields):
    split = {"images": str(folder), "annotations": str(folder / "a.json")}
    return toy_document(task={"kind": "detection", "data": {"train": split, "val": split, **fields}}).task


def test_a_coco_file_tells_both(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps({"images": [{}] * 7, "categories": [{}] * 3}))
    assert counts_of(detection(tmp_path)) == DataCounts(pictures=7, classes=3)
    assert counts_of(detection(tmp_path, classes=5)) == DataCounts(pictures=7, classes=5)


def test_a_file_that_changed_is_read_again(tmp_path):
    for number in (3, 12):
        (tmp_path / "a.json").write_text(json.dumps({"images": [{}] * number}))
        assert counts_of(detection(tmp_path)).pictures == number


@pytest.mark.parametrize("content", [None, "{", "[]", '{"images": 3, "categories": []}'])
def test_what_cannot_be_read_is_not_known(tmp_path, content):
    if content is not None:
        (tmp_path / "a.json").write_text(content)
    assert counts_of(detection(tmp_path)) == UNKNOWN
    assert counts_of(detection(tmp_path, classes=4)).classes == 4


def test_too_large_a_file_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr("nas.data_counts.MOST_BYTES", 10)
    (tmp_path / "a.json").write_text(json.dumps({"images": [{}] * 7}))
    assert counts_of(detection(tmp_path)) == UNKNOWN


def test_folders_of_classes_are_counted_as_far_as_that_is_quick(tmp_path, monkeypatch):
    for name in ("cat/1.png", "cat/2.png", "dog/1.png", ".hidden/1.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    task = ClassificationTask.model_validate({"data": {"train": str(tmp_path), "val": "val"}})
    assert counts_of(task) == DataCounts(pictures=3, classes=2)
    monkeypatch.setattr("nas.data_counts.MOST_FILES", 2)
    assert MOST_FILES > 2
    assert counts_of(task) == DataCounts(pictures=None, classes=2)
    missing = ClassificationTask.model_validate({"data": {"train": str(tmp_path / "no"), "val": "val", "classes": 9}})
    assert counts_of(missing) == DataCounts(classes=9)


def test_ratings_are_not_counted():
    files = {"pictures": "p", "ratings": "r.csv"}
    assert counts_of(QualityTask.model_validate({"data": {"train": files, "val": files}})) == UNKNOWN


def test_counted_classes_are_written_down(tmp_path):
    task = detection(tmp_path)
    assert with_classes(task, DataCounts(classes=6)).data.classes == 6
    assert with_classes(task, UNKNOWN) is task
    assert parse_document(toy_document().model_dump(mode="json")).task.data.classes == 3
