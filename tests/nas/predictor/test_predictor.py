"""The predictor: what it learns from and keeps out, and that nothing it remembers changes a proposal."""

import random
import subprocess
import sys
from dataclasses import replace
from itertools import islice
from statistics import fmean

import pytest

from nas.drivers.inline import run_inline
from nas.memory import MemoryStorage
from nas.objectives import Constraint
from nas.ports import Outcome
from nas.predictor.options import PredictorStrategy
from nas.predictor.predictor import Predictor, last_lesson, parents_of, pool_size
from nas.strategies.registry import strategy_from
from nas.testing.searches import ToyEvaluator, toy_controller, toy_document, toy_metrics
from nas.testing.strategies import StrategySuite, first, history_of, toy_setting
from search_spaces.errors import InvalidArchitecture
from search_spaces.genotypes import decode, sample
from search_spaces.joint.space import JointSpace
from search_spaces.testing import ToySpace, ToyTrainingSpace

SPACE = ToySpace()
JOINT = JointSpace({"backbone": ToySpace(), "training": ToyTrainingSpace()})


def predictor(*, static_metrics=toy_metrics, constraints=(), **options):
    options = PredictorStrategy(**{"initial": 4, "candidates": 30, **options})
    return Predictor(options=options, static_metrics=static_metrics, constraints=constraints)


def asked(strategy, history, *, seed=0, space=SPACE, most=5):
    return first(strategy.ask(space, history, len(history), random.Random(seed)), most)


def judged(space, length, value):
    """A history of random candidates with the values that `value` gives their architectures."""
    outcomes = []
    for number in range(length):
        draw = sample(space, random.Random(number))
        outcomes.append(Outcome(number=number, genotype=draw.genotype, values=value(draw.architecture)))
    return tuple(outcomes)


class TestPredictor(StrategySuite):
    @pytest.fixture
    def strategy(self):
        return predictor(initial=8, candidates=10)


class TestPredictorOverAJointSpace(StrategySuite):
    @pytest.fixture
    def space(self):
        return JOINT

    @pytest.fixture
    def strategy(self):
        return predictor(initial=8, candidates=10, static_metrics=None)

    test_another_process_proposes_the_same = None  # once is enough, and so it is of this one
    test_the_order_of_asking_does_not_matter = None


def test_the_first_trials_are_uniform_samples():
    history = history_of(SPACE, 3)
    assert next(predictor().ask(SPACE, history, 3, random.Random(1))) == sample(SPACE, random.Random(1))


def test_trials_without_a_result_do_not_count_among_the_first():
    history = history_of(SPACE, 30, without_result=range(27))
    assert asked(predictor(), history, most=1) == [sample(SPACE, random.Random(0))]


def test_what_history_holds_comes_only_when_the_pool_is_empty():
    history = history_of(SPACE, 20)
    tried = {outcome.genotype for outcome in history}
    assert not tried & {draw.genotype for draw in asked(predictor(), history, most=10)}


def test_the_best_option_is_kept_and_the_untried_ones_come_in_the_order_of_what_they_promise():
    history = judged(JOINT, 40, lambda joint: (10.0 * (joint.parts["backbone"].depth == 4),))
    promised = asked(predictor(static_metrics=None), history, space=JOINT)
    assert all(draw.architecture.parts["backbone"].depth == 4 for draw in promised)


def test_a_number_is_searched_where_it_was_good():
    history = judged(JOINT, 60, lambda joint: (-abs(joint.parts["training"].decay - 0.2),))
    promised = asked(predictor(static_metrics=None, candidates=100), history, space=JOINT)
    assert all(abs(draw.architecture.parts["training"].decay - 0.2) <= 0.4 for draw in promised)


def test_what_was_remembered_changes_no_proposal():
    histories = [history_of(SPACE, length, without_result=(1, length - 1)) for length in range(5, 60, 9)]
    one = predictor()
    kept = [asked(one, history) for history in histories]
    assert kept == [asked(predictor(), history) for history in histories]
    assert kept == [asked(one, history) for history in histories], "also when the early ones were forgotten"


def test_a_late_result_of_an_early_trial_is_learned():
    history = [*history_of(JOINT, 40, without_result=(3,))]
    strategy = predictor(static_metrics=None)
    before = asked(strategy, history, space=JOINT)
    history[3] = replace(history[3], values=(50.0,), pending=False)
    after = asked(strategy, history, space=JOINT)
    assert before != after == asked(predictor(static_metrics=None), history, space=JOINT)


