"""Reading COCO annotations: what is kept, what is dropped, and what is said about broken files."""

import json
from pathlib import Path

import numpy as np
import pytest

from nas.errors import TrialFailure
from nas.records import FailureKind
from nas.tasks.detection import CocoSplit
from workers.data.coco import Category, read_coco


def test_boxes_become_corners_and_pictures_come_by_ascending_id(write_coco, box):
    dataset = read_coco(write_coco(annotations=[box(2, [1, 2, 3, 4]), box(2, [5, 5, 1, 1], 7)]))
    assert [picture.id for picture in dataset.pictures] == [1, 2, 3]
    assert dataset.pictures[1].boxes.tolist() == [[1, 2, 4, 6], [5, 5, 6, 6]]
    assert dataset.pictures[1].boxes.dtype == np.float32


def test_labels_follow_ascending_category_ids_whatever_their_gaps(write_coco, box):
    dataset = read_coco(write_coco(annotations=[box(1, [1, 1, 3, 4], 7), box(1, [1, 2, 3, 4], 3)]))
    assert dataset.categories == (Category(id=3, name="three"), Category(id=7, name="seven"))
    assert dataset.pictures[0].labels.tolist() == [1, 0]


def test_labels_follow_another_split_s_table_when_it_is_given(write_coco, box):
    table = (Category(id=1, name="one"), Category(id=3, name="three"))
    dataset = read_coco(write_coco(annotations=[box(1, [1, 1, 3, 4], 3)]), categories=table)
    assert dataset.pictures[0].labels.tolist() == [1]
    with pytest.raises(TrialFailure, match="category_id 7 is not among the 2 known ids"):
        read_coco(write_coco(annotations=[box(1, [1, 1, 3, 4], 7)]), categories=table)


def test_splits_that_name_one_category_differently_do_not_go_together(write_coco):
    table = (Category(id=3, name="seven"), Category(id=7, name="three"))
    with pytest.raises(TrialFailure, match=r"category 3 must be 'seven' as in the other split, got 'three'"):
        read_coco(write_coco(), categories=table)


def test_pictures_without_boxes_and_crowds_are_kept(write_coco, box):
    dataset = read_coco(write_coco(annotations=[box(1, [1, 1, 3, 4], iscrowd=1), box(1, [1, 1, 9, 9])]))
    assert dataset.pictures[0].crowd.tolist() == [True, False]
    assert dataset.pictures[2].boxes.shape == (0, 4)


def test_boxes_are_clipped_and_those_without_area_dropped_and_counted(write_coco, box):
    boxes = [[30, 20, 100, 100], [5, 5, 0, 3], [5, 5, 3, -1], [41, 1, 5, 5]]
    dataset = read_coco(write_coco(annotations=[box(1, values) for values in boxes]))
    assert dataset.pictures[0].boxes.tolist() == [[30, 20, 40, 30]]
    assert dataset.degenerate_boxes == 3


