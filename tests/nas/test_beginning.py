"""What a search begins with: given architectures, the best of an earlier search, and what that has taught."""

from statistics import fmean

import pytest

from nas.begin_with import BeginWith
from nas.beginning import beginning_of
from nas.creation import create_search, pinned
from nas.drivers.inline import run_inline
from nas.drivers.simulated import run_simulated
from nas.errors import DocumentError
from nas.memory import MemoryStorage
from nas.records import FailureKind, TrialStatus
from nas.testing.searches import ToyEvaluator, toy_controller, toy_document, toy_screener
from search_spaces.errors import NotInSpace, Rejected
from search_spaces.genotypes import decode, enumerate_genotypes
from search_spaces.testing import ToySpace

SPACE = ToySpace()
RANDOM = {"kind": "random"}
EVERY = list(enumerate_genotypes(SPACE))
DEPTHS = {genotype: decode(SPACE, genotype).depth for genotype in EVERY}
PARETO = [{"metric": "AP"}, {"metric": "params", "goal": "minimize"}]


class ShallowSpace(ToySpace):
    """The architectures of the toy space with depth 3."""

    def decode(self, choose):
        toy = super().decode(choose)
        if toy.depth != 3:
            raise Rejected("deep", "depth must be 3", field="depth")
        return toy


@pytest.fixture
def storage():
    return MemoryStorage()


@pytest.fixture
def earlier(storage):
    """The id of a search with 30 random trials, one of which has failed."""
    return searched(storage, toy_document(name="cells", strategy=RANDOM), failures={7: FailureKind.ERROR})


def searched(storage, document, failures=None):
    controller = toy_controller(storage, document)
    run_inline(controller, ToyEvaluator(failures))
    return controller.search_id


def begun(begin_with, **fields):
    return toy_document(begin_with={"search": "cells"} | begin_with, **fields)


def given(*candidates, **fields):
    """A document that begins with these architectures of the toy space, which no document can name."""
    return toy_document(**fields).model_copy(update={"begin_with": BeginWith(candidates=candidates)})


def ranked(trials):
    completed = [trial for trial in trials if trial.status is TrialStatus.COMPLETED]
    return sorted(completed, key=lambda trial: (-trial.metrics["AP"], trial.number))


def genotypes(trials):
    return [trial.genotype for trial in trials]


def told(storage, search_id):
    return [event.message for event in storage.events(search_id) if event.kind == "begins_with"]


def test_a_search_begins_with_nothing_unless_its_document_says_so(storage):
    beginning = beginning_of(toy_document(), SPACE, storage)
    assert (beginning.first, beginning.earlier, beginning.told) == ((), (), None)


def test_given_architectures_are_the_first_trials_in_their_order(storage):
    listed = EVERY[5:20:3]
    search_id = searched(storage, given(*listed))
    trials = storage.trials(search_id)
    assert genotypes(trials)[:5] == listed
    assert len(set(genotypes(trials))) == 30
    assert told(storage, search_id) == ["trained first: 5 given"]


def test_given_architectures_that_break_a_bound_are_recorded_and_the_next_takes_their_place(storage):
    shallow = [genotype for genotype in EVERY if DEPTHS[genotype] == 3][:2]
    deep = [genotype for genotype in EVERY if DEPTHS[genotype] == 4][:2]
    bounds = [{"metric": "params", "max": 350}]
    search_id = searched(storage, given(deep[0], shallow[0], deep[1], shallow[1], constraints=bounds))
    assert genotypes(storage.trials(search_id))[:2] == shallow
    refused = storage.infeasible(search_id)[:2]
    assert [(each.number, each.draw, each.genotype) for each in refused] == [(0, 0, deep[0]), (1, 0, deep[1])]


def test_screening_passes_over_nothing_that_is_to_be_trained_first(storage):
    listed = EVERY[3:30:9]
    document = given(*listed, screening={"pool": 8, "metric": "params"}, strategy=RANDOM)
    trials = storage.trials(searched(storage, document))
    assert genotypes(trials)[:3] == listed
    assert [trial.redraws for trial in trials[:3]] == [{}] * 3
    assert all(trial.redraws["screened_out"] > 0 for trial in trials[3:])


def test_what_comes_first_is_scored_as_all_other_candidates_are(storage):
    listed = EVERY[3:30:9]
    document = given(*listed, screening={"pool": 4}, strategy=RANDOM, budget={"trials": 4})
    controller = toy_controller(storage, document, screener=toy_screener)
    run_inline(controller, ToyEvaluator())
    assert all("nwot" in trial.static_metrics for trial in storage.trials(controller.search_id))


