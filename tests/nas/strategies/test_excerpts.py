"""What a model is shown of a long history."""

import random

import numpy as np
import pytest

from nas.pareto import non_dominated
from nas.ports import Outcome
from nas.strategies.excerpts import excerpt, leaders, stride
from nas.strategies.fronts import fronts


def outcomes(values, **fields):
    return [Outcome(number=n, genotype=(n,), values=value, **fields) for n, value in enumerate(values)]


def numbers(rows):
    return [row.number for row in rows]


def test_a_short_history_is_shown_whole_but_for_what_failed():
    history = [*outcomes([(1.0,), None, (3.0,)]), Outcome(number=3, genotype=(3,), values=None, pending=True)]
    shown = excerpt(history, best=1, most=2)
    assert numbers(shown.finished) == [0, 2]
    assert numbers(shown.pending) == [3]


def test_of_a_long_history_the_best_and_every_so_many_th_are_shown():
    history = outcomes([(float(n % 10 == 5) * n,) for n in range(100)])
    assert numbers(excerpt(history, best=3, most=25).finished) == sorted([*range(0, 100, 4), 75, 85, 95])


def test_what_is_shown_stays_while_the_history_grows():
    history = outcomes([(0.0,)] * 400)
    assert (
        numbers(excerpt(history, best=1, most=100).finished)[:75]
        == numbers(excerpt(history[:301], best=1, most=100).finished)[:75]
    )


@pytest.mark.parametrize(
    ("length", "wanted"), [(10, 1), (11, 2), (20, 2), (21, 3), (31, 4), (41, 6), (61, 8), (81, 12)]
)
def test_the_stride_is_the_smallest_that_fits(length, wanted):
    assert stride(length, 10) == wanted
    assert -(-length // wanted) <= 10


def test_leaders_are_feasible_and_whole_then_stopped_late_then_a_little_infeasible():
    rows = [
        Outcome(number=0, genotype=(), values=(9.0,), violation=2.0),
        Outcome(number=1, genotype=(), values=(0.0,), violation=1.0),
        Outcome(number=2, genotype=(), values=(5.0,), fidelity=0.25),
        Outcome(number=3, genotype=(), values=(1.0,), fidelity=0.5),
        Outcome(number=4, genotype=(), values=(2.0,), fidelity=0.5),
        Outcome(number=5, genotype=(), values=(0.5,)),
        Outcome(number=6, genotype=(), values=(0.7,)),
        Outcome(number=7, genotype=(), values=(0.7,)),
    ]
    assert numbers(leaders(rows, 8)) == [6, 7, 5, 4, 3, 2, 1, 0]
    assert numbers(leaders(rows, 2)) == [6, 7]
    twice = [Outcome(number=r.number, genotype=(), values=r.values * 2, fidelity=r.fidelity) for r in rows[2:5]]
    assert numbers(leaders(twice, 8)) == [4, 3, 2], "several objectives, none of them whole"


@pytest.mark.parametrize("objectives", [2, 3])
def test_leaders_in_several_objectives_come_front_by_front(objectives):
    rng = random.Random(objectives)
    rows = outcomes([tuple(rng.randrange(8) for _ in range(objectives)) for _ in range(200)])
    left = {row.number: row.values for row in rows}
    for front in fronts(np.array([row.values for row in rows])):
        assert set(front.tolist()) == non_dominated(left)
        left = {number: values for number, values in left.items() if number not in front}
    assert not left
    first = non_dominated({row.number: row.values for row in rows})
    assert first <= set(numbers(leaders(rows, len(first) + 3)))
    assert len(leaders(rows, len(first) + 3)) == len(first) + 3
    assert len(leaders(rows, 300)) == 200
