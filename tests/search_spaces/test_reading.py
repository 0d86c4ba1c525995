"""Models from untrusted JSON name every problem."""

from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, Field, model_validator

from search_spaces.errors import InvalidOptions
from search_spaces.reading import nearest, read, shown, wrong


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")

    low: int = 0
    high: int = 1

    @model_validator(mode="after")
    def _ordered(self) -> "Inner":
        if self.low > self.high:
            raise wrong("high", f"must be at least {self.low}, got {self.high}")
        return self


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid")

    width: float = Field(1.0, gt=0)
    name: str
    levels: tuple[int, ...] = Field((1,), min_length=1)
    inner: Inner = Inner()


def problems(data: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    with pytest.raises(InvalidOptions) as raised:
        read(Outer, data, error=InvalidOptions)
    return raised.value.problems


def test_sound_data_gives_the_model():
    assert read(Outer, {"name": "a", "width": 2, "levels": [3]}, error=InvalidOptions) == Outer(
        name="a", width=2.0, levels=(3,)
    )


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"width": -1}, "width", "must be greater than 0, got -1"),
        ({"width": "2"}, "width", "must be a valid number, got '2'"),
        ({"levels": []}, "levels", "must have at least 1 entries, got []"),
        ({"levels": [1, "x"]}, "levels.1", "must be a valid integer, got 'x'"),
        ({"widht": 1}, "widht", "unknown field; did you mean 'width'?"),
        ({"zzz": 1}, "zzz", "unknown field; known: width, name, levels, inner"),
        ({"inner": {"deep": 1}}, "inner.deep", "unknown field"),
        ({"inner": {"low": 3}}, "inner.high", "must be at least 3, got 1"),
    ],
)
def test_every_problem_names_the_field_the_value_and_what_was_allowed(change, field, sentence):
    assert problems({"name": "a", **change}) == ((field, sentence),)


def test_all_problems_are_told_at_once():
    assert [field for field, _ in problems({"width": 0, "levels": ["x"]})] == ["width", "name", "levels.0"]


def test_what_is_no_json_is_refused():
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    for name in ({1, 2}, deep):
        assert problems({"name": name})[0][1].startswith("must be JSON")


def test_a_near_name_is_suggested():
    assert nearest("spinnet", ["spinenet", "toy"]) == "; did you mean 'spinenet'?"


def test_a_long_value_is_cut():
    assert shown("spinnet") == "'spinnet'"
    assert shown("x" * 10_000) == "'" + 76 * "x" + "..."
