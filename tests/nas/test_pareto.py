"""The Pareto front, those behind it, crowding."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nas.constraints import UTMOST
from nas.objectives import Constraint, Objective
from nas.pareto import crowding, dominates, fronts, non_dominated, outcome_point, pareto_front, point
from nas.records import Measurement, Trial, TrialStatus

VALUES = st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0])
POINTS = st.integers(1, 4).flatmap(lambda size: st.lists(st.tuples(*[VALUES] * size), max_size=30))


@given(POINTS)
def test_no_member_is_dominated_and_every_other_point_is(points):
    named = dict(enumerate(points))
    front = non_dominated(named)
    for name, values in named.items():
        beaten = any(dominates(named[member], values) for member in front)
        assert beaten == (name not in front)


@given(POINTS, st.randoms())
def test_the_order_of_the_points_does_not_matter(points, rng):
    named = list(enumerate(points))
    shuffled = list(named)
    rng.shuffle(shuffled)
    assert non_dominated(dict(named)) == non_dominated(dict(shuffled))


@given(VALUES, VALUES)
def test_domination_is_strict(a, b):
    assert not dominates((a, b), (a, b))
    assert not (dominates((a, b), (b, a)) and dominates((b, a), (a, b)))


def trial(number, status=TrialStatus.COMPLETED, **metrics):
    return Trial(
        search_id="s",
        number=number,
        genotype=(),
        architecture={},
        architecture_id="",
        status=status,
        static_metrics={"params": metrics.pop("params")},
        measurements=(Measurement(fidelity=1, metrics=metrics),),
    )


def test_the_front_holds_feasible_completed_trials_best_first():
    objectives = [Objective(metric="AP"), Objective(metric="params", goal="minimize")]
    trials = [
        trial(0, AP=0.5, params=100.0),
        trial(1, AP=0.6, params=200.0),
        trial(2, AP=0.4, params=200.0),
        trial(3, AP=0.9, params=50.0, status=TrialStatus.FAILED),
        trial(4, AP50=0.9, params=10.0),
        trial(5, AP=0.6, params=200.0),
        trial(6, AP=0.8, params=900.0),
    ]
    assert [t.number for t in pareto_front(trials, objectives)] == [6, 1, 5, 0]
    bound = [Constraint(metric="AP", max=0.7)]
    assert [t.number for t in pareto_front(trials, objectives, bound)] == [1, 5, 0]


@given(POINTS)
def test_each_front_is_what_no_other_point_dominates_once_those_before_are_gone(points):
    left = dict(enumerate(points))
    for front in fronts(left):
        assert set(front) == non_dominated(left)
        left = {key: each for key, each in left.items() if key not in front}
    assert not left


def test_crowding_is_the_sum_of_the_gaps_in_units_of_the_range():
    front = {"a": (0.0, 10.0), "b": (1.0, 9.0), "c": (4.0, 4.0), "d": (10.0, 0.0)}
    assert crowding(front) == {"a": inf, "b": pytest.approx(0.4 + 0.6), "c": pytest.approx(0.9 + 0.9), "d": inf}


def test_an_objective_in_which_all_agree_crowds_nobody():
    assert crowding({"a": (1.0, 0.0), "b": (1.0, 3.0), "c": (1.0, 1.0)}) == {"a": inf, "b": inf, "c": 1.0}
    assert crowding({"a": (1.0, 2.0), "b": (1.0, 2.0)}) == {"a": 0.0, "b": 0.0}
    assert crowding({}) == {}


def test_strategies_see_nothing_further_from_zero_than_they_can_reckon_with():
    goals = (Objective(metric="AP"), Objective(metric="loss", goal="minimize"))
    assert outcome_point({"AP": 0.5, "loss": 2.0}, goals) == point({"AP": 0.5, "loss": 2.0}, goals) == (0.5, -2.0)
    assert outcome_point({"AP": -1e300, "loss": -1e300}, goals) == (-UTMOST, UTMOST)
