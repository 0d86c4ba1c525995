"""Asynchronous successive halving."""

import pytest

from nas.ports import Standing
from nas.schedulers.asha import Asha, AshaScheduler, asha, value_at
from nas.testing.schedulers import FULL, SchedulerSuite

HALVING = Asha(rungs=(1, 3, 9), eta=3)


class TestAsha(SchedulerSuite):
    @pytest.fixture
    def scheduler(self):
        return asha(AshaScheduler(), FULL)


def others(*values, fidelity=1, stopped=False):
    return [Standing(number=n, curve=((fidelity, value),), stopped=stopped) for n, value in enumerate(values)]


def test_rungs_are_powers_of_eta_below_the_whole():
    assert asha(AshaScheduler(min_epochs=1, eta=3), 27).rungs == (1, 3, 9)
    assert asha(AshaScheduler(min_epochs=2, eta=2), 10).rungs == (2, 4, 8)
    assert asha(AshaScheduler(min_epochs=5), 5).rungs == ()


@pytest.mark.parametrize(
    ("value", "values", "stops"),
    [
        (0.1, (), False),
        (0.1, (0.2,), True),
        (0.3, (0.2,), False),
        (0.5, (0.9, 0.8, 0.1, 0.1, 0.1), True),  # the best 2 of 6 go on
        (0.85, (0.9, 0.8, 0.1, 0.1, 0.1), False),
        (0.2, (0.2, 0.2), False),  # equals do not push one another out
    ],
)
def test_at_a_rung_the_best_third_goes_on(value, values, stops):
    assert HALVING.stops(((1, value),), others(*values)) is stops


def test_nothing_is_decided_between_rungs_and_a_late_measurement_counts_for_the_rung_below():
    strong = others(0.9, 0.9, 0.9, fidelity=9)
    assert not HALVING.stops(((3, 0.9), (4, 0.1)), strong)
    assert HALVING.stops(((2, 0.9), (5, 0.1)), strong), "measured every few epochs: the first one past the rung"
    assert not HALVING.stops(((9, 0.9), (12, 0.1)), strong)


def test_a_stopped_trial_is_promoted_once_it_is_among_the_best_third():
    stopped = [Standing(number=7, curve=((1, 0.5),), stopped=True)]
    assert HALVING.promotes(stopped + others(0.4)) is None, "one of two is no third"
    assert HALVING.promotes(stopped + others(0.4, 0.3)) == 7
    assert HALVING.promotes(stopped + others(0.6, 0.3)) is None
    assert HALVING.promotes(stopped + others(0.6, 0.3, 0.2, 0.1, 0.1)) == 7
    assert Asha(rungs=(1,), eta=3, promote=False).promotes(stopped + others(0.4, 0.3)) is None


def test_the_highest_rung_comes_first():
    low = [Standing(number=n, curve=((1, 0.9 - n / 10),), stopped=True) for n in range(6)]
    high = [Standing(number=10 + n, curve=((1, 0.1), (3, 0.5 - n / 10)), stopped=True) for n in range(3)]
    assert HALVING.promotes(low + high) == 10
    assert HALVING.promotes(low + high[1:]) == 0


def test_a_curve_has_a_value_at_every_fidelity_it_passed():
    curve = ((2, 0.1), (4, 0.2))
    assert [value_at(curve, fidelity) for fidelity in (1, 2, 3, 4, 5)] == [0.1, 0.1, 0.2, 0.2, None]
