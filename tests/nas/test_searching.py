"""A plain function of an architecture, searched without a document."""

import math
from pathlib import Path

import pytest

from api.storage import open_storage
from nas.drivers.inline import run_inline
from nas.errors import DocumentError, InvalidQuery, NotFound
from nas.evaluating import FunctionEvaluator
from nas.memory import MemoryStorage
from nas.objectives import Constraint, Objective
from nas.opening import open_controller
from nas.records import FailureKind, SearchStatus, TrialStatus
from nas.searching import search
from nas.strategies.random import Random
from nas.testing.searches import ToyEvaluator, toy_controller, toy_document
from search_spaces.errors import InvalidOptions
from search_spaces.testing import ToyArchitecture, ToySpace

EVOLUTION = {"kind": "evolution", "population": 6, "sample": 3}


def score(toy):
    return toy.depth + toy.slope / 4 - toy.taps[0] / 8


def genotypes(result):
    return [trial.genotype for trial in result.trials]


def test_the_best_of_a_function_is_found():
    result = search(ToySpace(), score, trials=60, strategy=EVOLUTION)
    assert result.search.status is SearchStatus.COMPLETED
    assert len(result.trials) == 60
    assert isinstance(result.best.architecture, ToyArchitecture)
    assert result.best.metrics == {"score": 5.0}
    assert score(result.best.architecture) == 5.0


def test_the_same_arguments_give_the_same_trials_and_another_seed_others():
    found = [genotypes(search(ToySpace(), score, trials=20, strategy="evolution", seed=seed)) for seed in (0, 0, 1)]
    assert found[0] == found[1] != found[2]


def test_it_is_the_search_of_a_document_to_the_last_genotype():
    storage, document = MemoryStorage(), toy_document()
    controller = toy_controller(storage, document)
    run_inline(controller, ToyEvaluator())
    expected = [trial.genotype for trial in storage.trials(controller.search_id)]

    def judged(toy):
        return {"AP": score(toy) + toy.stages.index("wide") / 16}

    found = search(ToySpace(), judged, objectives=["AP"], trials=30, strategy=EVOLUTION, concurrent=2)
    assert genotypes(found) == expected


@pytest.mark.parametrize("space", ["vgg", {"kind": "vgg", "fc_widths": [16, 32]}])
def test_a_space_may_be_named_as_in_a_document(space):
    result = search(space, lambda network: len(network.stages), trials=4, strategy="random")
    assert result.best.architecture.kind == "vgg"


def test_a_function_that_raises_makes_failed_trials():
    result = search(ToySpace(), lambda toy: 1 / (toy.depth - 3), trials=20, strategy="random", max_failures=20)
    failed = [trial for trial in result.trials if trial.status is TrialStatus.FAILED]
    assert 0 < len(failed) < 20
    assert {trial.failure.kind for trial in failed} == {FailureKind.ERROR}
    assert failed[0].failure.message == "ZeroDivisionError: division by zero"
    assert result.best.architecture.depth == 4


def test_without_a_completed_trial_the_best_says_why():
    result = search(ToySpace(), lambda toy: toy.depht, trials=20, strategy="random")
    assert result.search.status is SearchStatus.FAILED
    with pytest.raises(NotFound, match=r"10 of 10 failed, the last with AttributeError: .*'depht'"):
        _ = result.best
    with pytest.raises(NotFound, match=r"no trial completed within the bounds, of 3$"):
        _ = search(ToySpace(), score, trials=3, strategy="random", constraints=[{"metric": "score", "min": 9}]).best


def test_numbers_that_are_none_fail_their_trials():
    result = search(ToySpace(), lambda toy: math.nan, trials=3, strategy="random")
    assert {trial.failure.kind for trial in result.trials} == {FailureKind.DIVERGED}


def test_several_objectives_give_a_front():
    result = search(
        ToySpace(),
        lambda toy: {"score": score(toy), "cost": toy.depth},
        objectives=["score", {"metric": "cost", "goal": "minimize"}],
        trials=40,
        strategy="random",
    )
    assert [row.metrics["cost"] for row in result.pareto] == [4.0, 3.0]
    assert result.pareto[0] == result.best