def test_the_best_of_an_earlier_search_are_trained_first(storage, earlier):
    best = ranked(storage.trials(earlier))[:4]
    search_id = searched(storage, begun({"top": 4}))
    assert genotypes(storage.trials(search_id))[:4] == genotypes(best)
    assert told(storage, search_id) == [f"trained first: the best 4 of search cells ({earlier})"]


def test_the_best_of_several_objectives_are_its_first_front(storage):
    earlier = searched(storage, toy_document(name="cells", strategy=RANDOM, objectives=PARETO))
    first = storage.trials(searched(storage, begun({"top": 2}, budget={"trials": 2})))
    others = [trial.metrics for trial in storage.trials(earlier)]
    for metrics in (trial.metrics for trial in first):
        better = [o for o in others if o["AP"] >= metrics["AP"] and o["params"] <= metrics["params"]]
        assert all((o["AP"], o["params"]) == (metrics["AP"], metrics["params"]) for o in better)


def test_what_broke_a_measured_bound_was_not_among_the_best(storage):
    bounds = [{"metric": "AP", "max": 3.5}]
    earlier = searched(storage, toy_document(name="cells", strategy=RANDOM, constraints=bounds))
    kept = [trial for trial in ranked(storage.trials(earlier)) if trial.broken is None]
    assert len(kept) < 30
    first = storage.trials(searched(storage, begun({"top": 3}, budget={"trials": 3})))
    assert genotypes(first) == genotypes(kept[:3])


def test_given_ones_come_before_the_best_and_each_only_once(storage, earlier):
    best = genotypes(ranked(storage.trials(earlier)))
    options = BeginWith(candidates=(best[1], EVERY[0]), search="cells", top=3)
    document = pinned(toy_document().model_copy(update={"begin_with": options}), storage)
    first = [draw.genotype for draw in beginning_of(document, SPACE, storage).first]
    assert first == [best[1], EVERY[0], *(each for each in (best[0], best[2]) if each != EVERY[0])]


def test_a_strategy_that_learns_is_shown_all_completed_trials(storage, earlier):
    document = pinned(begun({"learn": True}, constraints=[{"metric": "params", "max": 350}]), storage)
    beginning = beginning_of(document, SPACE, storage)
    completed = [trial for trial in storage.trials(earlier) if trial.status is TrialStatus.COMPLETED]
    assert [outcome.number for outcome in beginning.earlier] == list(range(-29, 0))
    assert [outcome.genotype for outcome in beginning.earlier] == genotypes(completed)
    assert [outcome.values for outcome in beginning.earlier] == [(trial.metrics["AP"],) for trial in completed]
    broken = [outcome.violation > 0 for outcome in beginning.earlier]
    assert broken == [trial.metrics["params"] > 350 for trial in completed]
    assert not any(outcome.pending for outcome in beginning.earlier)


def test_what_another_space_holds_is_left_out_and_counted(storage, earlier):
    document = pinned(begun({"learn": True, "top": 3}), storage)
    beginning = beginning_of(document, ShallowSpace(), storage)
    completed = ranked(storage.trials(earlier))
    shallow = [trial for trial in completed if trial.architecture["depth"] == 3]
    assert len(beginning.earlier) == len(shallow) < len(completed)
    assert [draw.genotype for draw in beginning.first] == genotypes(shallow[:3])
    assert beginning.told == (
        f"trained first: the best 3 of search cells ({earlier}); the strategy learns from {len(shallow)} completed "
        f"trials of cells; {len(completed) - len(shallow)} completed trials of cells are left out, as this space does "
        "not hold their architectures"
    )


def test_a_given_architecture_out_of_the_space_is_refused(storage):
    deep = next(genotype for genotype in EVERY if DEPTHS[genotype] == 4)
    with pytest.raises((NotInSpace, ValueError)):
        beginning_of(given(deep), ShallowSpace(), storage)


def test_where_nobody_wrote_down_which_search_is_meant_none_is(storage, earlier):
    with pytest.raises(DocumentError, match=r"begin_with\.search_id: is missing"):
        beginning_of(begun({"learn": True}), SPACE, storage)


