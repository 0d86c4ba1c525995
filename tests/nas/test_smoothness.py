"""Smoothness of curves: against their trend, and from the nearest monotone curve."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nas.smoothness import nearest_rising, smoothness

curves = st.lists(st.floats(-10, 10), min_size=3, max_size=12)


def test_a_curve_that_never_turns_is_smooth_whichever_way_it_goes():
    for curve in ([1, 2, 4, 8], [8, 4, 2, 1], [1, 1, 2]):
        found = smoothness([curve])
        assert (found.against_trend, found.roughness) == (0, 0)


def test_by_hand():
    found = smoothness([[0, 2, 1, 4]])  # one of three steps down; the nearest rising curve is 0, 1.5, 1.5, 4
    assert found.against_trend == pytest.approx(1 / 3)
    assert found.roughness == pytest.approx((0.5 / 4) ** 0.5 / 4)
    both = smoothness([[0, 2, 1, 4], [0, 1, 2, 3]])
    assert both.against_trend == pytest.approx(1 / 6)


def test_a_curve_of_two_epochs_tells_nothing():
    assert smoothness([[0, 1], [1]]) is None
    assert smoothness([]) is None


def test_a_curve_that_never_moves_is_smooth():
    assert smoothness([[3, 3, 3]]).roughness == 0


@given(curves)
def test_the_nearest_rising_curve_rises_and_a_shift_of_it_is_further_away(curve):
    near = nearest_rising(curve)
    assert near == sorted(near)
    assert sum(near) == pytest.approx(sum(curve), abs=1e-6)

    def distance(other):
        return sum((one - two) ** 2 for one, two in zip(curve, other, strict=True))

    assert distance(near) <= distance([value + 0.1 for value in near]) + 1e-9
    assert distance(near) <= distance(sorted(curve)) + 1e-9
