"""A check tells what a data set holds and what is wrong with it."""

import json
import shutil
from pathlib import Path

import pytest

from nas.clock import ManualClock
from workers.data import checking
from workers.data.checking import check_data
from workers.data.shapes import draw_shapes


@pytest.fixture
def shapes(tmp_path):
    drawn = draw_shapes(tmp_path, train=6, val=3, size=(48, 64), seed=1)
    return {"train": drawn.train.model_dump(), "val": drawn.val.model_dump()}


def check(data, kind="detection", **options):
    return check_data(kind, data, **{"every_picture": True, "clock": ManualClock(), **options})


def pictures(data, part):
    names = json.loads(Path(data[part]["annotations"]).read_text())["images"]
    return [Path(data[part]["images"]) / each["file_name"] for each in names]


def test_a_sound_set_has_counts_and_no_faults(shapes):
    found = check(shapes)
    assert (found.train.pictures, found.train.opened, found.val.pictures) == (6, 6, 3)
    assert found.train.size_bytes == sum(file.stat().st_size for file in pictures(shapes, "train"))
    assert found.train.boxes == sum(each.train for each in found.classes)
    assert found.faults == ()
    assert (found.duplicates.count, len(found.fingerprint)) == (0, 64)


def test_missing_and_broken_pictures_are_named(shapes):
    gone, broken, resized, *_ = pictures(shapes, "train")
    shutil.copy(pictures(shapes, "val")[0], resized)
    gone.unlink()
    broken.write_bytes(broken.read_bytes()[:200])
    found = check(shapes)
    assert found.train.missing.first == (str(gone),)
    assert found.train.broken.count == 1
    assert str(broken) in found.train.broken.first[0]
    assert len(found.faults) == 2
    assert found.faults[0] == f"1 pictures of train are missing, the first is {gone}"
    assert found.faults[1].startswith("1 of the 5 pictures of train that were opened are broken: picture ")


def test_a_picture_of_another_size_than_its_annotations_is_broken(shapes):
    file = Path(shapes["val"]["annotations"])
    document = json.loads(file.read_text())
    document["images"][1]["height"] = 50
    file.write_text(json.dumps(document))
    assert check(shapes).val.broken.first[0].endswith("is 48 x 64 pixels, its annotations say 50 x 64")


def test_pictures_of_validation_that_are_trained_on_are_found_under_other_names(shapes):
    copied, known = pictures(shapes, "val")[0], pictures(shapes, "train")[-1]
    shutil.copy(known, copied)
    found = check(shapes)
    assert found.duplicates.first == (str(copied),)
    assert found.faults == ()
    assert found.remarks[0] == f"1 pictures of val are in train, too, the first is {copied}"


def test_a_class_without_examples_is_remarked(tmp_path):
    for name in ("train/a/1.png", "train/b/1.png", "val/a/1.png", "val/b/1.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    drawn = draw_shapes(tmp_path / "drawn", train=4, val=1, size=(32, 32), seed=1)
    source = pictures({"train": drawn.train.model_dump()}, "train")
    for name, file in zip(("train/a/1.png", "train/b/1.png", "val/x.png"), source, strict=False):
        shutil.copy(file, tmp_path / name)
    labels = tmp_path / "labels.txt"
    labels.write_text("x.png a\n")
    data = {"train": str(tmp_path / "train"), "val": str(tmp_path / "val"), "labels": str(labels)}
    found = check(data, "classification")
    assert found.remarks == ("class 'b' has no example in val",)
    assert [(each.name, each.train, each.val) for each in found.classes] == [("a", 1, 1), ("b", 1, 0)]


def test_data_that_cannot_be_read_at_all_have_one_fault(shapes):
    Path(shapes["val"]["annotations"]).write_text("{")
    found = check(shapes)
    assert (found.train, found.val, found.fingerprint) == (None, None, "")
    assert "is not valid JSON" in found.faults[0]


def test_of_many_pictures_a_sample_is_opened_and_progress_is_told(shapes, monkeypatch):
    monkeypatch.setattr(checking, "SAMPLED", 2)
    heard = []
    found = check(shapes, every_picture=False, told=lambda done, total: heard.append((done, total)))
    assert (found.train.opened, found.val.opened, found.every_picture) == (2, 2, False)
    assert heard == [(done, 4) for done in range(5)]


def test_the_fingerprint_is_of_content_and_changes_with_it(shapes, tmp_path):
    before = check(shapes).fingerprint
    assert check(shapes, every_picture=False).fingerprint == before
    moved = json.loads(json.dumps(shapes).replace(str(tmp_path), str(tmp_path / "moved")))
    shutil.copytree(tmp_path, tmp_path / "moved", ignore=lambda *_: ["moved"])
    assert check(moved).fingerprint == before
    with pictures(shapes, "val")[0].open("ab") as stream:
        stream.write(b" ")
    assert check(shapes).fingerprint != before
