"""Means over seeds: which repeats count, their spread, and intervals that hold the truth as often as they say."""

import math
import random
import statistics

import pytest

from nas.estimates import estimate, estimates_of, repeated
from nas.records import Companion, Measurement, TrialStatus
from nas.testing.stored import trial


def measured(number, metrics, companion=None, status=TrialStatus.COMPLETED):
    return trial(number, status=status, companion=companion, measurements=(Measurement(fidelity=1, metrics=metrics),))


def again(repeat, candidate=0, control=None):
    return Companion(candidate=candidate, control=control, repeat=repeat)


def test_only_completed_repeats_of_the_candidate_count_and_never_the_trial_that_won():
    trials = [
        measured(0, {"AP": 0.9}),
        measured(1, {"AP": 0.5}, again(2)),
        measured(2, {"AP": 0.4}, again(1)),
        measured(3, {"AP": 0.1}, again(1, control="plain")),
        *(measured(4, {"AP": 0.2}, again(3), status) for status in set(TrialStatus) - {TrialStatus.COMPLETED}),
        measured(5, {"AP50": 0.7}, again(4)),
        measured(6, {"AP": 0.3}, again(1, candidate=9)),
    ]
    assert repeated(trials, "AP") == {0: [0.4, 0.5], 9: [0.3]}
    assert repeated(trials, "params") == {}
    found = estimates_of(trials, [0, 1, 2], ["AP", "AP50", "params", "none"])
    assert found == {0: {"AP": estimate([0.4, 0.5]), "AP50": estimate([0.7])}}


def test_the_newest_value_counts():
    curve = tuple(Measurement(fidelity=epoch, metrics={"AP": epoch / 10}) for epoch in (1, 2, 3))
    promoted = trial(1, status=TrialStatus.COMPLETED, companion=again(1), measurements=curve)
    assert repeated([promoted], "AP") == {0: [0.3]}


def test_the_interval_is_students():
    found = estimate([1.0, 2.0, 3.0, 4.0])
    reach = 3.182446 * statistics.stdev([1, 2, 3, 4]) / 2
    assert (found.mean, found.low, found.high) == pytest.approx((2.5, 2.5 - reach, 2.5 + reach))
    assert found.std == pytest.approx((5 / 3) ** 0.5)
    assert not estimate([-1.0, 1.0]).excludes_zero
    assert (estimate([1.0]).low, estimate([1.0]).std) == (None, None)
    assert not estimate([1.0]).excludes_zero


@pytest.mark.parametrize("seeds", [2, 3, 10, 31, 60])
def test_19_of_20_intervals_hold_the_true_mean(seeds):
    rng = random.Random(seeds)
    runs = 4000
    intervals = [estimate([rng.gauss(0.3, 0.1) for _ in range(seeds)]) for _ in range(runs)]
    held = sum(found.low <= 0.3 <= found.high for found in intervals) / runs
    assert held == pytest.approx(0.95, abs=5 * math.sqrt(0.95 * 0.05 / runs))
