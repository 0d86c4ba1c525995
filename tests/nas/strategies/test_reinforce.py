"""Policy gradients: what they learn from, and that they are found again after a crash."""

import random
import subprocess
import sys
from dataclasses import replace
from statistics import fmean

import pytest

from nas.drivers.inline import run_inline
from nas.errors import DocumentError
from nas.memory import MemoryStorage
from nas.objectives import Objective
from nas.ports import Outcome
from nas.rewards import WeightedReward
from nas.strategies.registry import strategy_from
from nas.strategies.reinforce import Expectation, Reinforce, ReinforceStrategy, reinforce_from
from nas.testing.searches import ToyEvaluator, toy_controller, toy_document
from nas.testing.strategies import StrategySuite, first, history_of, toy_setting
from search_spaces.genotypes import sample
from search_spaces.joint.space import JointSpace
from search_spaces.testing import ToySpace, ToyTrainingSpace

SPACE = ToySpace()


def reinforce(*, objectives=1, **options):
    goals = tuple(Objective(metric=f"value_{index}") for index in range(objectives))
    return Reinforce(options=ReinforceStrategy(**{"batch": 5, "hidden": 8, **options}), objectives=goals)


def asked(strategy, history, *, seed=0, space=SPACE):
    return [draw.genotype for draw in first(strategy.ask(space, history, len(history), random.Random(seed)), 5)]


class TestReinforce(StrategySuite):
    @pytest.fixture
    def strategy(self):
        return reinforce()


class TestReinforceOverAJointSpace(StrategySuite):
    @pytest.fixture
    def space(self):
        return JointSpace({"backbone": ToySpace(), "training": ToyTrainingSpace()})

    @pytest.fixture
    def strategy(self):
        return reinforce(batch=10)

    test_another_process_proposes_the_same = None  # it takes seconds to import torch there, and once is enough


def test_trials_before_the_first_update_are_uniform_samples():
    history = history_of(SPACE, 4)
    assert next(reinforce().ask(SPACE, history, 4, random.Random(1))) == sample(SPACE, random.Random(1))


def test_draws_the_history_holds_are_thrown_away():
    history = history_of(SPACE, 100)
    held = {outcome.genotype for outcome in history}
    for seed in range(5):
        assert not held & set(asked(reinforce(), history, seed=seed))


def test_it_goes_on_after_a_crash_as_it_would_have():
    lived = reinforce()
    for length in range(0, 60):
        alive = asked(lived, history_of(SPACE, length, without_result=(7, length - 1)))
    assert asked(reinforce(), history_of(SPACE, 59, without_result=(7, 58))) == alive


def test_a_late_result_is_learned_from_as_if_it_had_come_in_time():
    late = reinforce()
    asked(late, history_of(SPACE, 60, without_result=(21, 41)))
    assert asked(late, history_of(SPACE, 60)) == asked(reinforce(), history_of(SPACE, 60))


def test_a_result_that_is_pending_changes_nothing():
    history = history_of(SPACE, 20)
    pending = replace(history[3], number=20, genotype=sample(SPACE, random.Random(99)).genotype, values=None)
    assert asked(reinforce(), [*history, replace(pending, pending=True)]) == asked(reinforce(), history)


def test_the_reward_the_document_states_is_what_is_learned():
    history = [replace(outcome, values=(*outcome.values, 0.0)) for outcome in history_of(SPACE, 20)]
    leading = reinforce(objectives=2)
    nothing = reinforce(objectives=2, reward=WeightedReward(weights={"value_1": 1.0}))
    twice = reinforce(objectives=2, reward=WeightedReward(weights={"value_0": 2.0, "value_1": 5.0}))
    assert asked(leading, history) == asked(twice, history) != asked(nothing, history)


def outcome(**fields):
    return Outcome(**{"number": 9, "genotype": (0,), "values": (0.0,), **fields})


def expectation(*rewards):
    expected = Expectation()
    for reward in rewards:
        expected = expected.seen(reward).moved(reward, decay=0.9)
    return expected