def corrupted(split: CocoSplit, change) -> CocoSplit:
    path = Path(split.annotations)
    document = json.loads(path.read_text())
    change(document)
    path.write_text(json.dumps(document))
    return split


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda d: d.pop("images"), "must be a JSON object with a list 'images'"),
        (lambda d: d.update(annotations={}), "must be a JSON object with a list 'annotations'"),
        (lambda d: d.update(categories=[]), "has no categories"),
        (lambda d: d.update(images=[]), "has no images"),
        (lambda d: d["categories"][0].pop("id"), r"categories\[0\] has no 'id'"),
        (
            lambda d: d["categories"][0].update(name=""),
            r"name of category 7 must be 1\.\.150 readable characters, got ''",
        ),
        (lambda d: d["categories"][0].update(name="caf\udce9"), r"readable characters, got 'caf\\udce9'"),
        (lambda d: d["categories"][0].update(name="x" * 151), r"must be 1\.\.150 readable characters, got 'xxx"),
        (lambda d: d["categories"][0].update(id=3), "two categories with the same id"),
        (lambda d: d["images"][0].update(id=1), "two images with the same id"),
        (lambda d: d["images"][1].pop("file_name"), r"images\[1\] has no 'file_name'"),
        (
            lambda d: d["images"][1].update(height="30"),
            r"images\[1\]: height must be a whole number of at most 64 bits, got '30'",
        ),
        (lambda d: d["images"][1].update(width=0), "height and width must be at least 1"),
        (lambda d: d["images"][1].update(file_name="../1.png"), "file_name must be a path below .*, got '../1.png'"),
        (lambda d: d["images"][1].update(file_name="/1.png"), "file_name must be a path below .*, got '/1.png'"),
        (lambda d: d["annotations"][0].pop("bbox"), r"annotations\[0\] has no 'bbox'"),
        (lambda d: d["annotations"][0].update(bbox=[1, 2, 3]), "every bbox must be four numbers"),
        (lambda d: d["annotations"][0].update(bbox=["1", "2", "3", "4"]), "every bbox must be four numbers"),
        (lambda d: d["annotations"][0].update(bbox=[10**400, 2, 3, 4]), "every bbox must be four numbers"),
        (lambda d: d["annotations"][0].update(iscrowd=None), r"annotations\[0\]: iscrowd must be 0 or 1, got None"),
        (lambda d: d["annotations"][0].update(iscrowd="0"), r"annotations\[0\]: iscrowd must be 0 or 1, got '0'"),
        (lambda d: d["images"][0].update(id=float("inf")), "id must be a whole number"),
        (lambda d: d["images"][0].update(id=10**400), "id must be a whole number of at most 64 bits"),
        (lambda d: d["annotations"][0].update(bbox=[1, 2, 3, float("nan")]), r"annotations\[0\]: bbox must be four f"),
        (lambda d: d["annotations"][0].update(image_id=9), r"annotations\[0\]: image_id 9 is not among the 3 known"),
        (lambda d: d["annotations"][0].update(category_id=None), "category_id None is not among the 2 known ids"),
        (lambda d: d["annotations"].append({"bbox": 0, "category_id": 3, "image_id": 1}), "every bbox must be four"),
        (lambda d: d["annotations"].append(5), r"annotations\[1\] has no 'image_id'"),
    ],
)
def test_a_broken_file_is_described(write_coco, box, change, sentence):
    split = corrupted(write_coco(annotations=[box(1, [1, 1, 3, 4])]), change)
    with pytest.raises(TrialFailure, match=sentence) as caught:
        read_coco(split)
    assert caught.value.failure.kind is FailureKind.DATA


def test_a_missing_or_unreadable_file_is_named(write_coco, tmp_path):
    split = write_coco()
    Path(split.annotations).write_text("{")
    with pytest.raises(TrialFailure, match=r"data\.json is not valid JSON"):
        read_coco(split)
    Path(split.annotations).write_text("[" * 100_000)
    with pytest.raises(TrialFailure, match=r"data\.json is not valid JSON: maximum recursion depth"):
        read_coco(split)
    Path(split.annotations).unlink()
    with pytest.raises(TrialFailure, match=r"data\.json cannot be read: No such file"):
        read_coco(split)


def test_real_coco_data_is_read_whole(shared_data):
    root = shared_data / "coco_mini"
    split = CocoSplit(images=str(root / "images"), annotations=str(root / "annotations/instances_val.json"))
    dataset = read_coco(split)
    assert (len(dataset.pictures), len(dataset.categories), dataset.categories[-1].id) == (188, 80, 90)
    assert sum(len(picture.boxes) for picture in dataset.pictures) == 1692
    assert sum(int(picture.crowd.sum()) for picture in dataset.pictures) == 20
    assert sum(len(picture.boxes) == 0 for picture in dataset.pictures) == 2
