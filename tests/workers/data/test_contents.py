"""What data hold, read as tasks read them."""

import json
from pathlib import Path

import pytest

from nas.errors import TrialFailure
from nas.tasks.classification import ClassificationData
from nas.tasks.detection import DetectionData
from nas.tasks.options import Options
from nas.tasks.quality import QualityData
from workers.data.contents import contents_of
from workers.data.shapes import draw_shapes

VOTES = list(range(10))


@pytest.fixture
def shapes(tmp_path):
    drawn = draw_shapes(tmp_path, train=4, val=2, size=(48, 64), seed=1)
    return {"train": drawn.train.model_dump(), "val": drawn.val.model_dump()}


def test_of_detection_pictures_sizes_boxes_and_classes_are_known(shapes):
    found = contents_of(DetectionData.model_validate(shapes))
    assert (len(found.train.files), len(found.val.files)) == (4, 2)
    assert set(found.train.shapes) == {(48, 64)}
    assert found.train.boxes == sum(each.train for each in found.classes) > 0
    assert found.val.boxes == sum(each.val for each in found.classes)
    assert found.faults == found.remarks == ()


def test_too_few_outputs_are_a_fault_and_boxes_left_out_a_remark(shapes):
    file = Path(shapes["val"]["annotations"])
    document = json.loads(file.read_text())
    document["annotations"][0]["bbox"][2] = 0
    file.write_text(json.dumps(document))
    found = contents_of(DetectionData.model_validate({**shapes, "classes": 1}))
    assert found.faults == (f"classes must be at least {len(found.classes)}, as many as the data have, got 1",)
    assert found.remarks == ("1 boxes without width or height are left out",)


def test_labels_that_change_have_another_digest(shapes):
    data = DetectionData.model_validate(shapes)
    before = contents_of(data).labels_digest
    with open(shapes["val"]["annotations"], "a") as stream:
        stream.write(" ")
    assert contents_of(data).labels_digest != before


def test_of_classification_pictures_are_counted_by_class(tmp_path):
    for name in ("train/a/1.jpg", "train/a/2.jpg", "train/b/1.jpg", "val/a/1.jpg", "val/b/1.jpg"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    found = contents_of(ClassificationData(train=str(tmp_path / "train"), val=str(tmp_path / "val")))
    assert [(each.name, each.train, each.val) for each in found.classes] == [("a", 2, 1), ("b", 1, 1)]
    assert found.train.names == ("a/1.jpg", "a/2.jpg", "b/1.jpg")
    assert (found.train.shapes, found.train.boxes) == (None, None)


def test_of_quality_what_is_left_out_is_told(tmp_path):
    (tmp_path / "a.jpg").touch()
    (tmp_path / "b.jpg").touch()
    for part, ids in (("train", "ac"), ("val", "b")):
        rated = [{"image_id": image_id, "label": VOTES} for image_id in ids]
        (tmp_path / f"{part}.json").write_text(json.dumps(rated))
    parts = {part: {"pictures": str(tmp_path), "ratings": str(tmp_path / f"{part}.json")} for part in ("train", "val")}
    found = contents_of(QualityData.model_validate({**parts, "allow_missing": True}))
    assert (found.train.names, found.val.names, found.classes) == (("a.jpg",), ("b.jpg",), ())
    assert found.remarks == ("1 rated pictures are missing and left out",)
    with pytest.raises(TrialFailure, match="1 rated pictures are not in"):
        contents_of(QualityData.model_validate(parts))


def test_other_data_are_a_mistake_of_the_program():
    with pytest.raises(TypeError, match="got Options"):
        contents_of(Options())
