"""The samplers of Optuna over our choices and our history."""

import inspect
import logging
import random
from dataclasses import replace
from itertools import islice
from statistics import fmean

import pytest
from optuna.samplers import TPESampler

from nas.document import parse_document
from nas.drivers.inline import run_inline
from nas.errors import DocumentError
from nas.memory import MemoryStorage
from nas.ports import Outcome
from nas.strategies.optuna import KINDS, Optuna, OptunaStrategy, optuna_from
from nas.testing.searches import ToyEvaluator, toy_controller, toy_document
from nas.testing.strategies import StrategySuite, history_of, toy_setting
from search_spaces.genotypes import decode, sample
from search_spaces.joint.space import JointSpace
from search_spaces.testing import ToySpace, ToyTrainingSpace

SPACE = ToySpace()
JOINT = JointSpace(parts={"backbone": ToySpace(), "training": ToyTrainingSpace()})


def strategy_with(sampler="tpe", *, objectives=1, **options):
    return optuna_from(OptunaStrategy(sampler=sampler, options=options), toy_setting(objectives=objectives))


class TestTpe(StrategySuite):
    @pytest.fixture
    def strategy(self) -> Optuna:
        return strategy_with()


class TestTpeOfAJointSpace(TestTpe):
    @pytest.fixture
    def space(self) -> JointSpace:
        return JOINT


class TestNsga2(StrategySuite):
    @pytest.fixture
    def strategy(self) -> Optuna:
        return strategy_with("nsga2", population_size=8)


def proposals(strategy, history, times=20, space=SPACE):
    number = len(history)
    return [next(strategy.ask(space, history, number, random.Random(seed))) for seed in range(times)]


def histories(objectives):
    """With stopped, failed, pending trials and broken bounds; long enough for every sampler to learn."""
    rng = random.Random(0)
    rows = history_of(SPACE, 40, without_result=(3, 7, 20, 39))
    return tuple(replace(row, values=row.values and tuple(rng.random() for _ in range(objectives))) for row in rows)


@pytest.mark.parametrize("objectives", [1, 3])
@pytest.mark.parametrize("sampler", ["tpe", "nsga2", "nsga3", "random"])
def test_every_sampler_proposes_for_one_objective_and_for_several(sampler, objectives):
    strategy = strategy_with(sampler, objectives=objectives)
    draws = list(islice(strategy.ask(SPACE, histories(objectives), 40, random.Random(1)), 2))
    again = list(islice(strategy.ask(SPACE, histories(objectives), 40, random.Random(1)), 2))
    assert draws == again
    assert all(decode(SPACE, draw.genotype) == draw.architecture for draw in draws)


def scored(space, score, length, **fields):
    genotypes = [sample(space, random.Random(number)).genotype for number in range(length)]
    return tuple(
        Outcome(number=number, genotype=genotype, values=(score(decode(space, genotype)),), **fields)
        for number, genotype in enumerate(genotypes)
    )


@pytest.mark.parametrize("sampler", ["tpe", "nsga2"])
@pytest.mark.parametrize(
    ("score", "chance"),
    [
        (lambda toy: float(toy.stages[0] == "wide"), 1 / 3),
        (lambda toy: float(0 in toy.taps), 7 / 12),
        (lambda toy: float(toy.activation == "leaky"), 1 / 3),
        (lambda toy: float(toy.slope >= 3), 1 / 6),
    ],
    ids=["ordering", "subset", "one of", "conditional"],
)
def test_what_scores_is_proposed_more_often_than_by_chance(sampler, score, chance):
    strategy = strategy_with(sampler, **({"population_size": 12} if sampler == "nsga2" else {}))
    draws = proposals(strategy, scored(SPACE, score, 60), times=20)
    assert fmean(score(draw.architecture) for draw in draws) > chance + 0.15


def test_numbers_are_sought_near_those_that_score():
    strategy = strategy_with()
    space = ToyTrainingSpace()
    history = scored(space, lambda training: -abs(training.decay - 0.4) - (training.steps == 1), 80)
    near = [abs(draw.architecture.decay - 0.4) for draw in proposals(strategy, history, times=30, space=space)]
    assert fmean(near) < 0.2, "0.52 by chance"


def test_with_several_objectives_what_is_best_in_both_is_proposed():
    rows = scored(SPACE, lambda toy: float(toy.slope), 60)
    history = [replace(row, values=(row.values[0], row.values[0] * 2)) for row in rows]
    draws = proposals(strategy_with(objectives=2), history, times=30)
    assert fmean(draw.architecture.slope for draw in draws) > 1.5, "0.83 by chance"


@pytest.mark.parametrize("fields", [{"violation": 1.0}, {"fidelity": 0.25}])
def test_what_breaks_a_bound_or_was_stopped_early_is_no_model(fields):
    shown = scored(SPACE, lambda toy: float(toy.slope), 60)
    weak = tuple(replace(row, **fields) if decode(SPACE, row.genotype).slope else row for row in shown)
    slopes = [draw.architecture.slope for draw in proposals(strategy_with(), weak, times=30)]
    assert fmean(slopes) < 0.5, "0.83 by chance"


