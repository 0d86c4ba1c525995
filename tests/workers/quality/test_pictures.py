"""Pictures and ratings of the two splits fit together, or it is told what does not."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from nas.errors import TrialFailure
from nas.records import FailureKind
from nas.tasks.quality import QualityData
from workers.quality.pictures import read_rated

VOTES = list(range(10))


def data_of(folder: Path, **changes: Any) -> QualityData:
    """Pictures a, b, c of one folder; a and b are rated for training, c for validation."""
    (folder / "pictures").mkdir(exist_ok=True)
    for name in "abc":
        (folder / "pictures" / f"{name}.jpg").touch()
    train, val = rated(folder, "train", "a", "b"), rated(folder, "val", "c")
    return QualityData.model_validate({"train": train, "val": val, **changes})


def rated(folder: Path, name: str, *image_ids: str) -> dict[str, str]:
    file = folder / f"{name}.json"
    file.write_text(json.dumps([{"image_id": image_id, "label": VOTES} for image_id in image_ids]))
    return {"pictures": str(folder / "pictures"), "ratings": str(file)}


def listed(folder: Path, name: str, *image_ids: str) -> str:
    (folder / name).write_text("\n".join(image_ids))
    return str(folder / name)


def refused(data: QualityData) -> str:
    with pytest.raises(TrialFailure) as caught:
        read_rated(data)
    assert caught.value.failure.kind is FailureKind.DATA
    return str(caught.value)


def test_splits_may_share_a_folder(tmp_path: Path):
    found = read_rated(data_of(tmp_path))
    assert (found.train.names, found.val.names) == (("a.jpg", "b.jpg"), ("c.jpg",))


def test_a_picture_without_a_rating_is_told_or_left_out(tmp_path: Path):
    data = data_of(tmp_path)
    (tmp_path / "pictures" / "d.png").touch()
    sentence = f"1 pictures in {tmp_path}/pictures are not rated, the first is 'd.png'; data.allow_unrated: true"
    assert sentence in refused(data)
    assert read_rated(data_of(tmp_path, allow_unrated=True)).train.names == ("a.jpg", "b.jpg")


def test_a_picture_of_another_folder_is_not_rated_by_its_namesake(tmp_path: Path):
    (tmp_path / "other").mkdir()
    for name in ("c.jpg", "a.jpg"):
        (tmp_path / "other" / name).touch()
    val = {**rated(tmp_path, "val", "c"), "pictures": str(tmp_path / "other")}
    data = data_of(tmp_path).model_dump() | {"val": val}
    assert "pictures are not rated, the first is 'c.jpg'" in refused(QualityData.model_validate(data))
    allowed = read_rated(QualityData.model_validate(data | {"allow_unrated": True}))
    assert allowed.val.names == ("c.jpg",)


def test_a_rating_without_a_picture_is_told_or_left_out(tmp_path: Path):
    data_of(tmp_path)
    train = rated(tmp_path, "train", "a", "lost", "b", "gone")
    sentence = f"2 rated pictures are not in {tmp_path}/pictures, the first is 'lost'; data.allow_missing: true"
    val = rated(tmp_path, "val", "c")
    assert sentence in refused(QualityData.model_validate({"train": train, "val": val}))
    found = read_rated(QualityData.model_validate({"train": train, "val": val, "allow_missing": True}))
    assert found.train.names == ("a.jpg", "b.jpg")


def test_lists_of_image_ids_cut_the_splits_out_of_one_file(tmp_path: Path):
    data_of(tmp_path)
    everything = rated(tmp_path, "all", "a", "lost", "b", "c")
    train = {**everything, "image_ids": listed(tmp_path, "train.jpgl", "c", "a")}
    val = {**everything, "image_ids": listed(tmp_path, "val.jpgl", "b")}
    found = read_rated(QualityData.model_validate({"train": train, "val": val}))
    assert (found.train.names, found.val.names) == (("a.jpg", "c.jpg"), ("b.jpg",))


def test_pictures_that_are_trained_on_are_no_judges(tmp_path: Path):
    data_of(tmp_path)
    everything = rated(tmp_path, "all", "a", "b", "c")
    told = refused(QualityData.model_validate({"train": everything, "val": everything}))
    assert re.search(
        r"3 pictures of data\.val are in data\.train, too, the first is 'a\.jpg'; data\.\*\.image_ids", told
    )
