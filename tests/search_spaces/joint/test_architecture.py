"""A joint architecture keeps its parts by their role, and its JSON is read by who knows their kinds."""

import json

import pytest
from pydantic import ValidationError

from search_spaces.errors import InvalidArchitecture, InvalidOptions
from search_spaces.joint.architecture import Joint, check_role, role_problem
from search_spaces.testing import STAGES, ToyArchitecture, ToyResizer

TOY = ToyArchitecture(stages=STAGES, depth=3, taps=(1, 2), activation="relu", slope=0)
RESIZER = ToyResizer(depth=1, filters=8)
JOINT = Joint(parts={"resizer": RESIZER, "backbone": TOY})
DATA = json.loads(JOINT.canonical_json())


def load_part(name, data):
    return {"toy": ToyArchitecture, "toy_resizer": ToyResizer}[data["kind"]].load(data)


def test_the_canonical_json_holds_every_part_with_its_own_kind():
    assert JOINT.canonical_json() == (
        '{"kind":"joint","parts":{"backbone":' + TOY.canonical_json() + ',"resizer":' + RESIZER.canonical_json() + "}}"
    )


def test_the_id_is_a_golden_hash_whatever_the_order_of_the_parts():
    other = Joint(parts={"backbone": TOY, "resizer": RESIZER})
    assert JOINT.architecture_id == other.architecture_id == "a29dd1b8f2e75ef0"
    assert other == JOINT
    assert hash(JOINT) == hash(other)
    assert list(JOINT.parts) == ["backbone", "resizer"]


def test_another_part_is_another_architecture():
    other = Joint(parts={**JOINT.parts, "resizer": ToyResizer(depth=0, filters=0)})
    assert other != JOINT
    assert other.architecture_id != JOINT.architecture_id


def test_what_it_was_made_of_can_change_without_it():
    parts = {"backbone": TOY}
    joint = Joint(parts=parts)
    parts["resizer"] = RESIZER
    assert list(joint.parts) == ["backbone"]


def test_it_comes_back_from_its_json():
    assert Joint.load_with(DATA, load_part) == JOINT


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"small": TOY}, "a part is named after its role, .*must be named 'backbone', got 'small'"),
        ({"backbone": TOY, "second": TOY}, "each role is there once: must be named 'backbone', got 'second'"),
        ({"joint": JOINT}, "a part cannot be joint itself"),
        ({"backbone": {"kind": "toy"}}, "must be an architecture"),
        ({}, "at least 1"),
    ],
)
def test_parts_are_named_after_their_roles(parts, message):
    with pytest.raises(ValidationError, match=message):
        Joint(parts=parts)


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({"kind": "toy"}, {"kind": "must be 'joint', got 'toy'"}),
        ({"part": {}}, {"part": "unknown field; did you mean 'parts'?"}),
        ({"parts": {}}, {"parts": "must have at least 1 entries, got {}"}),
        ({"parts": {"backbone": 3}}, {"parts.backbone": "must be an object, got 3"}),
        (
            {"parts": {"small": DATA["parts"]["backbone"]}},
            {
                "parts.small": "a part is named after its role, and each role is there once: "
                "must be named 'backbone', got 'small'"
            },
        ),
        (
            {"parts": {"backbone": {**DATA["parts"]["backbone"], "depth": "x"}, "resizer": {"kind": "toy_resizer"}}},
            {
                "parts.backbone.depth": "must be a valid integer, got 'x'",
                "parts.resizer.depth": "Field required",
                "parts.resizer.filters": "Field required",
            },
        ),
    ],
)
def test_every_problem_of_the_json_is_told_under_its_field(changes, problems):
    with pytest.raises(InvalidArchitecture) as raised:
        Joint.load_with({**DATA, **changes}, load_part)
    assert dict(raised.value.problems) == problems


def test_reading_without_knowing_the_kinds_is_refused_by_a_sentence():
    with pytest.raises(InvalidArchitecture, match=r"parts\.backbone: must be an architecture; .*`Joint\.load_with`"):
        Joint.load(DATA)


def test_a_role_is_refused_with_the_error_of_what_is_read():
    assert role_problem("backbone", "backbone") is None
    check_role("backbone", "backbone", error=InvalidOptions)
    with pytest.raises(InvalidOptions) as raised:
        check_role("body", "backbone", error=InvalidOptions)
    assert raised.value.below("parts.body")[0][0] == "parts.body"
