"""Candidates by their means: the order, Welch's test, what is adjusted, and how often equals are told apart."""

import math
import random
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from nas.estimates import estimate
from nas.mean_ranking import LEVEL, holm, lead_over, mean_ranking
from nas.records import Companion, Measurement, TrialStatus
from nas.testing.stored import trial

VALUES = st.lists(st.floats(0, 1).map(lambda value: round(value, 3)), min_size=2, max_size=6)


def trained(values, *, first=0.5):
    """A completed candidate per list of values, number 0, 1, ..., and a completed repeat per value; None: it failed."""
    trials = [_completed(number, first) for number in range(len(values))]
    for candidate, each in enumerate(values):
        for repeat, value in enumerate(each, 1):
            trials.append(_completed(len(trials), value, Companion(candidate=candidate, repeat=repeat)))
    return trials


def _completed(number, value, companion=None):
    if value is None:
        return trial(number, status=TrialStatus.FAILED, companion=companion)
    measurement = Measurement(fidelity=1, metrics={"AP": value})
    return trial(number, status=TrialStatus.COMPLETED, companion=companion, measurements=(measurement,))


def ranked(values, *, more_is_better=True, metric="AP"):
    return mean_ranking(trained(values), metric, more_is_better=more_is_better)


def test_candidates_come_in_the_order_of_their_means():
    values = [[0.2, 0.3], [0.6, 0.7, 0.8], [0.4]]
    best = ranked(values)
    assert [(each.candidate, each.value.seeds) for each in best] == [(1, 3), (2, 1), (0, 2)]
    assert [each.lead and each.lead.over for each in best] == [2, 0, None]
    assert best[0].lead.mean == pytest.approx(0.3)
    least = ranked(values, more_is_better=False)
    assert [each.candidate for each in least] == [0, 2, 1]
    assert least[0].lead.mean == pytest.approx(-0.15)
    assert [each.candidate for each in ranked([[0.5, 0.5], [0.4, 0.6]])] == [0, 1]


def test_the_trial_that_won_stands_beside_the_mean_and_is_not_in_it():
    (one,) = mean_ranking(trained([[0.3, 0.4]], first=0.9), "AP", more_is_better=True)
    assert (one.first, one.value.mean, one.lead) == (0.9, pytest.approx(0.35), None)


def test_failed_repeats_count_for_nothing_and_one_seed_tells_nothing():
    first, second = ranked([[0.9, None, None], [0.1, 0.2, None]])
    assert (first.candidate, first.value.seeds, second.value.seeds) == (0, 1, 2)
    assert (first.lead.low, first.lead.p, first.lead.adjusted_p) == (None, None, None)
    assert ranked([[None], [0.3, 0.4]])[0].candidate == 1
    assert ranked([[None], []]) == []


def test_what_is_known_before_training_ranks_nothing():
    assert ranked([[0.1, 0.2], [0.3, 0.4]], metric="params") == []


@given(ours=VALUES, theirs=VALUES)
def test_a_lead_is_tested_after_welch(ours, theirs):
    lead = lead_over(estimate(ours), estimate(theirs), over=7)
    if len(set(ours)) == 1 and len(set(theirs)) == 1:
        assert (lead.low, lead.high) == (lead.mean, lead.mean)
        assert lead.p == (1 if ours[0] == theirs[0] else 0)
        return
    moments = [(statistics.fmean(each), statistics.stdev(each), len(each)) for each in (ours, theirs)]
    known = stats.ttest_ind_from_stats(*moments[0], *moments[1], equal_var=False)
    assert lead.p == pytest.approx(known.pvalue, rel=1e-6)
    assert (lead.low <= 0 <= lead.high) == (lead.p >= LEVEL)
    assert (lead.low + lead.high) / 2 == pytest.approx(lead.mean)


def test_the_interval_of_a_lead_is_welchs():
    ours, theirs = [0.2, 0.5, 0.3], [0.1, 0.15, 0.12, 0.11]
    interval = stats.ttest_ind(ours, theirs, equal_var=False).confidence_interval(0.95)
    lead = lead_over(estimate(ours), estimate(theirs), over=7)
    assert (lead.low, lead.high) == pytest.approx((interval.low, interval.high))


def test_chances_are_adjusted_after_holm():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.6, 0.7]) == [1.0, 1.0]
    assert holm([]) == []


def test_number_1_against_number_2_is_not_adjusted_and_the_others_are():
    values = [[0.90, 0.91, 0.92], [0.80, 0.81, 0.82], [0.77, 0.78, 0.79], [0.10, 0.11, 0.12], [0.09]]
    leads = [each.lead for each in ranked(values)]
    assert leads[0].adjusted_p == leads[0].p
    assert leads[1].adjusted_p == pytest.approx(leads[1].p)  # the larger of two chances is left as it is
    assert leads[2].adjusted_p == pytest.approx(2 * leads[2].p)
    assert (leads[3].p, leads[4]) == (None, None)


@pytest.mark.parametrize(
    ("candidates", "seeds", "first", "below"),
    [(2, 3, 0.036, 0.0), (2, 10, 0.050, 0.0), (5, 3, 0.008, 0.004)],
)
def test_equals_are_told_apart_as_rarely_as_stated(candidates, seeds, first, below):
    rng = random.Random(candidates * seeds)
    rankings = 2000
    wrong_first = wrong_below = 0
    for _ in range(rankings):
        values = [[rng.gauss(0.4, 0.01) for _ in range(seeds)] for _ in range(candidates)]
        leads = [each.lead for each in ranked(values) if each.lead is not None]
        wrong_first += leads[0].adjusted_p < LEVEL
        wrong_below += any(lead.adjusted_p < LEVEL for lead in leads[1:])
    for wrong, stated in ((wrong_first, first), (wrong_below, below)):
        assert wrong / rankings == pytest.approx(stated, abs=4 * math.sqrt(stated / rankings))


def test_pairs_of_equals_far_apart_are_seldom_told_apart_wrongly():
    rng = random.Random(4)
    rankings, wrong, right = 1000, 0, 0
    for _ in range(rankings):
        values = [[rng.gauss(level, 0.01) for _ in range(5)] for level in (0.9, 0.9, 0.6, 0.6, 0.3, 0.3)]
        leads = [each.lead for each in ranked(values)]
        wrong += any(leads[place].adjusted_p < LEVEL for place in (2, 4))
        right += all(leads[place].adjusted_p < LEVEL for place in (1, 3))
    assert wrong / rankings <= LEVEL + 3 * math.sqrt(LEVEL / rankings)
    assert right / rankings > 0.99
