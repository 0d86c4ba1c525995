"""Which of two trials is better."""

import pytest

from nas.merit import merit
from nas.ports import Outcome


def outcome(*values, violation=0.0):
    return Outcome(number=0, genotype=(), values=values, violation=violation)


def test_the_first_objective_decides_and_the_next_ones_break_ties():
    assert merit(outcome(2, 0)) > merit(outcome(1, 9))
    assert merit(outcome(2, 1)) > merit(outcome(2, 0))


def test_a_trial_that_breaks_bounds_is_worse_than_any_that_does_not_and_the_worse_the_more():
    assert merit(outcome(-9)) > merit(outcome(9, violation=0.1)) > merit(outcome(99, violation=0.2))


def test_a_trial_without_values_has_no_merit():
    with pytest.raises(AssertionError, match="trial 3 has no values"):
        merit(Outcome(number=3, genotype=(), values=None))
