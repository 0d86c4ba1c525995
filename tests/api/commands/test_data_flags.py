"""Options of `nas data add` are the fields of documents."""

import pytest

from api.commands.data_flags import data_given, flags_of
from nas.errors import DocumentError


def test_every_field_has_an_option():
    assert list(flags_of("detection")) == [
        *("train-images", "train-annotations", "val-images", "val-annotations", "classes")
    ]
    assert list(flags_of("classification")) == ["train", "val", "labels", "class-order", "classes"]
    assert "train-image-ids" in flags_of("quality")


def test_options_become_data_with_absolute_paths(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    given = data_given(
        ["--train-images", "a", "--train-annotations=b", "--val-images=/v", "--classes", "3"], "detection"
    )
    assert given == {
        "train": {"images": str(tmp_path / "a"), "annotations": str(tmp_path / "b")},
        "val": {"images": "/v"},
        "classes": 3,
    }
    assert data_given(["--allow-missing", "--allow-unrated", "false"], "quality") == {
        "allow_missing": True,
        "allow_unrated": False,
    }


def test_what_is_no_option_is_told_with_the_nearest():
    with pytest.raises(
        DocumentError, match="--train-image: is no option of detection data; did you mean 'train-images'"
    ):
        data_given(["--train-image", "x"], "detection")
    with pytest.raises(DocumentError, match="x: must follow an option"):
        data_given(["x"], "detection")
