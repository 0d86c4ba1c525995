"""With a fixed lag a search is the same whatever the concurrency, the order of finishing and the crashes."""

import random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nas.records import FailureKind, TrialStatus
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


SCHEDULERS = {
    "asha": {"kind": "asha", "eta": 2},
    "asha without promotions": {"kind": "asha", "eta": 3, "promote": False},
    "median": {"kind": "median", "min_trials": 3},
}
SLOW = ToyEvaluator({3: FailureKind.DIVERGED, 11: FailureKind.CRASHED}, epochs=9)


def hurried(scheduler, **fields):
    task = {**toy_document().task.model_dump(mode="json"), "epochs": 9}
    return toy_document(task=task, scheduler=scheduler and SCHEDULERS[scheduler], **{**LAGGED, **fields})


def ending(trial):
    return trial.genotype, trial.status, trial.fidelity, trial.promotions


@pytest.mark.parametrize("scheduler", SCHEDULERS)
@pytest.mark.parametrize("strategy", [{**EVOLUTION, "lag": 8}, {"kind": "random"}], ids=["evolution", "random"])
def test_early_stopping_depends_on_no_order_either(scheduler, strategy):
    document = hurried(scheduler, strategy=strategy)
    expected = run_adversary(document, concurrency=1, pick=ORDERS["oldest first"](), evaluator=SLOW, told=ending)
    statuses = [status for _, status, _, _ in expected]
    assert TrialStatus.STOPPED in statuses
    assert TrialStatus.COMPLETED in statuses
    assert any(promotions for *_, promotions in expected) == (scheduler == "asha")
    for order in ORDERS:
        for concurrency in (2, 8):
            pick = ORDERS[order]()
            assert run_adversary(document, concurrency=concurrency, pick=pick, evaluator=SLOW, told=ending) == expected


@settings(max_examples=60, deadline=None)
@given(
    scheduler=st.sampled_from(sorted(SCHEDULERS)),
    lag=st.sampled_from([8, 24]),  # a long one leaves promotions to the end, several at a time
    concurrency=st.sampled_from([1, 3, 8]),
    order=st.integers(0, 2**32),
    deaths=st.sets(st.integers(0, 400), max_size=12),
)
@example(scheduler="asha", lag=24, concurrency=1, order=1, deaths=set(range(0, 400, 10)))
def test_early_stopping_survives_crashes_at_any_moment(scheduler, lag, concurrency, order, deaths):
    document = hurried(scheduler, strategy={**EVOLUTION, "lag": lag}, budget={"trials": 40})
    expected = run_adversary(document, concurrency=1, pick=ORDERS["oldest first"](), evaluator=SLOW, told=ending)
    steps = iter(range(10_000))
    crashed = run_adversary(
        document,
        concurrency=concurrency,
        pick=random.Random(order).choice,
        evaluator=SLOW,
        crash=lambda: next(steps) in deaths,
        told=ending,
    )
    assert crashed == expected


@settings(max_examples=30, deadline=None)
@given(
    scheduler=st.sampled_from([None, *sorted(SCHEDULERS)]),
    concurrency=st.sampled_from([1, 3, 8]),
    order=st.integers(0, 2**32),
    deaths=st.sets(st.integers(0, 400), max_size=8),
    losses=st.dictionaries(st.integers(0, 29), st.integers(1, 2), max_size=8),
)
def test_lost_machines_change_nothing_while_trials_are_tried_again(scheduler, concurrency, order, deaths, losses):
    document = hurried(scheduler)
    failures, always = {3: FailureKind.DIVERGED}, {11: 10_000}
    expected = run_adversary(
        document,
        concurrency=1,
        pick=ORDERS["oldest first"](),
        evaluator=ToyEvaluator(failures, losses=always, epochs=9),
        told=ending,
    )
    assert expected[11][1] is TrialStatus.FAILED or scheduler
    steps = iter(range(10_000))
    lost = run_adversary(
        document,
        concurrency=concurrency,
        pick=random.Random(order).choice,
        evaluator=ToyEvaluator(failures, losses={**losses, **always}, epochs=9),
        crash=lambda: next(steps) in deaths,
        told=ending,
    )
    assert lost == expected


EARLIER = {"name": "cells", "strategy": {"kind": "random"}, "seed": 7, "resources": {"concurrent": 1}}
BEGIN_WITH = {"search": "cells", "top": 4, "learn": True}


@settings(max_examples=30, deadline=None)
@given(
    scheduler=st.sampled_from([None, *sorted(SCHEDULERS)]),
    concurrency=st.sampled_from([1, 3, 8]),
    order=st.integers(0, 2**32),
    deaths=st.sets(st.integers(0, 300), max_size=8),
)
def test_what_an_earlier_search_has_taught_depends_on_no_order_and_survives_crashes(
    scheduler, concurrency, order, deaths
):
    document = hurried(scheduler, begin_with=BEGIN_WITH)
    told = {"evaluator": SLOW, "earlier": hurried(None, **EARLIER), "told": ending}
    expected = run_adversary(document, concurrency=1, pick=ORDERS["oldest first"](), **told)
    assert len({genotype for genotype, *_ in expected}) == document.budget.trials
    steps = iter(range(10_000))
    crashed = run_adversary(
        document,
        concurrency=concurrency,
        pick=random.Random(order).choice,
        crash=lambda: next(steps) in deaths,
        **told,
    )
    assert crashed == expected


def test_without_a_lag_what_was_stopped_stays_stopped_and_all_ends():
    document = hurried("asha", strategy={**EVOLUTION, "lag": "none"})
    for order in ORDERS:
        told = run_adversary(document, concurrency=8, pick=ORDERS[order](), evaluator=SLOW, told=ending)
        assert len(told) == document.budget.trials
        assert {status for _, status, _, _ in told} <= {TrialStatus.STOPPED, TrialStatus.COMPLETED, TrialStatus.FAILED}