def test_a_failed_trial_counts_as_the_worst_so_far():
    assert expectation(3.0, 1.0, 2.0).reward(outcome(values=None), None) == 1.0
    assert Expectation().reward(outcome(values=None), None) == 0


def test_a_trial_that_breaks_a_constraint_counts_less_than_the_worst_and_the_less_the_more_it_breaks():
    expected = expectation(3.0, 1.0, 2.0)
    little, much = (expected.reward(outcome(violation=violation), 99.0) for violation in (0.1, 3.0))
    assert 1.0 > little > much == pytest.approx(1 - 2 * 3 / 4)


def test_a_trial_stopped_early_counts_no_more_than_the_average():
    expected = expectation(3.0, 1.0, 2.0)
    assert expected.reward(outcome(fidelity=0.5), 99.0) == pytest.approx(2.0)
    assert expected.reward(outcome(fidelity=0.5), 0.5) == 0.5
    assert expected.reward(outcome(), 99.0) == 99


def test_rewards_are_held_to_their_moving_average_in_standard_deviations():
    expected = expectation(*[1.0, 3.0] * 20)
    assert expected.mean == pytest.approx(2.0, abs=0.2)
    assert expected.advantage(3.0) == pytest.approx(1.0, abs=0.2)
    assert Expectation().advantage(5.0) == 0


def test_units_do_not_matter():
    history = history_of(SPACE, 20)
    in_percent = [replace(outcome, values=(128 * outcome.values[0],)) for outcome in history]
    assert asked(reinforce(), history) == asked(reinforce(), in_percent)


def test_equal_rewards_teach_nothing():
    expected = expectation(*[0.1 + 0.2, 0.3] * 20)
    assert expected.advantage(0.1 + 0.2) == expected.advantage(0.3) == 0


def test_an_outlier_does_not_hide_what_follows():
    expected = expectation(*[1.0, 3.0] * 20, -1e9)
    assert expected.advantage(3.0) > 0.3
    assert expected.advantage(-1e9) == -3


def test_the_core_is_imported_without_torch():
    code = "import sys, nas.strategies.registry; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_without_torch_the_document_is_refused_with_a_sentence(monkeypatch):
    monkeypatch.setattr("nas.strategies.reinforce.find_spec", lambda _: None)
    with pytest.raises(DocumentError, match="needs torch, which is not installed"):
        reinforce_from(ReinforceStrategy(), toy_setting())


def test_its_options_make_the_strategy():
    options = ReinforceStrategy(batch=3)
    assert strategy_from(options, toy_setting()) == Reinforce(options=options, objectives=toy_setting().objectives)


COSTLY = {"metric": "macs", "goal": "minimize"}


def test_a_document_states_a_reward_of_its_objectives_or_is_refused():
    reward = {"kind": "mnasnet", "cost": "macs", "target": 2000, "alpha": 0, "beta": -1}
    strategy = {"kind": "reinforce", "reward": reward}
    document = toy_document(strategy=strategy, objectives=[{"metric": "AP"}, COSTLY], budget={"trials": 40})
    storage = MemoryStorage()
    controller = toy_controller(storage, document)
    run_inline(controller, ToyEvaluator())
    assert len(storage.trials(controller.search_id)) == 40
    with pytest.raises(DocumentError, match=r"strategy.reward.cost: must be one of the objectives, AP, got 'macs'"):
        toy_document(strategy=strategy)


def mean_score(strategy, seed):
    storage = MemoryStorage()
    controller = toy_controller(storage, toy_document(strategy=strategy, budget={"trials": 80}, seed=seed))
    run_inline(controller, ToyEvaluator())
    return fmean(trial.metrics["AP"] for trial in storage.trials(controller.search_id)[30:])


def test_it_finds_better_trials_than_chance():
    gains = [mean_score({"kind": "reinforce"}, seed) - mean_score({"kind": "random"}, seed) for seed in range(3)]
    assert fmean(gains) > 0.1, "over three fixed seeds; scores lie between 2.8 and 5.1"
