"""An architecture is its canonical JSON."""

import pytest
from pydantic import ValidationError

from search_spaces.errors import InvalidArchitecture
from search_spaces.testing import STAGES, ToyArchitecture, ToyResizer

TOY = ToyArchitecture(stages=STAGES, depth=3, taps=(1, 2), activation="relu", slope=0)


def test_the_canonical_json_is_sorted_complete_and_without_white_space():
    assert TOY.canonical_json() == (
        '{"activation":"relu","depth":3,"kind":"toy","slope":0,"stages":["narrow","narrow","wide"],"taps":[1,2]}'
    )


def test_the_id_is_a_golden_hash():
    assert TOY.architecture_id == "cf1eccdf2c416634"


def test_the_id_differs_where_the_architecture_does():
    assert TOY.model_copy(update={"depth": 4}).architecture_id != TOY.architecture_id


def test_the_role_is_that_of_a_backbone_unless_told_and_stands_in_no_json():
    assert (TOY.role, ToyResizer.role) == ("backbone", "resizer")
    assert "role" not in ToyResizer(depth=0, filters=0).model_dump()


def test_an_architecture_is_frozen():
    with pytest.raises(ValidationError, match="frozen"):
        TOY.depth = 4


def test_loading_names_the_field_that_is_wrong():
    with pytest.raises(InvalidArchitecture, match=r"^taps\.1: must be a valid integer, got 'x'$"):
        ToyArchitecture.load({**TOY.model_dump(mode="json"), "taps": [1, "x"]})
