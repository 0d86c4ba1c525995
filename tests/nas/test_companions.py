"""Companions: planned from the best candidates, trained after all candidates, the same ones after a crash."""

import pytest

from nas.companions import planned
from nas.drivers.inline import run_inline
from nas.mean_ranking import mean_ranking
from nas.memory import MemoryStorage
from nas.records import (
    Assignment,
    Companion,
    FailureKind,
    Finished,
    Measured,
    Measurement,
    SearchStatus,
    Signal,
    TrialStatus,
)
from nas.rules import comparison_of
from nas.seeds import trial_seed
from nas.testing.searches import SPLIT, ToyEvaluator, toy_controller, toy_document, toy_metrics
from nas.testing.stored import trial
from search_spaces.registry import architecture_from, published_architecture

RESIZER = {"kind": "resizer", "input_size": [64, 64], "output_size": [32, 32], "filters": 8}
NARROW = {**published_architecture("spinenet-49").model_dump(mode="json"), "width": 0.125}
SHAPES = {"kind": "joint", "parts": {"backbone": {"kind": "fixed", "architecture": "spinenet-49"}}}


@pytest.fixture
def storage():
    return MemoryStorage()


def document(**fields):
    return toy_document(**{"budget": {"trials": 6}, "comparison": {"top": 2, "seeds": 3}, **fields})


def completed(number, ap, **fields):
    measurement = Measurement(fidelity=1, metrics={"AP": ap})
    return trial(number, status=TrialStatus.COMPLETED, measurements=(measurement,), **fields)


def outcome(storage, search_id):
    found = storage.trials(search_id)
    return [(each.number, each.genotype, each.companion, each.seed, each.status, each.metrics) for each in found]


def test_the_best_candidates_are_trained_with_more_seeds_after_all_candidates(storage):
    controller = toy_controller(storage, document())
    run_inline(controller, ToyEvaluator())
    trials = storage.trials(controller.search_id)
    candidates, companions = trials[:6], trials[6:]
    assert all(each.companion is None for each in candidates)
    best = sorted(candidates, key=lambda each: (-each.metrics["AP"], each.number))[:2]
    expected = [Companion(candidate=each.number, repeat=repeat) for each in best for repeat in (1, 2, 3)]
    assert [each.companion for each in companions] == expected
    assert [each.genotype for each in companions] == [best[0].genotype] * 3 + [best[1].genotype] * 3
    assert len({each.seed for each in trials}) == 12
    assert storage.search(controller.search_id).status is SearchStatus.COMPLETED


def test_a_control_shares_the_seed_of_the_repeat_it_is_held_against():
    resizer = architecture_from(RESIZER)
    trials = [completed(0, 0.4), completed(1, 0.5, architecture=resizer.model_dump(mode="json"), seed=77)]
    plans = planned(trials, document(comparison={"top": 1, "seeds": 2}), architecture_from, toy_metrics)
    told = [(plan.companion.control, plan.companion.repeat, plan.seed) for plan in plans]
    first, second = (trial_seed(0, 1, repeat) for repeat in (1, 2))
    assert told == [(None, 1, first), ("plain", 1, first), (None, 2, second), ("plain", 2, second)]
    assert plans[1].architecture.method == "none"
    assert plans[1].genotype == ()
    rest = [*trials, completed(2, 0.1, companion=plans[0].companion), completed(3, 0.9, companion=plans[1].companion)]
    assert planned(rest, document(comparison={"top": 1, "seeds": 2}), architecture_from, toy_metrics) == plans[2:]


def test_without_controls_only_the_candidates_are_trained_again():
    joint = {"kind": "joint", "parts": {"backbone": NARROW, "resizer": RESIZER}}
    candidate = completed(0, 0.5, architecture=architecture_from(joint).model_dump(mode="json"))
    asked = document(comparison={"top": 1, "seeds": 2, "equal_macs": True, "controls": False})
    plans = planned([candidate], asked, architecture_from, resized_macs)
    assert [(plan.companion.control, plan.companion.repeat) for plan in plans] == [(None, 1), (None, 2)]


def test_a_control_of_equal_macs_is_trained_where_it_is_asked_for():
    joint = {"kind": "joint", "parts": {"backbone": NARROW, "resizer": RESIZER}}
    candidate = completed(0, 0.5, architecture=architecture_from(joint).model_dump(mode="json"))
    asked = document(comparison={"top": 1, "seeds": 1, "equal_macs": True})
    plans = planned([candidate], asked, architecture_from, resized_macs)
    assert [plan.companion.control for plan in plans] == [None, "plain", "equal_macs"]
    assert plans[2].architecture.parts["resizer"].output_size == (40, 40)


def resized_macs(architecture):
    """As much for a learned resizer as for pictures of 40 pixels behind a plain one."""
    resizer = architecture.parts["resizer"]
    return {"macs": 40.0**2 if resizer.method == "learned" else float(resizer.output_size[0] ** 2)}


@pytest.mark.parametrize("until", range(1, 10))
def test_a_search_killed_anywhere_ends_with_the_same_companions(storage, until):
    whole = toy_controller(storage, document())
    run_inline(whole, ToyEvaluator())
    killed = toy_controller(storage, document())
    for _ in range(until):
        assignment = killed.next_trial()
        if len(storage.trials(killed.search_id)) < until:
            for measurement in ToyEvaluator()(assignment):
                killed.record(Measured(number=assignment.number, measurement=measurement))
            killed.record(Finished(number=assignment.number))
    resumed = toy_controller(storage, document(), search_id=killed.search_id)
    run_inline(resumed, ToyEvaluator())
    assert outcome(storage, killed.search_id) == outcome(storage, whole.search_id)