def test_what_is_pending_is_kept_away_from():
    history = scored(SPACE, lambda toy: toy.depth + toy.slope / 4, 40)
    best = max(history, key=lambda row: row.values)
    pending = [Outcome(number=40 + k, genotype=best.genotype, values=None, pending=True) for k in range(30)]
    alike = [
        fmean(sum(map(int.__eq__, draw.genotype, best.genotype)) for draw in proposals(strategy_with(), rows, times=30))
        for rows in (history, (*history, *pending))
    ]
    assert alike[1] < alike[0] - 0.3, alike


def test_what_history_holds_is_drawn_anew_and_counted():
    history = scored(SPACE, lambda toy: float(toy.slope), 120)
    draws = proposals(strategy_with(), history, times=30)
    assert {row.genotype for row in history}.isdisjoint(draw.genotype for draw in draws[:1])
    assert sum(draw.rejected.get("duplicate", 0) for draw in draws) > 0


def test_a_cache_never_changes_a_proposal():
    history = history_of(SPACE, 300)
    used = strategy_with()
    for number in (50, 120, 299):
        next(used.ask(SPACE, history[:number], number, random.Random(number)))
    next(used.ask(JOINT, history_of(JOINT, 30), 30, random.Random(0)))
    assert next(used.ask(SPACE, history, 300, random.Random(5))) == next(
        strategy_with().ask(SPACE, history, 300, random.Random(5))
    )


def test_a_gaussian_process_proposes_the_same_again_and_says_nothing(caplog, capfd):
    with caplog.at_level(logging.DEBUG):
        asked = [next(strategy_with("gp").ask(SPACE, histories(1), 40, random.Random(1))) for _ in range(2)]
    assert asked[0] == asked[1]
    assert not [record for record in caplog.records if record.name.startswith("optuna")]
    assert capfd.readouterr() == ("", "")


def test_what_is_experimental_is_no_warning():
    next(strategy_with("gp", deterministic_objective=True).ask(SPACE, (), 0, random.Random(1)))


@pytest.mark.parametrize("sampler", [name for name in KINDS if name != "cmaes"])  # that one is not of Optuna itself
def test_every_option_is_one_of_the_sampler(sampler):
    from nas.strategies.optuna_studies import SAMPLERS

    known = inspect.signature(SAMPLERS[sampler]).parameters
    defaults = OptunaStrategy(sampler=sampler).arguments()
    assert {name: known[name].default for name in defaults} == defaults


@pytest.mark.parametrize(
    ("options", "field", "words"),
    [
        ({"n_startup_trial": 3}, "strategy.options.n_startup_trial", "did you mean 'n_startup_trials'"),
        ({"n_startup_trials": 0}, "strategy.options.n_startup_trials", "greater than or equal to 1, got 0"),
        ({"population_size": 9}, "strategy.options.population_size", "unknown field"),
    ],
)
def test_a_wrong_option_is_told_by_its_name(options, field, words):
    data = {**toy_document().model_dump(mode="json"), "strategy": {"kind": "optuna", "options": options}}
    with pytest.raises(DocumentError) as caught:
        parse_document(data)
    assert [(name, words in sentence) for name, sentence in caught.value.problems] == [(field, True)]


def mean_score(strategy, seed):
    storage = MemoryStorage()
    controller = toy_controller(storage, toy_document(strategy=strategy, budget={"trials": 60}, seed=seed))
    run_inline(controller, ToyEvaluator())
    return fmean(trial.metrics["AP"] for trial in storage.trials(controller.search_id)[30:])


def test_tpe_finds_better_trials_than_chance():
    gains = [mean_score({"kind": "optuna"}, seed) - mean_score({"kind": "random"}, seed) for seed in range(2)]
    assert fmean(gains) > 0.1, "over two fixed seeds; scores lie between 2.8 and 5.1"


def test_without_torch_only_the_sampler_that_needs_it_is_refused(monkeypatch):
    monkeypatch.setattr("nas.strategies.optuna.find_spec", lambda _: None)
    assert strategy_with("tpe").sampler == "tpe"
    with pytest.raises(DocumentError, match=r"strategy\.sampler: gp needs torch"):
        strategy_with("gp")


def test_candidates_that_were_judged_already_are_not_judged_again(monkeypatch):
    judged = []
    judge = TPESampler._sample
    monkeypatch.setattr(TPESampler, "_sample", lambda *given: judged.append(1) or judge(*given))
    history = scored(ToyTrainingSpace(), lambda training: training.rate, 60)
    asked = strategy_with().ask(ToyTrainingSpace(), history, 60, random.Random(1))
    proposed = [next(asked) for _ in range(4)]
    known = sum(draw.rejected.get("duplicate", 0) for draw in proposed)
    assert len({draw.genotype for draw in proposed}) == 4
    assert len(judged) < 4 + known
