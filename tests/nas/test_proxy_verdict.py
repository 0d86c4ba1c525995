"""Verdicts threshold by threshold, the epochs that are enough, and the sentences."""

import pytest

from nas.intervals import Interval
from nas.proxy_report import Epoch, Thresholds, Verdict
from nas.proxy_verdict import recommended_epochs, spelled, verdict
from nas.seed_noise import SeedNoise, seed_noise

CLEAR = seed_noise([[1, 1.01], [2, 2.01], [3, 3.01], [4, 4.01]])
ASKED = Thresholds()


def interval(value, low, high):
    return Interval(value=value, low=low, high=high)


def noise(value, high):
    found = interval(value, 0.0, high)
    return SeedNoise(between_std=1.0, seed_std=1.0, signal_to_noise=found, agreement=found)


@pytest.mark.parametrize(
    ("tau", "expected"),
    [
        (interval(0.8, 0.5, 1.0), Verdict.TRUSTWORTHY),
        (interval(0.5, 0.2, 1.0), Verdict.TRUSTWORTHY),
        (interval(0.8, 0.1, 1.0), Verdict.UNCERTAIN),
        (interval(0.4, 0.3, 0.6), Verdict.UNCERTAIN),
        (interval(0.4, 0.3, 0.49), Verdict.NOT_TRUSTWORTHY),
        (interval(0.1, -0.5, 0.8), Verdict.NOT_TRUSTWORTHY),
        (interval(0.9, None, None), Verdict.UNCERTAIN),
        (Interval(), Verdict.UNCERTAIN),
    ],
)
def test_tau_decides_by_its_value_and_its_interval(tau, expected):
    assert verdict(tau, CLEAR, ASKED, architectures=8)[0] is expected


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (noise(2.0, 9.0), Verdict.TRUSTWORTHY),
        (noise(1.5, 9.0), Verdict.UNCERTAIN),
        (noise(0.5, 1.9), Verdict.NOT_TRUSTWORTHY),
        (seed_noise([[1, 1], [2, 2]]), Verdict.TRUSTWORTHY),
        (None, Verdict.UNCERTAIN),
    ],
)
def test_the_signal_decides_by_its_value_and_its_interval(found, expected):
    assert verdict(interval(0.9, 0.8, 1.0), found, ASKED, architectures=8)[0] is expected


def test_reasons_tell_the_figure_and_what_was_asked():
    _, reasons = verdict(interval(0.4, 0.3, 0.6), CLEAR, ASKED, architectures=8)
    assert reasons[0] == "tau 0.40 (0.30 to 0.60) leaves it open: asked are 0.50 and a lower end of 0.20"
    assert reasons[1].endswith(": asked is 2.0")


def test_three_architectures_are_too_few_whatever_they_say():
    assert verdict(interval(1.0, 1.0, 1.0), CLEAR, ASKED, architectures=3)[0] is Verdict.UNCERTAIN


@pytest.mark.parametrize(
    ("taus", "expected"),
    [
        ([0.1, 0.5, 0.8, 0.8], 3),
        ([0.8, 0.2, 0.8, 0.8], 3),  # a good first epoch followed by a bad one is luck
        ([0.9, 0.9, 0.9, 0.8], 1),
        ([0.1, None, 0.76, 0.8], 3),
        ([0.1, 0.2, 0.8, None], None),
        ([], None),
    ],
)
def test_enough_are_the_epochs_from_which_on_tau_stays(taus, expected):
    epochs = [Epoch(epoch=at, seconds=float(at), kendall=tau, spearman=tau) for at, tau in enumerate(taus, 1)]
    assert recommended_epochs(epochs, 0.05) == expected


def test_an_interval_is_spelled_as_far_as_there_is_one():
    assert spelled(interval(0.5, 0.25, 0.75)) == "0.50 (0.25 to 0.75)"
    assert spelled(Interval(value=0.5)) == "0.50"
    assert spelled(Interval()) == "-"
