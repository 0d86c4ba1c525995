"""Documents without their defaults."""

from pathlib import Path

import pytest

from nas.brief import brief
from nas.document import load_document, parse_document
from nas.testing.searches import toy_document

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))


def test_what_is_so_by_default_is_left_out():
    document = toy_document(scheduler={"kind": "asha"}, constraints=[{"metric": "params", "max": 9e5}])
    assert brief(document) == {
        "name": "toy",
        "space": {"kind": "spinenet"},
        "task": {
            "kind": "detection",
            "data": {
                "train": {"images": "images", "annotations": "annotations.json"},
                "val": {"images": "images", "annotations": "annotations.json"},
                "classes": 3,
            },
        },
        "objectives": [{"metric": "AP"}],
        "constraints": [{"metric": "params", "max": 900000.0}],
        "strategy": {"kind": "evolution", "population": 6, "sample": 3},
        "scheduler": {"kind": "asha"},
        "budget": {"trials": 30},
        "resources": {"concurrent": 2},
    }


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_read_again_it_is_the_same_document(path):
    document = load_document(path).model_copy(update={"proxy_check": None})
    assert parse_document(brief(document)) == document
