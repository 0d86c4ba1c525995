"""Student's t, held to scipy."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from nas.student import incomplete_beta, quantile_975, two_sided_p

FREEDOM = st.floats(1, 2000)


@given(t=st.floats(-200, 200), freedom=FREEDOM)
def test_chances_are_those_of_the_distribution(t, freedom):
    assert two_sided_p(t, freedom) == pytest.approx(2 * stats.t.sf(abs(t), freedom), rel=1e-7, abs=1e-300)


@given(freedom=FREEDOM)
def test_quantiles_are_those_of_the_distribution(freedom):
    assert quantile_975(freedom) == pytest.approx(stats.t.ppf(0.975, freedom), rel=1e-9)


@given(a=st.floats(0.5, 500), b=st.floats(0.5, 500), x=st.floats(0, 1))
def test_the_incomplete_beta_function_rises_from_0_to_1(a, b, x):
    assert incomplete_beta(a, b, x) == pytest.approx(stats.beta.cdf(x, a, b), rel=1e-6, abs=1e-12)
    assert (incomplete_beta(a, b, 0.0), incomplete_beta(a, b, 1.0)) == (0, 1)


def test_a_difference_without_any_noise_is_certain():
    assert (two_sided_p(float("inf"), 2), two_sided_p(0.0, 2)) == (0, 1)