@pytest.mark.parametrize("kind", ["random", "exhaustive", "evolution", "local_search"])
def test_what_was_measured_is_trained_again_only_where_it_is_asked_for(storage, earlier, kind):
    completed = ranked(storage.trials(earlier))
    search_id = created(
        storage, begun({"learn": True, "top": 2}, budget={"trials": 90 if kind != "exhaustive" else 999}), kind
    )
    run_simulated(toy_controller(storage, toy_document(), search_id=search_id), ToyEvaluator())
    trained = genotypes(storage.trials(search_id))
    assert trained[:2] == genotypes(completed[:2])
    assert set(trained[2:]).isdisjoint(genotypes(completed))
    assert len(set(trained)) == len(trained) == (90 if kind != "exhaustive" else len(EVERY) - 27)


def created(storage, document, kind):
    """A search with this strategy, for which the space that the document names would be too large."""
    content = pinned(document, storage).model_dump(mode="json") | {"strategy": {"kind": kind}}
    return storage.create_search("toy", content).id


def test_without_learning_all_but_what_came_first_may_be_trained_again(storage, earlier):
    search_id = searched(storage, begun({"top": 2}, strategy=RANDOM, budget={"trials": 100}))
    trained = genotypes(storage.trials(search_id))
    assert len(set(trained)) == 100
    assert not set(trained[2:]).isdisjoint(genotypes(storage.trials(earlier)))


def test_a_fixed_list_follows_what_came_first(storage, earlier):
    best = genotypes(ranked(storage.trials(earlier)))[:2]
    others = [genotype for genotype in EVERY if genotype not in best][:2]
    content = pinned(begun({"top": 2}), storage).model_dump(mode="json")
    content |= {"strategy": {"kind": "fixed", "candidates": [*others, best[0]]}}
    search_id = storage.create_search("toy", content).id
    run_inline(toy_controller(storage, toy_document(), search_id=search_id), ToyEvaluator())
    assert genotypes(storage.trials(search_id)) == [*best, *others]


def test_a_search_begun_with_is_the_same_after_newer_ones_of_that_name(storage, earlier):
    document = begun({"learn": True, "top": 2})
    first = create_search(storage, document)
    again = create_search(storage, document)
    run_inline(toy_controller(storage, document, search_id=first.id), ToyEvaluator())
    searched(storage, toy_document(name="cells", strategy=RANDOM, seed=5))
    run_inline(toy_controller(storage, document, search_id=again.id), ToyEvaluator())
    assert genotypes(storage.trials(first.id)) == genotypes(storage.trials(again.id))


def test_schedulers_judge_by_the_curves_of_their_own_search(storage):
    """The first trial of a halving is never stopped, however good the trials of an earlier search were."""
    task = toy_document().task.model_dump(mode="json") | {"epochs": 9}
    scheduler = {"kind": "median", "min_trials": 3}
    strong = toy_document(name="cells", task=task, strategy=RANDOM)
    run_inline(toy_controller(storage, strong), ToyEvaluator(epochs=9))
    for learn in (True, False):
        document = begun({"learn": learn, "top": 1}, task=task, scheduler=scheduler, strategy=RANDOM)
        controller = toy_controller(storage, document)
        run_simulated(controller, ToyEvaluator(epochs=9))
        statuses = [trial.status for trial in storage.trials(controller.search_id)]
        assert TrialStatus.STOPPED not in statuses[:3]
        assert TrialStatus.STOPPED in statuses


@pytest.mark.parametrize(
    "strategy",
    [
        {"kind": "evolution", "population": 10},
        {"kind": "nsga2", "population": 10},
        {"kind": "local_search"},
        {"kind": "reinforce", "batch": 5},
        {"kind": "optuna"},
        {"kind": "predictor"},
    ],
    ids=lambda strategy: strategy["kind"],
)
def test_whoever_has_learned_from_an_earlier_search_does_better_with_the_same_budget(storage, strategy):
    """Though the best of what was measured is not trained again."""
    warm, cold = [], []
    for seed in range(6):
        name = f"cells-{seed}"
        searched(storage, toy_document(name=name, strategy=RANDOM, budget={"trials": 60}, seed=100 + seed))
        for begin_with, scores in (({"search": name, "learn": True, "top": 0}, warm), (None, cold)):
            document = toy_document(strategy=strategy, budget={"trials": 8}, seed=seed, begin_with=begin_with)
            trials = storage.trials(searched(storage, document))
            scores.append(fmean(trial.metrics["AP"] for trial in trials))
    assert fmean(warm) > fmean(cold) + 0.1
