"""What the trials of a check say: a perfect proxy, a noisy one, one that ranks the other way, one still running."""

import numpy as np
import pytest

from nas.proxy_quality import proxy_report
from nas.proxy_report import Thresholds, Verdict
from nas.rank_correlation import kendall
from nas.records import SearchStatus
from tests.nas.simulated_proxy import part, simulated

TRUTH = [0.10, 0.14, 0.19, 0.23, 0.28, 0.33, 0.37, 0.42]
NAN = float("nan")


@pytest.fixture
def full():
    return part("full", [[TRUTH]], seconds=100.0)


def test_a_perfect_proxy_agrees_wholly_and_is_trusted(full):
    report = proxy_report("cells", [simulated("small", TRUTH, noise=0.002, seconds=5.0)], full)
    (small,) = report.settings
    assert small.kendall.value == small.spearman.value == pytest.approx(1)
    assert small.noise.signal_to_noise.low > 100
    assert small.noise.agreement.value > 0.99
    assert (small.top_third.shared, small.top_third.architectures, small.top_third.kendall.value) == (3, 3, 1)
    assert small.top_third.kendall.low is None, "three architectures have no interval"
    assert small.verdict is Verdict.TRUSTWORTHY
    assert (small.seconds_per_trial, small.share_of_full, small.seconds) == (5, 0.05, 120)
    assert (small.completed, small.planned, small.failed) == (24, 24, 0)
    assert (report.recommended, report.status) == ("small", "complete")
    assert [each.full for each in report.architectures] == TRUTH
    assert [each.macs for each in report.architectures] == [1000.0 + number for number in range(8)]


def test_seeds_that_differ_more_than_architectures_drown_the_signal(full):
    report = proxy_report("cells", [simulated("noisy", TRUTH, noise=1.0)], full)
    (noisy,) = report.settings
    assert noisy.noise.signal_to_noise.value < 0.5
    assert noisy.verdict is Verdict.NOT_TRUSTWORTHY
    assert "too low" in "; ".join(noisy.reasons)
    assert report.recommended is None
    assert report.summary[0] == "No setting has proved trustworthy."


def test_a_search_sees_one_seed_at_a_time(full):
    noisy = simulated("noisy", TRUTH, noise=0.1, seeds=12)
    (told,) = proxy_report("cells", [noisy], full).settings
    rows = noisy.values([each.architecture_id for each in told.scores])
    assert told.kendall.value == pytest.approx(np.mean([kendall(row, TRUTH) for row in rows]))
    assert told.kendall_of_means.value == pytest.approx(kendall(rows.mean(0), TRUTH))
    assert told.kendall.value < told.kendall_of_means.value, "means over seeds flatter a proxy"


def test_a_proxy_that_ranks_the_other_way_is_not_trusted(full):
    (told,) = proxy_report("cells", [simulated("wrong", TRUTH[::-1], noise=0.001)], full).settings
    assert told.kendall.value == pytest.approx(-1)
    assert told.verdict is Verdict.NOT_TRUSTWORTHY
    assert told.top_third.shared == 0


def test_where_less_is_better_the_ranks_are_the_same():
    worse = [[[-value for value in TRUTH]]]
    full = part("full", worse, goal="minimize")
    small = part("small", [[[-value for value in TRUTH], [-value - 0.001 for value in TRUTH]]], goal="minimize")
    (told,) = proxy_report("cells", [small], full).settings
    assert told.kendall.value == told.top_third.kendall.value == pytest.approx(1)
    assert told.scores[0].values == [-0.10, -0.101], "values are told as they were measured"


def test_the_cheapest_trustworthy_setting_is_named(full):
    settings = [
        simulated("dear", TRUTH, noise=0.002, seconds=50.0),
        simulated("cheap", TRUTH, noise=0.002, seconds=20.0),
        simulated("noise", TRUTH, noise=5.0, seconds=1.0),
    ]
    report = proxy_report("cells", settings, full)
    assert report.recommended == "cheap"
    assert report.summary[0].startswith("Use cheap (epochs: 4), the cheapest trustworthy setting: 20 s a trial")


def test_early_epochs_that_rank_as_well_are_enough_and_others_are_not(full):
    settings = [simulated("soon", TRUTH, noise=0.001), simulated("late", TRUTH, noise=0.001, early=1.0)]
    soon, late = proxy_report("cells", settings, full).settings
    assert [each.epoch for each in soon.by_epoch] == [1, 2, 3, 4]
    assert [each.seconds for each in soon.by_epoch] == [2.5, 5, 7.5, 10]
    assert (soon.recommended_epochs, late.recommended_epochs) == (1, 4)
    assert late.by_epoch[0].kendall < 0.6 < late.by_epoch[3].kendall
    assert late.smoothness.against_trend > soon.smoothness.against_trend == 0


def test_the_recommendation_tells_what_of_fewer_epochs_is_known(full):
    ways = [
        (simulated("small", TRUTH, noise=0.001, epochs=5), "1 of its 5 epochs rank as well (2 s): they may be stopped"),
        (simulated("small", TRUTH, noise=0.001, early=1.0), "Train all 4 epochs: fewer rank worse."),
        (simulated("small", TRUTH, noise=0.001, epochs=1), "What fewer epochs would have said was not measured."),
    ]
    for setting, sentence in ways:
        assert sentence in proxy_report("cells", [setting], full).summary[0]


def test_failed_trainings_count_for_nothing_and_are_told(full):
    scores = np.array([TRUTH, TRUTH, TRUTH]) + 0.001 * np.arange(3)[:, None]
    scores[1, 2] = NAN
    report = proxy_report("cells", [part("small", [scores])], full)
    (small,) = report.settings
    assert (small.completed, small.failed) == (23, 1)
    assert small.scores[2].values[1] is None
    assert small.kendall.value == pytest.approx(1)
    assert report.status == "incomplete"
    assert report.summary[-1] == "Trainings that failed, and count for nothing: 1."


def test_what_is_still_running_is_told_by_what_has_ended(full):
    half = [*TRUTH[:3], *[NAN] * 5]
    report = proxy_report("cells", [part("small", [[half]], status=SearchStatus.RUNNING)], full)
    (small,) = report.settings
    assert report.status == "running"
    assert small.verdict is Verdict.UNCERTAIN
    assert small.reasons == ["both tasks have measured 3 architectures, at least 4 must be"]
    assert small.kendall.low is None
    empty = part("full", np.zeros((1, 1, 0)), status=SearchStatus.QUEUED)
    begun = proxy_report("cells", [part("small", np.zeros((1, 1, 0)), status=SearchStatus.QUEUED)], empty)
    assert (begun.status, begun.architectures, begun.recommended) == ("running", [], None)


def test_other_thresholds_give_another_verdict(full):
    noisy = [simulated("noisy", TRUTH, noise=0.06, seed=3)]
    strict, mild = (
        proxy_report("cells", noisy, full, Thresholds(kendall=asked, kendall_low=low, signal=0.1)).settings[0]
        for asked, low in ((0.99, 0.98), (0.0, -1.0))
    )
    assert mild.verdict is Verdict.TRUSTWORTHY
    assert strict.verdict is not Verdict.TRUSTWORTHY


def test_few_architectures_are_told_to_tell_little(full):
    report = proxy_report("cells", [simulated("small", TRUTH, noise=0.05)], full)
    (small,) = report.settings
    width = small.kendall.high - small.kendall.low
    assert f"8 architectures tell little: the intervals of tau are up to {width:.2f} wide." in report.summary
    assert any(each.startswith("The full task was trained once each") for each in report.summary)
