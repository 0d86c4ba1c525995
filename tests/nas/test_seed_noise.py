"""Variance between architectures beside variance of seeds: by hand, against scipy, on simulated values."""

import numpy as np
import pytest
from scipy import stats

from nas.intervals import Interval
from nas.seed_noise import f_quantiles, seed_noise


def test_by_hand():
    found = seed_noise([[1, 3], [5, 7], [9, 11]])  # means 2, 6, 10; mean squares 32 between, 2 within
    assert found.seed_std == pytest.approx(2**0.5)
    assert found.between_std == pytest.approx(15**0.5)
    assert found.signal_to_noise.value == pytest.approx(7.5)
    assert found.agreement.value == pytest.approx(7.5 / 8.5)
    assert found.signal_to_noise.low < 7.5 < found.signal_to_noise.high
    assert found.agreement.high <= 1


@pytest.mark.parametrize("freedom", [(7, 16), (3, 4), (1, 1)])
def test_the_quantiles_are_those_of_the_f_distribution(freedom):
    rough = 0.02 if freedom != (1, 1) else 0.1  # its tail is very long
    assert f_quantiles(*freedom) == pytest.approx(stats.f.ppf([0.025, 0.975], *freedom), rel=rough)


@pytest.mark.parametrize("ratio", [0.2, 4.0])
def test_the_interval_covers_the_truth_as_often_as_it_says(ratio):
    rng = np.random.default_rng(3)
    covered, runs = 0, 400
    for _ in range(runs):
        values = ratio**0.5 * rng.normal(size=(8, 1)) + rng.normal(size=(8, 3))
        found = seed_noise(values.tolist()).signal_to_noise
        covered += found.low <= ratio <= found.high
    assert covered / runs == pytest.approx(0.95, abs=0.03)


def test_architectures_that_only_differ_by_luck_have_no_signal():
    rng = np.random.default_rng(0)
    found = seed_noise(rng.normal(size=(60, 3)).tolist())
    assert found.signal_to_noise.value < 0.25
    assert found.signal_to_noise.low == 0


def test_without_noise_they_agree_wholly():
    found = seed_noise([[1, 1], [2, 2]])
    assert (found.signal_to_noise, found.agreement) == (Interval(), Interval(value=1.0, low=1.0, high=1.0))
    same = seed_noise([[1, 1], [1, 1]])
    assert (same.signal_to_noise.value, same.agreement.value) == (0, 0)


def test_unequal_numbers_of_seeds_count_as_many_as_they_are():
    found = seed_noise([[1, 3], [5, 7, 6], [9], []])
    assert found.seed_std == pytest.approx((4 / 3) ** 0.5)  # squares 2 + 2 + 0 over 3 degrees of freedom


@pytest.mark.parametrize("groups", [[], [[1, 2, 3]], [[1], [2], [3]]])
def test_one_architecture_or_one_seed_each_tells_nothing(groups):
    assert seed_noise(groups) is None
