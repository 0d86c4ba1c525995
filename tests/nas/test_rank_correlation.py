"""Rank correlations: by hand, against scipy with ties, and their intervals over resampled architectures."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from nas.intervals import Interval
from nas.rank_correlation import kendall, over_seeds, resampled, spearman, weighted_kendall, weighted_spearman

NAN = float("nan")
small_integers = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=3, max_size=12)


def test_by_hand():
    assert kendall([1, 2, 3, 4], [1, 2, 3, 4]) == pytest.approx(1)
    assert kendall([1, 2, 3, 4], [4, 3, 2, 1]) == pytest.approx(-1)
    assert kendall([1, 2, 3, 4], [1, 2, 4, 3]) == pytest.approx(4 / 6)  # 5 pairs agree, 1 does not
    assert kendall([1, 1, 2], [1, 2, 3]) == pytest.approx(2 / 6**0.5)  # a tie on one side
    assert spearman([1, 2, 3, 4], [1, 2, 4, 3]) == pytest.approx(1 - 6 * 2 / (4 * 15))


@given(small_integers)
def test_with_ties_they_are_those_of_scipy(pairs):
    x, y = (list(side) for side in zip(*pairs, strict=True))
    if len(set(x)) == 1 or len(set(y)) == 1:
        assert kendall(x, y) is spearman(x, y) is None
        return
    assert kendall(x, y) == pytest.approx(stats.kendalltau(x, y).statistic, abs=1e-9)
    assert spearman(x, y) == pytest.approx(stats.spearmanr(x, y).statistic, abs=1e-9)


def test_a_missing_value_counts_for_nothing_and_two_points_have_no_correlation():
    assert kendall([1, 2, NAN, 3], [1, 2, 0, 3]) == pytest.approx(1)
    assert spearman([1, 9, 2, 3], [1, NAN, 2, 3]) == pytest.approx(1)
    assert kendall([1, 2, NAN], [1, 2, 3]) is None
    assert kendall([1, 2], [1, 2]) is None


@given(st.lists(st.integers(0, 3), min_size=6, max_size=6))
def test_weights_are_repetitions(weights):
    x, y = np.array([3.0, 1, 4, 1, 5, 9]), np.array([2.0, 7, 1, 8, 2, 8])
    places = np.repeat(np.arange(6), weights)
    for weighted, whole in ((weighted_kendall, stats.kendalltau), (weighted_spearman, stats.spearmanr)):
        (found,) = weighted(np.array([weights], float), x, y)
        if len(set(x[places])) > 1 and len(set(y[places])) > 1:
            assert found == pytest.approx(whole(x[places], y[places]).statistic, abs=1e-9)
        else:
            assert np.isnan(found)


def test_more_architectures_make_an_interval_narrower_and_the_same_seed_the_same_one():
    rng = np.random.default_rng(1)
    widths = []
    for size in (8, 80):
        x = rng.normal(size=size)
        y = x + rng.normal(size=size)
        found = resampled(lambda weights, x=x, y=y: weighted_kendall(weights, x, y), size)
        assert found == resampled(lambda weights, x=x, y=y: weighted_kendall(weights, x, y), size)
        assert found.low < found.value < found.high
        widths.append(found.high - found.low)
    assert widths[1] < widths[0] / 2


def test_an_interval_covers_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(5)
    truth = 2 / np.pi * np.arcsin(0.6)  # tau of normal pairs with that correlation
    covered = 0
    for _ in range(200):
        x, y = rng.multivariate_normal([0, 0], [[1, 0.6], [0.6, 1]], size=30).T
        found = resampled(lambda weights, x=x, y=y: weighted_kendall(weights, x, y), 30, resamples=300)
        covered += found.low <= truth <= found.high
    assert covered / 200 == pytest.approx(0.95, abs=0.06)


def test_what_is_undefined_has_no_interval():
    constant = np.ones(8)
    assert resampled(lambda weights: weighted_kendall(weights, constant, np.arange(8.0)), 8) == Interval()


def test_over_seeds_it_is_the_mean_of_what_each_seed_says():
    full = np.arange(5.0)
    rows = np.array([[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [0, 1, NAN, NAN, NAN]], float)
    statistic = over_seeds(weighted_kendall, rows, full)
    assert statistic(np.ones((1, 5)))[0] == pytest.approx(0)  # the third seed says nothing
