"""The median stopping rule."""

import pytest

from nas.ports import Standing
from nas.schedulers.median import Median
from nas.testing.schedulers import SchedulerSuite

RULE = Median(min_fidelity=2, min_trials=3)
OTHERS = [
    Standing(number=n, curve=((1, level), (2, level + 0.1), (3, level + 0.2))) for n, level in enumerate((0, 2, 4))
]


class TestMedian(SchedulerSuite):
    @pytest.fixture
    def scheduler(self):
        return Median(min_fidelity=1, min_trials=5)


def test_a_trial_whose_best_is_below_the_median_of_the_means_ends():
    assert RULE.stops(((1, 0.5), (2, 2.0)), OTHERS), "the means up to 2 are 0.05, 2.05, 4.05"
    assert not RULE.stops(((1, 2.06), (2, 0.0)), OTHERS), "its best counts, not its last"


def test_early_or_among_few_every_trial_goes_on():
    assert not RULE.stops(((1, -9.0),), OTHERS)
    assert not RULE.stops(((1, -9.0), (2, -9.0)), OTHERS[:2])
    assert not RULE.stops(((1, -9.0), (4, -9.0)), OTHERS), "none came as far"
