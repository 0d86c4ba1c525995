"""Of many draws the best by a score is trained, and the search stays a function of document and results."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nas.controller import Controller
from nas.drivers.inline import run_inline
from nas.errors import DocumentError, ScreeningFailed, SpaceExhausted
from nas.memory import MemoryStorage
from nas.objectives import Constraint
from nas.proposals import Proposer
from nas.records import FailureKind, SearchStatus
from nas.rules import judged_objective
from nas.screening import SCREENED_OUT, Screening, ScreeningOptions
from nas.strategies.fixed import Fixed
from nas.strategies.random import Random
from nas.strategies.registry import asked
from nas.testing.searches import EVOLUTION, ToyEvaluator, toy_controller, toy_document, toy_metrics, toy_screener
from search_spaces.errors import DrawsExhausted
from search_spaces.genotypes import sample
from search_spaces.testing import ToySpace
from tests.nas.drivers.adversaries import ORDERS, run_adversary

SPACE = ToySpace()
DRAWS = asked(Random(), space=SPACE, seed=0)


def screening(screener=toy_screener, **options):
    return Screening(options=ScreeningOptions(**options), screener=screener)


def proposer(*, draws=DRAWS, constraints=(), **options):
    return Proposer(draws, toy_metrics, constraints, screening=screening(**options))


def first_draws(count, number=0):
    """The first different draws of a number, with their scores."""
    found = {}
    for draw in DRAWS((), number):
        found.setdefault(draw.architecture.architecture_id, draw)
        if len(found) == count:
            break
    draws = list(found.values())
    return draws, toy_screener([draw.architecture for draw in draws])


def test_the_best_of_the_pool_is_proposed_with_its_scores():
    proposal = proposer(pool=8).propose((), 0)
    draws, scores = first_draws(8)
    scored = [(score["nwot"], draw) for draw, score in zip(draws, scores, strict=True) if isinstance(score, dict)]
    best = max(scored, key=lambda pair: pair[0])
    assert proposal.draw == best[1]
    assert proposal.metrics == toy_metrics(best[1].architecture) | {"nwot": best[0]}
    assert proposal.redraws[SCREENED_OUT] == len(scored) - 1 > 3


def test_the_goal_turns_the_choice_around():
    up, down = (proposer(pool=8, goal=goal).propose((), 0).metrics["nwot"] for goal in ("maximize", "minimize"))
    assert down < up


def test_what_was_screened_out_may_come_again_and_what_was_taken_may_not():
    candidates = [sample(SPACE, random.Random(seed)) for seed in range(12)]
    fixed = proposer(draws=asked(Fixed(candidates), space=SPACE, seed=0), pool=12, metric="params")
    taken = [fixed.propose((), number).draw for number in range(12)]
    assert sorted(taken, key=lambda draw: -toy_metrics(draw.architecture)["params"]) == taken
    assert {draw.genotype for draw in taken} == {draw.genotype for draw in candidates}
    with pytest.raises(SpaceExhausted, match="12 were tried before, 0 are infeasible"):
        fixed.propose((), 12)


def test_what_cannot_be_scored_is_infeasible_with_its_reason():
    proposal = proposer(pool=30).propose((), 0)
    assert proposal.infeasible
    assert {candidate.reason for candidate in proposal.infeasible} == {
        "cannot be scored: its slope and taps sum to a multiple of 5"
    }
    assert proposal.redraws["infeasible"] == len(proposal.infeasible)
    assert all(set(candidate.metrics) == {"params", "macs"} for candidate in proposal.infeasible)


def test_a_bound_on_a_score_makes_candidates_infeasible_before_training():
    bounded = proposer(pool=10, scores=("synflow",), constraints=[Constraint(metric="synflow", min=4)])
    proposals = [bounded.propose((), number) for number in range(5)]
    assert all(proposal.metrics["synflow"] >= 4 for proposal in proposals)
    broken = [c for p in proposals for c in p.infeasible if c.reason.startswith("synflow ")]
    assert broken
    assert all(candidate.metrics["synflow"] < 4 for candidate in broken)


def test_a_pool_without_a_candidate_is_followed_by_the_next():
    shallow = [Constraint(metric="nwot", max=2.9)]
    proposal = proposer(pool=2, constraints=shallow).propose((), 0)
    assert proposal.metrics["nwot"] <= 2.9
    assert proposal.redraws["infeasible"] >= 2


def test_a_space_that_ends_early_gives_the_best_of_what_there_was():
    def draws(history, number):
        yield from first_draws(3)[0]
        raise DrawsExhausted("10,000 draws rejected")

    small = proposer(draws=draws, pool=16, metric="params")
    for number in range(3):
        assert small.propose((), number).draw
    with pytest.raises(SpaceExhausted, match="10,000 draws rejected"):
        small.propose((), 3)


def test_a_static_metric_needs_no_screener():
    proposal = Proposer(DRAWS, toy_metrics, screening=screening(None, metric="macs", goal="minimize")).propose((), 0)
    draws, _ = first_draws(16)
    assert proposal.metrics["macs"] == min(toy_metrics(draw.architecture)["macs"] for draw in draws)


def test_a_score_without_a_screener_is_refused():
    with pytest.raises(ValueError, match="screening by nwot needs a screener"):
        screening(None)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [({"nwot": float("nan")}, "nwot is nan"), ({"nwot": float("inf")}, "nwot is inf"), ({}, "nwot is nan")],
)
def test_a_score_that_is_no_number_is_a_reason(answer, reason):
    screened = screening(lambda architectures: [answer for _ in architectures])
    assert screened.scores_of([sample(SPACE, random.Random(0)).architecture]) == [reason]


def test_a_screener_that_loses_architectures_is_told():
    with pytest.raises(ScreeningFailed, match="1 architectures were to be scored, got 0 answers"):
        screening(lambda architectures: []).scores_of([sample(SPACE, random.Random(0)).architecture])


def screened(**fields):
    fields = {"strategy": {**EVOLUTION, "lag": 8}, "resources": {"concurrent": 8}, **fields}
    return toy_document(screening={"pool": 5, "scores": ["synflow"]}, **fields)


def told(trial):
    return trial.genotype, trial.static_metrics, trial.redraws


@pytest.mark.parametrize("strategy", [{**EVOLUTION, "lag": 8}, {"kind": "random"}], ids=["evolution", "random"])
def test_screening_depends_on_no_order_and_no_concurrency(strategy):
    document = screened(strategy=strategy)
    expected = run_adversary(document, concurrency=1, pick=ORDERS["oldest first"](), told=told, screener=toy_screener)
    assert all({"nwot", "synflow"} <= set(metrics) for _, metrics, _ in expected)
    for order in ORDERS:
        again = run_adversary(document, concurrency=8, pick=ORDERS[order](), told=told, screener=toy_screener)
        assert again == expected


@settings(max_examples=10, deadline=None)
@given(
    concurrency=st.sampled_from([1, 3, 8]), order=st.integers(0, 2**32), deaths=st.sets(st.integers(0, 90), max_size=8)
)
def test_screening_survives_crashes_at_any_moment(concurrency, order, deaths):
    failures = ToyEvaluator({3: FailureKind.DIVERGED, 11: FailureKind.CRASHED})
    document = screened(budget={"trials": 20})
    rules = {"evaluator": failures, "told": told, "screener": toy_screener}
    expected = run_adversary(document, concurrency=1, pick=ORDERS["oldest first"](), **rules)
    steps = iter(range(10_000))
    pick, crash = random.Random(order).choice, lambda: next(steps) in deaths
    assert run_adversary(document, concurrency=concurrency, pick=pick, crash=crash, **rules) == expected


def test_screening_by_a_good_score_finds_better_candidates():
    def best(**fields):
        storage = MemoryStorage()
        controller = toy_controller(
            storage,
            toy_document(strategy={"kind": "random"}, budget={"trials": 8}, **fields),
            screener=toy_screener,
        )
        run_inline(controller, ToyEvaluator())
        assert storage.search(controller.search_id).status is SearchStatus.COMPLETED
        return sum(trial.metrics["AP"] for trial in storage.trials(controller.search_id))

    assert best(screening={"pool": 8}) > best() + 1


def test_a_screener_that_fails_ends_no_search_silently():
    def broken(architectures):
        raise ScreeningFailed("the pictures are gone")

    storage = MemoryStorage()
    controller: Controller = toy_controller(storage, screened(), screener=broken)
    with pytest.raises(ScreeningFailed, match="the pictures are gone"):
        controller.next_trial()
    controller.close()
    assert storage.search(controller.search_id).status is SearchStatus.RUNNING
    again = toy_controller(storage, screened(), search_id=controller.search_id, screener=toy_screener)
    assert again.next_trial().number == 0


def test_a_document_names_scores_where_they_are_computed():
    document = toy_document(
        screening={"metric": "params", "scores": ["snip"]},
        objectives=[{"metric": "snip"}, {"metric": "AP"}],
        constraints=[{"metric": "snip", "min": 1}],
    )
    assert document.screening.computed == ("snip",)
    assert judged_objective(document).metric == "AP"


RESIZERS = {"kind": "joint", "parts": {"backbone": {"kind": "spinenet"}, "resizer": {"kind": "resizer"}}}


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({"constraints": [{"metric": "nwot", "min": 1}]}, "constraints.0.metric", "known only where screening.scores"),
        ({"screening": {"metric": "AP"}}, "screening.metric", "must be known before training, one of nwot, synflow"),
        ({"screening": {"pool": 1}}, "screening.pool", "2"),
        ({"screening": {"scores": ["fisher"]}}, "screening.scores.0", "nwot"),
        (
            {"screening": {}, "objectives": [{"metric": "nwot"}], "comparison": {"top": 2}},
            "objectives.0.metric",
            "not computed for controls and more seeds: set comparison.top to 0",
        ),
        ({"screening": {}, "objectives": [{"metric": "nwot"}], "space": RESIZERS}, "objectives.0.metric", "controls"),
    ],
)
def test_what_screening_cannot_do_is_told(fields, field, sentence):
    with pytest.raises(DocumentError) as raised:
        toy_document(**fields)
    assert any(place == field and sentence in told for place, told in raised.value.problems), raised.value.problems
