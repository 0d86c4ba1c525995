"""Candidates against their controls: paired differences, intervals, and what counts for nothing."""

import pytest

from nas.comparisons import comparisons
from nas.records import Companion, Measurement, TrialStatus
from nas.testing.stored import trial


def measured(number, value, companion=None, status=TrialStatus.COMPLETED):
    metrics = {} if value is None else {"AP": value}
    return trial(number, status=status, companion=companion, measurements=(Measurement(fidelity=1, metrics=metrics),))


def beside(repeat, control=None, candidate=0):
    return Companion(candidate=candidate, control=control, repeat=repeat)


def test_differences_are_paired_by_seed():
    trials = [measured(0, 0.99), *(measured(n, 0.40 + n / 10, beside(n)) for n in (1, 2, 3))]
    trials += [measured(3 + n, 0.35 + n / 10, beside(n, "plain")) for n in (1, 2, 3)]
    (found,) = comparisons(trials, "AP")
    assert (found.candidate, found.control, found.metric) == (0, "plain", "AP")
    assert found.candidate_value.mean == pytest.approx(0.60)
    assert found.control_value.mean == pytest.approx(0.55)
    assert found.difference.seeds == 3
    assert (found.difference.low, found.difference.high) == pytest.approx((0.05, 0.05))
    assert found.difference.excludes_zero


def test_trials_that_failed_or_lack_the_metric_count_for_nothing():
    trials = [measured(0, 0.5), measured(1, 0.9, beside(1), TrialStatus.FAILED), measured(2, None, beside(2))]
    trials += [measured(3, 0.5, beside(3)), measured(4, 0.4, beside(1, "plain"))]
    (found,) = comparisons(trials, "AP")
    assert found.candidate_value.seeds == 1
    assert found.difference is None
    assert comparisons(trials, "AP50") == []
    assert comparisons([measured(0, 0.5)], "AP") == []


def test_every_candidate_is_held_to_each_of_its_controls():
    trials = [measured(0, 0.5), measured(1, 0.6), measured(2, 0.5, beside(1, candidate=1))]
    trials += [
        measured(3, 0.4, beside(1, "none", 1)),
        measured(4, 0.3, beside(1, "mse", 1)),
        measured(5, 0.1, beside(1)),
    ]
    assert [(each.candidate, each.control) for each in comparisons(trials, "AP")] == [(1, "none"), (1, "mse")]
