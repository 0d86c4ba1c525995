"""Which trials a model learns from, and what is said of them."""

from itertools import pairwise

import pytest

from nas.ports import Outcome
from nas.predictor.acquisition import Weighing
from nas.predictor.encoding import Encoder
from nas.predictor.lessons import FIDELITY, Feasibility, best_first, feasible, lessons, rows_of, targets, thinned
from nas.testing.strategies import history_of
from search_spaces.testing import ToySpace


def outcome(number, *values, **fields):
    return Outcome(number=number, genotype=(number,), values=values or None, **fields)


def numbers(outcomes):
    return [found.number for found in outcomes]


def test_only_a_result_within_all_bounds_is_feasible():
    assert feasible(outcome(0, 1.0))
    assert not feasible(outcome(0))
    assert not feasible(outcome(0, 1.0, violation=0.1))


def test_the_objectives_are_the_target_and_less_violation_before_anything_is_feasible():
    broken = [outcome(0, 1.0, 2.0, violation=0.5), outcome(1, 3.0, 4.0, violation=0.25)]
    assert targets(broken).tolist() == [[-0.5, -0.25]]
    assert targets([*broken, outcome(2, 5.0, 6.0)]).tolist() == [[1.0, 3.0, 5.0], [2.0, 4.0, 6.0]]


def test_the_best_are_feasible_then_trained_in_full_then_good_then_old():
    ranked = best_first(
        [
            outcome(0, 9.0, violation=0.2),
            outcome(1, 8.0, fidelity=0.5),
            outcome(2, 1.0),
            outcome(3, 2.0),
            outcome(4, 2.0),
            outcome(5, 7.0, violation=0.1),
        ]
    )
    assert numbers(ranked) == [3, 4, 2, 1, 5, 0]


def test_several_objectives_are_ranked_by_the_weighing_and_without_one_by_the_first():
    front = [outcome(0, 0.0, 1.0), outcome(1, 0.6, 0.7), outcome(2, 1.0, 0.0)]
    assert best_first(front, Weighing(weights=(0.5, 0.5)))[0].number == 1
    assert best_first(front, Weighing(weights=(0.05, 0.95)))[0].number == 0
    assert best_first(front)[0].number == 2


def test_few_trials_are_all_learned_from():
    finished = [outcome(number, float(number)) for number in range(20)]
    assert lessons(finished, best_first(finished), 20) == finished


def test_of_many_the_best_the_newest_and_some_of_all_are_learned_from():
    finished = [outcome(number, -float(number)) for number in range(1000)]
    taught = numbers(lessons(finished, best_first(finished), 90))
    assert taught == sorted(taught)
    assert len(taught) <= 90
    assert {*range(30), *range(970, 1000)} < set(taught)
    middle = [number for number in taught if 30 <= number < 970]
    assert len(middle) >= 10
    assert max(b - a for a, b in pairwise(middle)) < 100


def test_a_thinned_history_keeps_its_members_until_it_is_halved():
    history = [outcome(number, 0.0) for number in range(4000)]
    kept = [set(numbers(thinned(history[:length], 50))) for length in range(60, 4000, 40)]
    changes = sum(not before <= after for before, after in pairwise(kept))
    assert changes <= 6, "once whenever the length doubles"
    assert all(15 <= len(found) <= 50 for found in kept)


def test_what_a_stopped_trial_missed_is_a_feature_of_its_own():
    history = history_of(ToySpace(), 12)
    rows = rows_of(Encoder(ToySpace()), history)
    assert [number for number, row in enumerate(rows) if FIDELITY in row] == [3, 10]
    assert rows[3][FIDELITY] == 1.0
    starved = rows_of(Encoder(ToySpace()), [Outcome(number=0, genotype=history[0].genotype, values=None, fidelity=0.0)])
    assert 9 < starved[0][FIDELITY] < 11


def test_labels_tell_the_feasible_from_the_rest_around_a_threshold():
    known = Feasibility.of([outcome(0, 1.0), outcome(1, 1.0), outcome(2), outcome(3, 1.0, violation=1.0)])
    assert known.labels == pytest.approx([1, 1, -1, -1])
    assert known.threshold == pytest.approx(0)
    mostly = Feasibility.of([outcome(0), *(outcome(number, 1.0) for number in range(1, 10))])
    assert mostly.labels[0] < mostly.threshold < mostly.labels[1]
    assert Feasibility.of([outcome(0, 1.0), outcome(1, 2.0)]) is None
