"""A training is a frozen mapping of options that reads the same however it was written."""

import json

import pytest

from search_spaces.errors import InvalidArchitecture
from search_spaces.registry import architecture_from
from search_spaces.training.architecture import EXACT, Training

VALUES = {"optimizer.kind": "sgd", "batch_size": 16, "optimizer.nesterov": True, "optimizer.momentum": 0.9}


def test_it_comes_back_from_its_json_by_its_kind():
    training = Training(values=VALUES)
    assert architecture_from(json.loads(training.canonical_json())) == training
    assert list(training.values) == sorted(VALUES)


def test_equal_trainings_have_equal_ids_however_they_are_written():
    one = Training.load({"values": {"batch_size": 16.0, "optimizer.momentum": -0.0}})
    other = Training.load({"values": {"optimizer.momentum": 0, "batch_size": 16}})
    assert (one, one.architecture_id, hash(one)) == (other, other.architecture_id, hash(other))
    assert '"batch_size":16,' in one.canonical_json()


def test_true_is_not_one():
    one, true = Training(values={"optimizer.nesterov": 1}), Training(values={"optimizer.nesterov": True})
    assert one != true
    assert one.architecture_id != true.architecture_id


def test_a_number_too_large_to_be_exact_stays_as_it_is():
    assert type(Training(values={"margin": 1e300}).values["margin"]) is float


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "values: must have at least 1 entries"),
        ({"batch_size": None}, "values.batch_size: must be a number, a text, true or false, got None"),
        ({"batch_size": [1]}, r"values.batch_size: must be a number, a text, true or false, got \[1\]"),
        ({"batch_size": ""}, "values.batch_size: must be a number, a text"),
        ({"batch_size": EXACT + 1}, "values.batch_size: must be within"),
        ({"batch_size": float("inf")}, "values.batch_size: must be a number"),
        ({"Batch size": 1}, "values.Batch size: must be the dotted name of an option"),
        ({"optimizer.": 1}, "values.optimizer.: must be the dotted name of an option"),
        ({"o" * 201: 1}, "must be the dotted name of an option"),
    ],
)
def test_nonsense_is_refused_under_its_option(values, message):
    with pytest.raises(InvalidArchitecture, match=message):
        Training.load({"values": values})
