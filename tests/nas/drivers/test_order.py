"""With a fixed lag a search is the same whatever the concurrency, the order of finishing and the crashes."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nas.records import FailureKind
from nas.testing.searches import EVOLUTION, ToyEvaluator, toy_document
from tests.nas.drivers.adversaries import ORDERS, run_adversary

LAGGED = {"strategy": {**EVOLUTION, "lag": 8}, "resources": {"concurrent": 8}}
FAILURES = ToyEvaluator({3: FailureKind.DIVERGED, 11: FailureKind.CRASHED, 12: FailureKind.ERROR})


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("strategy", [{**EVOLUTION, "lag": 8}, {"kind": "random"}], ids=["evolution", "random"])
def test_every_order_and_concurrency_gives_the_same_genotypes(order, strategy):
    document = toy_document(strategy=strategy, resources={"concurrent": 8})
    expected = run_adversary(document, concurrency=1, pick=ORDERS["oldest first"]())
    assert len(set(expected)) == document.budget.trials
    for concurrency in (1, 2, 3, 8):
        assert run_adversary(document, concurrency=concurrency, pick=ORDERS[order]()) == expected


def test_the_evolution_really_looks_at_results():
    evolved = run_adversary(toy_document(**LAGGED), concurrency=2, pick=ORDERS["random"]())
    drawn = run_adversary(toy_document(strategy={"kind": "random"}), concurrency=2, pick=ORDERS["random"]())
    assert evolved[:6] == drawn[:6]
    assert evolved != drawn


def test_another_seed_gives_another_search():
    first = run_adversary(toy_document(**LAGGED), concurrency=2, pick=ORDERS["random"]())
    second = run_adversary(toy_document(**LAGGED, seed=1), concurrency=2, pick=ORDERS["random"]())
    assert first != second


@settings(max_examples=40, deadline=None)
@given(
    concurrency=st.sampled_from([1, 2, 3, 8]),
    order=st.integers(0, 2**32),
    deaths=st.sets(st.integers(0, 90), max_size=8),
)
def test_crashes_at_any_moment_change_nothing(concurrency, order, deaths):
    document = toy_document(**LAGGED)
    expected = run_adversary(document, concurrency=1, pick=ORDERS["oldest first"](), evaluator=FAILURES)
    steps = iter(range(10_000))
    crashed = run_adversary(
        document,
        concurrency=concurrency,
        pick=random.Random(order).choice,
        evaluator=FAILURES,
        crash=lambda: next(steps) in deaths,
    )
    assert crashed == expected
