"""Some trials side by side."""

import random

import pytest

from api.trial.side_by_side import MOST, numbers_of, side_by_side
from nas.errors import InvalidQuery
from search_spaces.genotypes import mutate, sample
from search_spaces.registry import space_from


@pytest.fixture
def pair(filed):
    """Two trials of a SpineNet space, one edit apart."""
    space, rng = space_from({"kind": "spinenet"}), random.Random(1)
    first = sample(space, rng)
    for number, draw in enumerate((first, mutate(space, first.genotype, rng))):
        filed.add(number, genotype=draw.genotype, architecture=draw.architecture.model_dump(mode="json"))
    filed.measure(1, number=0, AP=0.2, loss=2.0)
    filed.measure(1, number=1, AP=0.5, extra=1.0)
    return filed


def compared(filed, *numbers):
    return side_by_side(filed.search, [filed.storage.trial(filed.search.id, number) for number in numbers])


def test_the_drawing_of_each_says_what_is_to_be_emphasised(pair):
    first, other = compared(pair, 0, 1).trials
    (before,), (after,) = first.parts, other.parts
    assert before.sentences == []
    assert after.sentences
    assert all(sentence.startswith("block ") for sentence in after.sentences)
    assert set(before.nodes) == set(after.nodes) != set()
    shown = {(edge.source, edge.target) for edge in other.drawing.figures[0].edges}
    assert {(edge.source, edge.target) for edge in after.edges} <= shown


def test_choices_stand_in_rows_that_say_whether_they_differ(pair):
    rows = compared(pair, 0, 1).choices
    differing = [row for row in rows if row.differs]
    assert 1 <= len(differing) < len(rows)
    assert all(len(row.values) == 2 and row.values[0] != row.values[1] for row in differing)


def test_metrics_stand_in_rows_with_differences_to_the_first_and_the_best(pair):
    rows = {row.name: row for row in compared(pair, 0, 1).metrics}
    assert list(rows) == ["AP", "params", "extra", "loss"]
    assert (rows["AP"].differences, rows["AP"].best, rows["AP"].objective) == ([0.0, pytest.approx(0.3)], [1], True)
    assert (rows["params"].best, rows["params"].goal) == ([0], "minimize")
    assert (rows["extra"].values, rows["extra"].differences, rows["extra"].best) == ([None, 1.0], [None, None], [])


def test_a_trial_beside_one_that_is_the_same_has_no_differences(filed):
    filed.add(0)
    filed.add(1, architecture={"kind": "toy", "number": 0})
    view = compared(filed, 0, 1)
    assert view.trials[1].parts[0].sentences == []
    assert view.curves == []


@pytest.mark.parametrize("asked", [[1], [1, 1], list(range(MOST + 1))])
def test_two_to_eight_trials_are_held_against_each_other(asked):
    with pytest.raises(InvalidQuery, match="2 to 8 different trials"):
        numbers_of(asked)
    assert numbers_of([3, 1, 3]) == [3, 1]
