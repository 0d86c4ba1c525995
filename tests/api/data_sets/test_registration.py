"""Only data that are whole, and where they may be, are registered."""

import pytest

from api.data_sets.registration import registrable
from nas.errors import DocumentError


def problems(*given, roots=()):
    with pytest.raises(DocumentError) as refused:
        registrable(*given, roots)
    return dict(refused.value.problems)


def test_data_are_kept_as_documents_have_them(cells):
    assert registrable("detection", {"train": cells["train"], "val": cells["val"]}, ()) == cells


def test_every_field_that_is_wrong_is_told(cells):
    assert problems("detection", {"train": {"image": "x"}, "classes": 0}) == {
        "data.train.images": "is required",
        "data.train.annotations": "is required",
        "data.train.image": "unknown field; did you mean 'images'?",
        "data.val": "is required",
        "data.classes": "must be at least 1, got 0",
    }


def test_what_is_not_there_and_what_is_not_absolute_is_told(cells, tmp_path):
    cells["train"]["images"] = str(tmp_path / "none")
    cells["val"]["annotations"] = "val.json"
    assert problems("detection", cells) == {
        "data.train.images": f"must be a folder, got {str(tmp_path / 'none')!r}",
        "data.val.annotations": "must be an absolute path, got 'val.json'",
    }


def test_with_data_roots_everything_lies_in_one_and_relative_paths_in_the_first(cells, tmp_path):
    split = {"images": "cells", "annotations": "cells/train.json"}
    kept = registrable("detection", {"train": split, "val": cells["val"]}, (tmp_path,))
    assert kept["train"] == cells["train"]
    elsewhere = problems("detection", cells, roots=(tmp_path / "other",))
    assert len(elsewhere) == 4
    assert "must lie inside the service's data roots" in elsewhere["data.train.images"]
    (tmp_path / "cells" / "out").symlink_to("/etc")
    split = {"images": "cells/out", "annotations": "cells/out/hostname"}
    assert len(problems("detection", {"train": split, "val": cells["val"]}, roots=(tmp_path,))) == 2
