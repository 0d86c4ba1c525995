"""Pydantic's errors in sentences that help."""

import json
from typing import Annotated, Literal

import pytest
from pydantic import Field, ValidationError

from nas.problems import problems_of
from nas.tasks.options import Options


class Cat(Options):
    kind: Literal["cat"] = "cat"
    lives: int = Field(9, ge=1, le=9)


class Dog(Options):
    kind: Literal["dog"] = "dog"
    bites: bool = False


class House(Options):
    colour: Literal["red", "blue"]
    pets: tuple[Annotated[Cat | Dog, Field(discriminator="kind")], ...] = Field(min_length=1)
    area: float = Field(1.0, gt=0, lt=100)
    name: str = Field("a", pattern="^a")


def told(**data):
    with pytest.raises(ValidationError) as refused:
        House.model_validate_json(json.dumps({"colour": "red", "pets": [{"kind": "cat"}], **data}), strict=True)
    return problems_of(refused.value, House)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ({"pets": [{"kind": "cat", "lives": 10}]}, ("pets.0.lives", "must be at most 9, got 10")),
        ({"pets": [{"kind": "dog", "bits": 1}]}, ("pets.0.bits", "unknown field; did you mean 'bites'?")),
        ({"pets": [{"kind": "dog", "xyz": 1}]}, ("pets.0.xyz", "unknown field; known: kind, bites")),
        ({"pets": [{"kind": "cow"}]}, ("pets.0.kind", "must be one of cat, dog, got 'cow'")),
        ({"pets": [{}]}, ("pets.0.kind", "is required, one of cat, dog")),
        ({"pets": ["cat"]}, ("pets.0", "must be a mapping of names to values, got 'cat'")),
        ({"pets": []}, ("pets", "must have at least 1 entries, got []")),
        ({"pets": 3}, ("pets", "must be a list, got 3")),
        ({"color": "red"}, ("color", "unknown field; did you mean 'colour'?")),
        ({"colour": "green"}, ("colour", "must be one of red, blue, got 'green'")),
        ({"area": 0}, ("area", "must be more than 0.0, got 0")),
        ({"area": 100}, ("area", "must be less than 100.0, got 100")),
        ({"area": "1"}, ("area", "must be a number, got '1'")),
        ({"name": "b"}, ("name", "must match ^a, got 'b'")),
        ({"name": 1}, ("name", "must be text, got 1")),
    ],
)
def test_a_problem_names_its_field_the_value_and_what_was_allowed(data, problem):
    assert told(**data) == [problem]
