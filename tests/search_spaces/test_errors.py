"""Errors of spaces read well and carry what machines need."""

import pickle

import pytest

from search_spaces.errors import InvalidOptions, NotInSpace, Rejected, SpaceError


def test_problems_are_told_field_by_field():
    error = InvalidOptions([("width", "must be positive, got -1"), ("window", "must be at least 2, got 1")])
    assert str(error) == "width: must be positive, got -1\nwindow: must be at least 2, got 1"
    assert error.problems[1] == ("window", "must be at least 2, got 1")


def test_a_rejection_carries_the_reason_it_is_counted_under():
    assert Rejected("dead_block").reason == str(Rejected("dead_block")) == Rejected("dead_block").field
    assert Rejected("dead_block", "block 3 feeds nothing", field="intermediates.1").field == "intermediates.1"


def test_problems_of_a_part_are_told_below_its_field():
    assert InvalidOptions([("width", "is wrong"), ("", "is no part")]).below("parts.backbone") == [
        ("parts.backbone.width", "is wrong"),
        ("parts.backbone", "is no part"),
    ]
    assert str(NotInSpace("depth", "must be 3").below("parts.toy")) == "parts.toy.depth: must be 3"
    rejection = Rejected("dead_block", "block 3 feeds nothing", field="intermediates.1").below("parts.backbone")
    assert (rejection.reason, rejection.field) == ("dead_block", "parts.backbone.intermediates.1")
    assert str(rejection) == "block 3 feeds nothing"


def test_every_error_of_a_space_is_a_value_error():
    assert isinstance(NotInSpace("depth", "must be 3"), SpaceError | ValueError)
    assert str(NotInSpace("depth", "must be 3")) == "depth: must be 3"


@pytest.mark.parametrize(
    "error",
    [
        InvalidOptions([("width", "is wrong"), ("", "is no part")]),
        NotInSpace("depth", "must be 3"),
        Rejected("dead_block", "block 3 feeds nothing", field="intermediates.1"),
        Rejected("dead_block"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_come_back_whole_from_other_processes(error):
    back = pickle.loads(pickle.dumps(error))
    assert (type(back), str(back), vars(back)) == (type(error), str(error), vars(error))
