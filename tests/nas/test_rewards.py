"""Rewards out of objectives."""

import math

import pytest
from pydantic import ValidationError

from nas.objectives import Objective
from nas.rewards import STEEPEST, MnasNetReward, ObjectiveReward, WeightedReward, problems_of_reward, reward_of

OBJECTIVES = (Objective(metric="top1"), Objective(metric="macs", goal="minimize"), Objective(metric="top5"))
DATA = [{"metric": "top1"}, {"metric": "macs", "goal": "minimize"}, {"metric": "top5"}]
VALUES = (0.8, -2e9, 0.9)  # larger is better: the cost has the other sign


def reward(options, values=VALUES):
    return reward_of(values, options, objectives=OBJECTIVES)


def test_one_objective_is_its_own_reward_by_default_the_first():
    assert reward(ObjectiveReward()) == 0.8
    assert reward(ObjectiveReward(metric="top5")) == 0.9


def test_a_weighted_sum_counts_what_is_minimized_with_the_other_sign():
    assert reward(WeightedReward(weights={"top1": 1, "macs": 1e-10})) == pytest.approx(0.8 - 0.2)


def test_the_soft_form_trades_five_percent_of_accuracy_for_half_the_cost():
    options = MnasNetReward(cost="macs", target=1e9)
    assert reward(options, (0.8, -1e9, 0)) == pytest.approx(0.8)
    assert reward(options, (0.8, -2e9, 0)) == pytest.approx(0.8 * 2**-0.07)
    assert reward(options, (0.8, -0.5e9, 0)) == pytest.approx(0.8 * 1.05, rel=1e-2)


def test_the_hard_form_gains_nothing_below_the_target_and_loses_in_proportion_above():
    options = MnasNetReward(metric="top5", cost="macs", target=1e9, alpha=0, beta=-1)
    assert reward(options, (0, -0.1e9, 0.9)) == reward(options, (0, -1e9, 0.9)) == 0.9
    assert reward(options, (0, -2e9, 0.9)) == pytest.approx(0.45)


def test_a_cost_of_nothing_is_not_worth_infinitely_much():
    assert 0.8 < reward(MnasNetReward(cost="macs", target=1), (0.8, 0.0, 0)) < 3


@pytest.mark.parametrize("exponent", ["alpha", "beta"])
def test_no_exponent_makes_more_of_a_cost_than_numbers_hold(exponent):
    steepest = MnasNetReward(cost="macs", target=1e9, **{exponent: STEEPEST})
    assert all(math.isfinite(reward(steepest, (0.8, -cost, 0))) for cost in (0.0, 1e9, 1e18))
    with pytest.raises(ValidationError, match="greater than or equal to -10"):
        MnasNetReward(cost="macs", target=1e9, **{exponent: 2 * STEEPEST})


def test_no_weight_makes_more_of_an_objective_than_numbers_hold():
    with pytest.raises(ValidationError, match=r"less than or equal to 10{30}"):
        WeightedReward(weights={"top1": 1e308})


def told(**reward):
    return dict(problems_of_reward(reward, DATA))


def test_rewards_of_objectives_have_no_problems():
    assert told(kind="objective", metric="top5") == {}
    assert told(kind="weighted", weights={"top1": 1.0, "macs": 1e-10}) == {}
    assert told(kind="mnasnet", cost="macs", target=1e9) == {}


def test_what_is_no_objective_is_refused_by_its_field():
    assert (
        "must be one of the objectives, top1, macs, top5, got 'latency'"
        in told(metric="latency")["strategy.reward.metric"]
    )
    assert set(told(kind="weighted", weights={"top1": 1, "params": 2})) == {"strategy.reward.weights.params"}
    assert set(told(kind="weighted", weights={"top1": 1, 5: 2})) == {"strategy.reward.weights.5"}
    assert set(told(kind="mnasnet", cost="params", target=1)) == {"strategy.reward.cost"}


def test_a_reward_with_a_target_needs_something_to_maximize_and_something_to_minimize():
    problems = told(kind="mnasnet", metric="macs", cost="top1", target=1)
    assert "must be an objective to maximize, and macs is to minimize" in problems["strategy.reward.metric"]
    assert "must be an objective to minimize, and top1 is to maximize" in problems["strategy.reward.cost"]
    cost_first = [{"metric": "macs", "goal": "minimize"}]
    assert "strategy.reward.metric" in dict(problems_of_reward({"kind": "mnasnet", "cost": "macs"}, cost_first))


@pytest.mark.parametrize("wrong", [3, "text", [], None, {"metric": 3}, {"kind": "weighted", "weights": 3}])
def test_what_has_the_wrong_shape_is_left_to_pydantic(wrong):
    assert list(problems_of_reward(wrong, DATA)) == []
    assert list(problems_of_reward({}, wrong)) == []
