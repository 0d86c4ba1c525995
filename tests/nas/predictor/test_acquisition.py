"""What a candidate is worth trying."""

import math
import random

import numpy as np
import pytest

from nas.predictor.acquisition import (
    FAR,
    Belief,
    Weighing,
    log_chance,
    log_improvement,
    log_weighed_improvement,
    standardised,
)


def test_the_expected_improvement_is_that_of_many_draws():
    drawn = np.random.default_rng(0).normal(0.2, 0.7, 400_000)
    expected = np.maximum(drawn - 0.5, 0).mean()
    assert math.exp(log_improvement(np.array([0.2]), np.array([0.7]), best=0.5)[0]) == pytest.approx(expected, rel=0.01)


def test_the_hopeless_are_still_in_order():
    means = np.linspace(-60, 1, 200)
    promise = log_improvement(means, np.ones(200), best=1.0)
    assert np.isfinite(promise).all()
    assert (np.diff(promise) > 0).all()
    at = log_improvement(np.array([FAR - 1e-9, FAR + 1e-9]), np.ones(2), best=0.0)
    assert at[0] == pytest.approx(at[1], abs=0.1), "both formulas meet"


def test_doubt_is_worth_something():
    promise = log_improvement(np.zeros(2), np.array([0.1, 0.5]), best=0.1)
    assert promise[1] > promise[0]


def test_weights_sum_to_one_and_nothing_is_drawn_for_one_objective():
    rng = random.Random(0)
    state = rng.getstate()
    assert Weighing.drawn(1, rng).weights == (1.0,)
    assert rng.getstate() == state
    weighings = [Weighing.drawn(3, rng).weights for _ in range(50)]
    assert all(sum(weights) == pytest.approx(1) for weights in weighings)
    assert len(set(weighings)) == 50


def test_a_weighing_finds_the_compromise_it_stands_for():
    front = np.array([[0.0, 0.4, 0.7, 1.0], [1.0, 0.7, 0.4, 0.0]])
    ideal = front.max(1)
    assert Weighing(weights=(0.95, 0.05)).of(front, ideal).argmax() == 3
    assert Weighing(weights=(0.05, 0.95)).of(front, ideal).argmax() == 0
    assert Weighing(weights=(0.4, 0.6)).of(front, ideal).argmax() == 1


def test_of_several_objectives_what_improves_on_the_front_promises_more():
    known = np.array([[0.0, 1.0], [1.0, 0.0]])
    belief = Belief(mean=np.array([[0.9, 0.2, -9.0], [0.9, 0.2, -9.0]]), deviation=np.full((2, 3), 0.1))
    promise = log_weighed_improvement(belief, known, Weighing(weights=(0.5, 0.5)), random.Random(0))
    assert promise[0] > promise[1] > promise[2]


def test_the_chance_is_that_of_a_normal_variable():
    chance = np.exp(log_chance(np.array([0.0, 1.0]), np.array([1.0, 0.5]), threshold=0.0))
    assert chance == pytest.approx([0.5, 0.97725], abs=1e-4)


def test_values_are_standardised_and_disasters_drawn_near():
    values = standardised([*np.linspace(0, 1, 50), -1000.0])
    assert values.mean() == pytest.approx(0)
    assert values.std() == pytest.approx(1)
    assert values.min() > -5
    assert values.argmax() == 49
    assert standardised([2.0, 2.0]).tolist() == [0.0, 0.0]
    assert standardised([1.0, 1.0, 1.0, 1.0, 5.0]).argmax() == 4