def test_the_leaderboard_is_asked_as_everywhere():
    result = search(ToySpace(), lambda toy: {"score": score(toy), "depth": toy.depth}, trials=30, strategy="random")
    rows = result.leaderboard(where=["depth<4"], limit=5)
    assert len(rows) == 5
    assert [row.metrics["score"] for row in rows] == sorted((row.metrics["score"] for row in rows), reverse=True)
    assert {row.architecture.depth for row in rows} == {3}
    assert result.leaderboard(sort="depth:asc")[0].metrics["depth"] == 3.0
    with pytest.raises(InvalidQuery):
        result.leaderboard(where=["depth?4"])


def test_static_metrics_keep_bounds_before_the_function_is_called():
    called = []
    result = search(
        ToySpace(),
        lambda toy: called.append(toy) or score(toy),
        trials=15,
        strategy="random",
        static_metrics={"depth": lambda toy: toy.depth},
        constraints=[Constraint(metric="depth", max=3)],
    )
    assert len(called) == 15
    assert {toy.depth for toy in called} == {3}
    assert {trial.static_metrics["depth"] for trial in result.trials} == {3.0}


def test_a_scheduler_stops_weak_trials_of_a_function_that_yields():
    result = search(
        ToySpace(),
        lambda toy: (score(toy) * epoch for epoch in range(1, 10)),
        trials=20,
        strategy="random",
        scheduler={"kind": "median", "min_trials": 2},
        epochs=9,
    )
    assert TrialStatus.STOPPED in {trial.status for trial in result.trials}
    assert min(len(trial.measurements) for trial in result.trials) < 9


def test_a_strategy_may_be_an_object():
    named = search(ToySpace(), score, trials=10, strategy="random")
    assert genotypes(search(ToySpace(), score, trials=10, strategy=Random())) == genotypes(named)


def test_a_search_begins_with_given_architectures_and_learns_from_an_earlier_one():
    storage = MemoryStorage()
    first = search(ToySpace(), score, trials=12, strategy="random", storage=storage, name="first")
    given = first.best.architecture.model_dump(mode="json")
    begun = search(ToySpace(), score, trials=3, strategy="random", begin_with={"candidates": [given]}, seed=9)
    assert begun.trials[0].architecture == first.best.architecture.model_dump(mode="json")
    learned = search(
        ToySpace(),
        score,
        trials=6,
        strategy=EVOLUTION,
        storage=storage,
        name="second",
        begin_with={"search": "first", "top": 0, "learn": True},
    )
    assert not {trial.architecture_id for trial in first.trials} & {trial.architecture_id for trial in learned.trials}


def test_wrong_arguments_are_told_as_those_of_a_document():
    with pytest.raises(DocumentError) as told:
        search(ToySpace(), score, trials=0, strategy={"kind": "evolution", "populatoin": 3}, epochs=0, name="a b")
    assert set(dict(told.value.problems)) == {"budget.trials", "strategy.populatoin", "task.epochs", "name"}
    with pytest.raises(InvalidOptions, match="unknown kind 'vggg'; did you mean 'vgg'"):
        search("vggg", score, trials=1)


def test_what_a_storage_keeps_is_given_back_or_gone_on_with(tmp_path):
    calls = []

    def judged(toy):
        calls.append(toy)
        if len(calls) == 6:
            raise KeyboardInterrupt
        return score(toy)

    def asked():
        storage = open_storage(f"sqlite:///{tmp_path / 'nas.db'}")
        try:
            return search(ToySpace(), judged, trials=12, strategy=EVOLUTION, storage=storage)
        finally:
            storage.close()

    with pytest.raises(KeyboardInterrupt):
        asked()
    resumed = asked()
    assert genotypes(resumed) == genotypes(search(ToySpace(), score, trials=12, strategy=EVOLUTION))
    assert len(calls) == 13  # the one that was interrupted twice
    assert genotypes(asked()) == genotypes(resumed)
    assert len(calls) == 13
    assert not (tmp_path / ".nas").exists()


def test_a_search_of_python_goes_on_nowhere_else():
    storage = MemoryStorage()
    found = search(ToySpace(), score, trials=3, strategy=Random(), storage=storage, objectives=[Objective(metric="s")])
    with pytest.raises(DocumentError, match="of what was given in Python goes on only there"):
        open_controller(storage, found.search.id, owner="another", home=Path("home"), space=ToySpace())


def test_an_evaluator_of_a_function_is_what_a_driver_is_given():
    given = []
    search(ToySpace(), score, trials=2, drive=lambda controller, evaluator: given.append((controller, evaluator)))
    (controller, evaluator) = given[0]
    assert isinstance(evaluator, FunctionEvaluator)
    assert controller.document.budget.trials == 2