@pytest.mark.parametrize("companions", [1, 4, 6])
def test_a_search_of_an_exhausted_space_killed_among_its_companions_ends_as_if_it_had_not_been(storage, companions):
    exhausting = document(budget={"trials": 1000}, constraints=[{"metric": "params", "max": 310}])
    whole = toy_controller(storage, exhausting)
    run_inline(whole, ToyEvaluator())
    killed = toy_controller(storage, exhausting)
    while len(storage.compared(killed.search_id)) < companions:
        assignment = killed.next_trial()
        if len(storage.compared(killed.search_id)) < companions:
            reports = [Measured(number=assignment.number, measurement=each) for each in ToyEvaluator()(assignment)]
            killed.record(*reports, Finished(number=assignment.number))
    resumed = toy_controller(storage, exhausting, search_id=killed.search_id)
    run_inline(resumed, ToyEvaluator())
    assert outcome(storage, killed.search_id) == outcome(storage, whole.search_id)
    first, second = (storage.summary(each.search_id) for each in (whole, resumed))
    assert (second.redraws, second.infeasible) == (first.redraws, first.infeasible)
    assert second.search.reason == first.search.reason
    assert "no untried feasible candidate" in second.search.reason


def test_candidates_that_keep_measured_bounds_are_trained_again_first():
    asked = document(comparison={"top": 2, "seeds": 1}, constraints=[{"metric": "AP50", "max": 0.5}])
    values = [(0.9, 0.8), (0.7, 0.4), (0.8, 0.6), (0.2, 0.5)]
    trials = [
        trial(
            number,
            status=TrialStatus.COMPLETED,
            architecture=architecture_from(RESIZER).model_dump(mode="json"),
            measurements=(Measurement(fidelity=1, metrics={"AP": ap, "AP50": ap50}),),
        )
        for number, (ap, ap50) in enumerate(values)
    ]
    plans = planned(trials, asked, architecture_from, toy_metrics)
    assert [plan.companion.candidate for plan in plans if plan.companion.control is None] == [1, 3]


@pytest.mark.parametrize("goal", ["maximize", "minimize"])
def test_repeats_run_to_their_end_whatever_early_stopping_did_to_candidates(storage, goal):
    stopping = document(
        budget={"trials": 12},
        objectives=[{"metric": "AP", "goal": goal}, {"metric": "params", "goal": "minimize"}],
        scheduler={"kind": "asha", "eta": 2},
        task={"kind": "detection", "data": {"train": SPLIT, "val": SPLIT, "classes": 3}, "epochs": 4},
    )
    controller = toy_controller(storage, stopping)
    run_inline(controller, ToyEvaluator({13: FailureKind.DIVERGED}, epochs=4))
    trials = storage.trials(controller.search_id)
    assert {each.status for each in trials[:12]} == {TrialStatus.COMPLETED, TrialStatus.STOPPED}
    assert any(each.promotions for each in trials[:12])
    candidates = {each.companion.candidate for each in trials[12:]}
    assert {trials[number].status for number in candidates} == {TrialStatus.COMPLETED}
    assert [each.fidelity for each in trials[12:]] == [4, 1, 4, 4, 4, 4]
    ranking = mean_ranking(trials, "AP", more_is_better=goal == "maximize")
    assert sorted(each.value.seeds for each in ranking) == [2, 3]
    assert {each.candidate for each in ranking} == candidates


def test_companions_wait_for_the_last_candidate(storage):
    controller = toy_controller(storage, document(budget={"trials": 2}))
    handed = [controller.next_trial(), controller.next_trial()]
    assert controller.next_trial() is Signal.WAIT
    for assignment in handed:
        controller.record(Measured(number=assignment.number, measurement=Measurement(fidelity=1, metrics={"AP": 0.5})))
        controller.record(Finished(number=assignment.number))
    third = controller.next_trial()
    assert isinstance(third, Assignment)
    assert storage.trial(controller.search_id, third.number).companion == Companion(candidate=0, repeat=1)


def test_an_exhausted_space_is_compared_too_and_nothing_completed_is_not(storage):
    controller = toy_controller(storage, document(strategy={"kind": "random"}, budget={"trials": 10_000}))
    run_inline(controller, ToyEvaluator())
    assert len(storage.compared(controller.search_id)) == 2 + 6
    assert "no untried feasible candidate" in storage.search(controller.search_id).reason
    failing = toy_controller(storage, document())
    run_inline(failing, lambda assignment: iter(()))
    assert storage.search(failing.search_id).status is SearchStatus.FAILED
    assert storage.compared(failing.search_id) == []


def test_spaces_with_controls_are_compared_unless_told_otherwise():
    assert comparison_of(toy_document()) is None
    assert comparison_of(toy_document(comparison={"top": 0})) is None
    parts = {**SHAPES["parts"], "resizer": {"kind": "fixed", "architecture": RESIZER}}
    resized = toy_document().model_copy(update={"space": {"kind": "joint", "parts": parts}})
    assert (comparison_of(resized).top, comparison_of(resized).seeds) == (1, 3)
    assert comparison_of(toy_document(space=SHAPES)) is None
