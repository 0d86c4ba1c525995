"""Constraints, in numbers people read."""

import pytest

from nas.constraints import UTMOST, excess, spelled, violation
from nas.objectives import Constraint

PARAMS = Constraint(metric="params", max=400_000)
AP = Constraint(metric="AP", min=0.25)


@pytest.mark.parametrize(
    ("metrics", "sentence"),
    [
        ({"params": 412_345.0}, "params 412,345 > 400,000"),
        ({"params": 400_000.0, "AP": 0.2}, "AP 0.2 < 0.25"),
        ({"params": 1.0, "AP": 0.25}, None),
        ({}, None),
    ],
)
def test_the_first_broken_bound_is_told(metrics, sentence):
    assert violation(metrics, [PARAMS, AP]) == sentence


def test_how_far_bounds_are_broken_adds_up_in_units_of_the_bounds():
    broken = {"params": 500_000.0, "AP": 0.2}
    assert excess(broken, [PARAMS, AP]) == pytest.approx(0.25 + 0.2)
    assert excess({"params": 400_000.0, "AP": 0.25}, [PARAMS, AP]) == excess({}, [PARAMS, AP]) == 0
    assert excess({"loss": 3.0}, [Constraint(metric="loss", min=-1, max=0)]) == 3


def test_no_bound_is_broken_further_than_strategies_can_reckon_with():
    assert excess({"params": 1e308}, [Constraint(metric="params", max=1e-5)]) == UTMOST


def test_numbers_are_spelled_for_people():
    assert [spelled(n) for n in (3.0, 1234567.0, 0.123456789, 1234.5)] == ["3", "1,234,567", "0.123457", "1,234.5"]
