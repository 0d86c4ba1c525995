"""McNemar's test against published figures and against brute force."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nas.paired_tests import mcnemar


def test_mcnemar_s_own_example():
    plain, corrected = (mcnemar(121, 59, continuity=on) for on in (False, True))
    assert (plain.only_first, plain.only_second) == (121, 59)
    assert plain.chi_squared == pytest.approx(21.3556, abs=1e-4)
    assert plain.chi_squared_p == pytest.approx(3.8e-6, rel=0.01)
    assert corrected.chi_squared == pytest.approx(20.6722, abs=1e-4)
    assert plain.exact_p == pytest.approx(4.4e-6, rel=0.02)


@pytest.mark.parametrize(
    ("b", "c", "p"),
    [(10, 2, 158 / 4096), (2, 10, 158 / 4096), (5, 0, 2 / 32), (3, 3, 1.0), (0, 0, 1.0), (1, 0, 1.0), (6, 1, 0.125)],
)
def test_the_exact_test_has_its_closed_form(b, c, p):
    assert mcnemar(b, c).exact_p == pytest.approx(p, rel=1e-12)


@given(st.integers(0, 60), st.integers(0, 60))
def test_the_exact_test_is_the_sum_of_all_outcomes_that_are_no_likelier(b, c):
    throws = b + c
    chances = [math.comb(throws, heads) for heads in range(throws + 1)]
    wanted = sum(chance for chance in chances if chance <= chances[b]) / 2**throws
    assert mcnemar(b, c).exact_p == pytest.approx(wanted, rel=1e-12)


def test_both_tests_agree_on_many_pictures_and_see_nothing_where_nothing_differs():
    found = mcnemar(4_300, 4_100)
    assert found.exact_p == pytest.approx(found.chi_squared_p, rel=0.01)
    same = mcnemar(0, 0)
    assert (same.exact_p, same.chi_squared, same.chi_squared_p) == (1.0, 0.0, 1.0)


def test_by_chance_small_p_are_as_rare_as_they_say():
    rng = random.Random(0)
    below = 0
    for _ in range(600):
        pairs = [(rng.random() < 0.6, rng.random() < 0.6) for _ in range(400)]
        below += mcnemar(pairs.count((True, False)), pairs.count((False, True))).exact_p <= 0.05
    assert 0.01 < below / 600 < 0.06


def test_a_count_below_zero_is_refused():
    with pytest.raises(ValueError, match="at least 0, got -1 and 3"):
        mcnemar(-1, 3)
