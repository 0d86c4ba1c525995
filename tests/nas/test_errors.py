"""The exception tree."""

import inspect
import pickle

import pytest

from nas import errors
from nas.records import FailureKind


def test_the_tree_drawn_at_the_top_of_the_file_is_complete():
    names = {
        name for name, member in inspect.getmembers(errors, inspect.isclass) if issubclass(member, errors.NasError)
    }
    assert names == {name for name in names if name in errors.__doc__}


def test_a_wrong_document_reads_as_it_is():
    error = errors.DocumentError([("a.b", "is required"), ("c", "must be text, got 1")])
    assert str(error) == "a.b: is required\nc: must be text, got 1"


def test_a_trial_failure_carries_its_record():
    failure = errors.TrialFailure(FailureKind.DATA, "pictures/1.jpg is missing").failure
    assert (failure.kind, failure.message) == (FailureKind.DATA, "pictures/1.jpg is missing")


@pytest.mark.parametrize(
    "error",
    [
        errors.DocumentError([("a.b", "is required"), ("c", "must be text, got 1")]),
        errors.TrialFailure(FailureKind.DATA, "pictures/1.jpg is missing"),
        errors.SpaceExhausted("nothing is left", redraws={"duplicate": 3}),
        errors.NotFound("no search a"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_come_back_whole_from_other_processes(error):
    back = pickle.loads(pickle.dumps(error))
    assert (type(back), str(back), vars(back)) == (type(error), str(error), vars(error))
