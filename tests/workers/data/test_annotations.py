"""Annotations kept as arrays: what `read_coco` gives, without parsing the file again."""

import json
from pathlib import Path

import numpy as np
import pytest

from nas.errors import TrialFailure
from workers.data.annotations import open_annotations
from workers.data.coco import Category, CocoDataset, read_coco


def same(first: CocoDataset, second: CocoDataset) -> bool:
    plain = ("images", "annotations", "categories", "degenerate_boxes", "digest")
    assert all(getattr(first, name) == getattr(second, name) for name in plain)
    for one, other in zip(first.pictures, second.pictures, strict=True):
        assert (one.id, one.file, one.height, one.width) == (other.id, other.file, other.height, other.width)
        for name in ("boxes", "labels", "crowd"):
            ours, theirs = getattr(one, name), getattr(other, name)
            assert ours.dtype == theirs.dtype
            assert np.array_equal(ours, theirs)
    return True


def kept(directory: Path) -> list[Path]:
    return sorted(directory.glob("*.annotations"))


@pytest.fixture
def split(write_coco, box):
    boxes = [box(1, [1, 1, 3, 4]), box(3, [2, 2, 5, 5], 7, iscrowd=1), box(3, [0, 0, 9, 9]), box(3, [5, 5, 0, 1])]
    return write_coco(annotations=boxes)


def test_the_first_and_every_later_opening_give_what_reading_gives(split, tmp_path):
    assert all(same(open_annotations(split, tmp_path / "cache"), read_coco(split)) for _ in range(2))
    assert len(kept(tmp_path / "cache")) == 1


def test_what_is_kept_is_not_parsed_again(split, write_coco, tmp_path):
    open_annotations(split, tmp_path / "own")
    other = write_coco(name="other", count=5)
    open_annotations(other, tmp_path / "other")
    kept(tmp_path / "own")[0].write_bytes(kept(tmp_path / "other")[0].read_bytes())
    assert open_annotations(split, tmp_path / "own").digest == read_coco(other).digest


def test_splits_without_any_box_are_kept_too(write_coco, tmp_path):
    split = write_coco(annotations=[])
    assert all(same(open_annotations(split, tmp_path), read_coco(split)) for _ in range(2))


def test_another_table_of_categories_has_annotations_of_its_own(split, tmp_path):
    table = (Category(id=1, name="one"), Category(id=3, name="three"), Category(id=7, name="seven"))
    open_annotations(split, tmp_path)
    for _ in range(2):
        assert same(open_annotations(split, tmp_path, categories=table), read_coco(split, categories=table))


def test_a_changed_file_is_read_anew_and_replaces_what_was_kept(split, write_coco, box, tmp_path):
    open_annotations(split, tmp_path)
    changed = write_coco(annotations=[box(2, [1, 1, 3, 4])])
    assert same(open_annotations(changed, tmp_path), read_coco(changed))
    assert len(kept(tmp_path)) == 1


def test_pictures_are_looked_for_where_the_split_says(split, tmp_path):
    open_annotations(split, tmp_path)
    moved = split.model_copy(update={"images": str(tmp_path / "elsewhere")})
    assert same(open_annotations(moved, tmp_path), read_coco(moved))


@pytest.mark.parametrize("damage", [lambda content: content[:-30], lambda content: b"", lambda content: b"x" * 99])
def test_a_damaged_copy_is_made_anew(split, tmp_path, damage):
    open_annotations(split, tmp_path)
    file = kept(tmp_path)[0]
    sound = file.read_bytes()
    file.write_bytes(damage(sound))
    assert same(open_annotations(split, tmp_path), read_coco(split))
    assert file.read_bytes() == sound


def test_one_changed_byte_is_noticed(split, tmp_path):
    open_annotations(split, tmp_path)
    file = kept(tmp_path)[0]
    content = bytearray(file.read_bytes())
    place = content.index(np.float32(1.0).tobytes())
    content[place] ^= 1
    file.write_bytes(content)
    assert same(open_annotations(split, tmp_path), read_coco(split))


def test_a_missing_or_broken_file_is_described_every_time(split, tmp_path):
    path = Path(split.annotations)
    path.write_text(json.dumps({"images": []}))
    for _ in range(2):
        with pytest.raises(TrialFailure, match="must be a JSON object with a list 'annotations'"):
            open_annotations(split, tmp_path)
    path.unlink()
    with pytest.raises(TrialFailure, match="cannot be read: No such file"):
        open_annotations(split, tmp_path)
    assert kept(tmp_path) == []
