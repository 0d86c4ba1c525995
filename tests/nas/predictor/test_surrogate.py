"""The Gaussian process: its gradient, what it finds relevant, and how sure it is."""

import math

import numpy as np
import pytest
from scipy.optimize import check_grad

from nas.predictor.encoding import Column, layout_of
from nas.predictor.surrogate import Covariance, Hyperparameters, Likelihood, Process, fitted, relevance_center

GROUPS = ("loud", "quiet", "silent")


def data(count=40, *, noise=0.05, seed=0):
    """Three one_of choices of two options: the first matters most, the last not at all."""
    rng = np.random.default_rng(seed)
    taken = rng.integers(2, size=(count, 3))
    rows = [{Column(g, f"is {at}"): math.sqrt(0.5) for g, at in zip(GROUPS, row, strict=True)} for row in taken]
    values = 2.0 * taken[:, 0] + 0.5 * taken[:, 1] + noise * rng.standard_normal(count)
    layout = layout_of(rows)
    return layout, layout.matrix(rows), (values - values.mean()) / values.std(), taken


def process(learned, layout, points, values):
    return Process(
        covariance=Covariance.of(learned.vector(layout.groups), layout.group_of), points=points, values=values
    )


def test_the_gradient_is_that_of_the_likelihood():
    layout, points, values, _ = data(15)
    likelihood = Likelihood(points=points, values=values, group_of=layout.group_of, groups=3)
    for seed in range(3):
        at = np.random.default_rng(seed).normal(size=6) - 1
        error = check_grad(lambda v: likelihood(v)[0], lambda v: likelihood(v)[1], at)
        assert error < 1e-4 * (1 + np.linalg.norm(likelihood(at)[1]))


def test_what_matters_is_found_relevant():
    layout, points, values, _ = data()
    relevances = fitted(points, values, layout).relevances
    assert relevances["loud"] > relevances["quiet"] > relevances["silent"]


def test_it_expects_what_was_measured_and_generalises():
    layout, points, values, _ = data(noise=0.0)
    known = process(fitted(points[:20], values[:20], layout), layout, points[:20], values[:20])
    mean, deviation = known.predicted(points[20:])
    assert np.abs(mean - values[20:]).max() < 0.15
    assert (deviation < 0.3).all()
    assert known.expected(points[20:]) == pytest.approx(mean)


def test_it_is_less_sure_of_what_is_far_from_everything_known():
    layout, points, values, taken = data()
    near = taken[:, 0] == 0
    known = process(fitted(points, values, layout), layout, points[near], values[near])
    deviation = known.predicted(points)[1]
    assert deviation[~near].min() > 2 * deviation[near].max()


def test_pending_points_take_away_doubt_and_change_no_expectation():
    layout, points, values, taken = data()
    near = taken[:, 0] == 0
    known = process(fitted(points, values, layout), layout, points[near], values[near])
    believing = known.believing(points[~near][:1])
    before, after = known.predicted(points), believing.predicted(points)
    assert after[0] == pytest.approx(before[0], abs=1e-2)
    assert (after[1][~near] < before[1][~near]).all()
    assert known.believing(points[:0]) is known


def test_a_group_that_was_never_seen_is_as_relevant_as_any_is_expected_to_be():
    learned = Hyperparameters(relevances={"loud": 1.0}, amplitudes=(0.0, 0.0, -3.0))
    assert learned.vector(("loud", "new")).tolist() == [1.0, relevance_center(2), 0.0, 0.0, -3.0]


def test_the_more_groups_the_less_each_is_expected_to_matter():
    assert math.exp(relevance_center(40)) == pytest.approx(math.exp(relevance_center(1)) / 40)


def test_values_that_are_all_the_same_and_points_without_columns_are_no_trouble():
    layout, points, _, _ = data(5)
    learned = fitted(points, np.zeros(5), layout)
    assert process(learned, layout, points, np.zeros(5)).predicted(points)[0] == pytest.approx(np.zeros(5))
    bare = layout_of([{}, {}])
    learned = fitted(bare.matrix([{}, {}]), np.array([1.0, -1.0]), bare)
    assert process(learned, bare, np.empty((2, 0)), np.array([1.0, -1.0])).predicted(np.empty((1, 0)))[
        0
    ] == pytest.approx(0)
