"""Paths of a task, found by their types."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from nas.tasks.options import Options
from nas.tasks.paths import FilePath, FolderPath, missing, resolved


class Split(Options):
    images: FolderPath
    labels: FilePath | None = None
    title: str = "no path"


class Data(Options):
    train: Split
    val: FolderPath


def data(**fields) -> Data:
    return Data.model_validate({"train": {"images": "train", "labels": "labels.txt"}, "val": "/abs/val", **fields})


def test_relative_paths_are_taken_from_the_base_and_everything_else_stays():
    found = resolved(data(), Path("/base"))
    assert found.train == Split(images="/base/train", labels="/base/labels.txt")
    assert found.val == "/abs/val"
    assert resolved(data(train={"images": "a"}), Path("/base")).train.labels is None


def test_what_leads_nowhere_or_elsewhere_is_named(tmp_path):
    (tmp_path / "train").mkdir()
    (tmp_path / "val").touch()
    problems = dict(missing(resolved(data(val="val"), tmp_path), "task."))
    assert set(problems) == {"task.train.labels", "task.val"}
    assert problems["task.val"] == f"must be a folder, got '{tmp_path / 'val'}'"
    assert problems["task.train.labels"].startswith("must be a file, got ")
    (tmp_path / "labels.txt").touch()
    assert list(missing(resolved(data(val="train"), tmp_path))) == []


def test_no_path_holds_the_byte_that_ends_one():
    with pytest.raises(ValidationError, match="should match pattern"):
        data(val="a\0b")
