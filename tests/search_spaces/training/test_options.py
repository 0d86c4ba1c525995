"""The options of the training space read as people write them, and refuse what makes no sense."""

from itertools import pairwise

import pytest

from search_spaces.errors import InvalidOptions
from search_spaces.reading import read
from search_spaces.training.options import TrainingChoice, TrainingSpaceOptions


def options(**choices):
    return read(TrainingSpaceOptions, {"kind": "training", "choices": choices}, error=InvalidOptions)


def values_of(choice):
    return list(options(rate=choice).choices["rate"].options)


@pytest.mark.parametrize(
    ("choice", "values"),
    [
        (["adamw", "sgd"], ["adamw", "sgd"]),
        ({"values": [0.0, 0.1]}, [0, 0.1]),
        ({"low": 8, "high": 24, "step": 8}, [8, 16, 24]),
        ({"low": 1, "high": 4}, [1, 2, 3, 4]),
        ({"low": 1.0, "high": 3.0, "whole": True}, [1, 2, 3]),
        ({"low": 0.0, "high": 0.3, "step": 0.1}, [0.0, 0.1, 0.2, 0.3]),
        ({"low": 0, "high": 1, "step": 0.5}, [0.0, 0.5, 1.0]),
        ({"low": 8, "high": 32, "step": 8, "log": True}, [8, 16, 24, 32]),
    ],
)
def test_a_list_and_a_range_as_people_write_them(choice, values):
    found = values_of(choice)
    assert found == values
    assert [type(value) for value in found] == [type(value) for value in values]


def test_real_numbers_come_from_a_fine_grid_with_both_ends():
    linear, log = values_of({"low": 0.0, "high": 0.1}), values_of({"low": 1e-4, "high": 1e-2, "log": True})
    assert (linear[0], linear[-1], log[0], log[-1]) == (0.0, 0.1, 1e-4, 1e-2)
    assert max(after - before for before, after in pairwise(linear)) < 0.00011
    assert max(after / before for before, after in pairwise(log)) < 1.005
    assert len(values_of({"low": 0, "high": 1, "whole": False})) == len(linear)


def test_choices_are_ordered_by_what_they_depend_on_and_then_by_name():
    after = {"values": [1], "when": {"b": [2]}}
    assert options(a=after, c=[1], b=[2], d={"values": [3], "when": {"a": [1]}}).order == ("b", "c", "a", "d")


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ("adamw", "rate: must be a list of values, or a mapping with low and high, got 'adamw'"),
        ([], "rate.values: must have at least 1 entries"),
        ([1, 1.0], "rate.values: must be distinct, got 1, 1"),
        ([None], r"rate.values.0: must be a number, a text, true or false"),
        ({}, "rate.low: is required, or values in place of a range"),
        ({"low": 1}, "rate.high: is required, or values in place of a range"),
        ({"lwo": 1, "high": 2}, "rate.lwo: unknown field; did you mean 'low'?"),
        ({"low": 2, "high": 2}, "rate.low: must be below high, 2, got 2"),
        ({"low": 0, "high": 2, "log": True}, "rate.low: must be above 0 on a logarithmic scale, got 0"),
        ({"low": "1e-4", "high": 2}, "rate.low: must be a number, got '1e-4'"),
        ({"low": 1, "high": 10**20}, "rate.high: must be a number within"),
        ({"low": 1, "high": 2, "values": [1]}, "rate.low: belongs to a range of numbers"),
        ({"low": 1.5, "high": 3, "whole": True}, "rate.low: must be a whole number where whole is true, got 1.5"),
        ({"low": 8, "high": 64, "step": 9}, "rate.step: must go into high - low, 56, without a remainder, got 9"),
        ({"low": 0.0, "high": 1.0, "step": 2.0}, "rate.step: must go into high - low"),
        ({"low": 0.1, "high": 1.0, "step": 0.1, "log": True}, "rate.step: belongs to a linear scale"),
        ({"low": 1, "high": 10**9}, "rate.step: must leave at most 10,000 steps, got 1"),
        ({"low": 1, "high": 1 + 1e-9}, "rate.high: .* is too narrow"),
        ({"values": [1], "when": {"other": [1]}}, "rate.when.other: unknown choice"),
        ({"values": [1], "when": {"kind": ["adam"]}}, "rate.when.kind: must hold values of that choice, got 'adam'"),
        ({"values": [1], "when": {"kind": []}}, "rate.when.kind: must have at least 1 entries"),
        ({"values": [1], "when": {"kind": ["sgd"], "flag": [True]}}, "rate.when: must name one other choice"),
        ({"values": [1], "when": {"flag": [1]}}, "rate.when.flag: must hold values of that choice, got 1"),
        ({"values": [1], "when": {"rate": [1]}}, "rate.when: must not lead back to it: rate -> rate"),
    ],
)
def test_nonsense_is_refused_under_its_choice(choice, message):
    with pytest.raises(InvalidOptions, match=f"choices.{message}"):
        options(rate=choice, kind=["adamw", "sgd"], flag=[True, False])


def test_choices_that_wait_for_each_other_are_refused():
    circle = {"a": {"values": [1], "when": {"b": [1]}}, "b": {"values": [1], "when": {"a": [1]}}}
    with pytest.raises(InvalidOptions, match=r"must not lead back to it: (a -> b -> a|b -> a -> b)"):
        options(**circle)


def test_no_choices_and_names_that_are_no_options_are_refused():
    with pytest.raises(InvalidOptions, match="choices: must have at least 1 entries"):
        options()
    with pytest.raises(InvalidOptions, match=r"choices\.Learning rate: must be the dotted name of an option"):
        options(**{"Learning rate": [1]})


def test_every_option_is_documented():
    fields = {**TrainingSpaceOptions.model_fields, **TrainingChoice.model_fields}
    assert all(field.description for field in fields.values())