def test_the_number_of_threads_changes_no_proposal():
    program = """
import random, sys
from nas.predictor.options import PredictorStrategy
from nas.predictor.predictor import Predictor
from nas.testing.strategies import first, history_of
from search_spaces.joint.space import JointSpace
from search_spaces.testing import ToySpace, ToyTrainingSpace
space = JointSpace({"backbone": ToySpace(), "training": ToyTrainingSpace()})
history = history_of(space, 100)
print([draw.genotype for draw in first(Predictor().ask(space, history, 100, random.Random(1)), 20)])
"""
    told = [
        subprocess.run(
            [sys.executable, "-c", program],
            env={"OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads},
            capture_output=True,
            check=True,
        ).stdout
        for threads in ("1", "2")
    ]
    assert told[0] == told[1]


def test_candidates_that_break_a_bound_or_cannot_be_built_are_kept_out():
    def metrics(architecture):
        if architecture.activation == "relu":
            raise InvalidArchitecture([("activation", "must be something else, got relu")])
        return toy_metrics(architecture)

    strategy = predictor(static_metrics=metrics, constraints=(Constraint(metric="macs", max=2000),))
    history = judged(SPACE, 12, lambda toy: (float(toy.slope),))
    for draw in asked(strategy, history, most=8):
        assert draw.architecture.activation != "relu"
        assert draw.architecture.slope <= 2


def test_what_breaks_measured_bounds_is_avoided():
    history = [
        replace(outcome, violation=float(decode(SPACE, outcome.genotype).slope > 1))
        for outcome in judged(SPACE, 40, lambda toy: (float(toy.slope),))
    ]
    assert all(draw.architecture.slope <= 1 for draw in asked(predictor(), history, most=3))


def test_less_violation_is_sought_while_nothing_is_feasible():
    history = [
        replace(outcome, violation=2.0 + decode(SPACE, outcome.genotype).slope)
        for outcome in judged(SPACE, 40, lambda toy: (float(toy.slope),))
    ]
    assert all(draw.architecture.slope == 0 for draw in asked(predictor(), history, most=3))


def test_what_failed_is_avoided():
    history = [
        replace(outcome, values=None) if decode(SPACE, outcome.genotype).depth == 4 else outcome
        for outcome in judged(SPACE, 40, lambda toy: (toy.taps[0] / 8,))
    ]
    assert all(draw.architecture.depth == 3 for draw in asked(predictor(), history, most=3))


def test_several_objectives_are_weighed_anew_for_every_number():
    history = judged(JOINT, 40, lambda joint: (joint.parts["training"].steps, -joint.parts["training"].steps))
    strategy = predictor(static_metrics=None)
    steps = [
        asked(strategy, history, seed=seed, space=JOINT)[0].architecture.parts["training"].steps for seed in range(8)
    ]
    assert {steps[0]} < set(steps), "a compromise for every weighing"


def test_the_pool_shrinks_in_long_searches():
    assert [pool_size(150, ended) for ended in (0, 100, 300, 600, 10_000)] == [150, 150, 150, 75, 12]


def test_parents_are_the_root_of_all_but_at_least_five():
    assert [parents_of(finished) for finished in (3, 10, 100, 10_000)] == [3, 5, 10, 100]


def test_lessons_are_learned_again_when_a_tenth_was_added():
    assert [last_lesson(ended, start=10) for ended in (4, 10, 19, 20, 21, 24)] == [4, 10, 19, 20, 20, 24]


def test_the_pool_is_followed_by_uniform_samples():
    drawn = {draw.genotype for draw in islice(predictor().ask(SPACE, history_of(SPACE, 20), 20, random.Random(0)), 400)}
    assert {outcome.genotype for outcome in history_of(SPACE, 20)} & drawn


def test_options_make_it_and_costs_can_be_left_out():
    made = strategy_from(PredictorStrategy(costs=False), toy_setting())
    assert isinstance(made, Predictor)
    assert made.static_metrics is None
    assert strategy_from(PredictorStrategy(), toy_setting()).static_metrics is not None


def mean_score(strategy, seed):
    storage = MemoryStorage()
    controller = toy_controller(storage, toy_document(strategy=strategy, budget={"trials": 30}, seed=seed))
    run_inline(controller, ToyEvaluator())
    return fmean(trial.metrics["AP"] for trial in storage.trials(controller.search_id)[10:])


def test_the_predictor_finds_better_trials_than_chance():
    options = {"kind": "predictor", "initial": 8, "candidates": 20}
    gains = [mean_score(options, seed) - mean_score({"kind": "random"}, seed) for seed in range(3)]
    assert fmean(gains) > 0.2, "over three fixed seeds; scores lie between 2.8 and 5.1"
