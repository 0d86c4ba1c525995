"""Plain functions as evaluators."""

from dataclasses import replace
from itertools import count
from typing import Literal

import pytest

from nas.errors import DocumentError, TrialFailure
from nas.evaluating import FunctionEvaluator, evaluate
from nas.records import Assignment
from nas.tasks.options import TaskOptions
from nas.testing.evaluators import EvaluatorSuite
from search_spaces.testing import ToyArchitecture

TOY = ToyArchitecture(stages=("narrow", "wide", "narrow"), depth=4, taps=(1, 2), activation="leaky", slope=3)


class ToyTask(TaskOptions):
    kind: Literal["toy"] = "toy"
    weight: float = 2.0


def toy_assignment(**fields):
    assignment = Assignment(
        search_id="a",
        search_name="a",
        number=0,
        attempt=1,
        seed=0,
        architecture=TOY.model_dump(mode="json"),
        task=ToyTask().model_dump(mode="json"),
        cpus=1,
        gpus=0,
        directory="trial",
        cache_directory="cache",
    )
    return replace(assignment, **fields)


def evaluator(function, **fields):
    return FunctionEvaluator(function=function, metric="score", load=ToyArchitecture.load, **fields)


def curve(function, *, timeout_s=None, **fields):
    return list(evaluator(function, **fields)(toy_assignment(timeout_s=timeout_s)))


class TestFunctionEvaluator(EvaluatorSuite):
    @pytest.fixture
    def evaluator(self):
        return evaluator(lambda toy: iter((toy.depth, toy.depth + 1)))

    @pytest.fixture
    def assignment(self):
        return toy_assignment()


def test_a_number_is_the_metric_and_a_mapping_names_its_own():
    assert [each.metrics for each in curve(lambda toy: toy.depth)] == [{"score": 4.0}]
    assert [each.metrics for each in curve(lambda toy: {"a": toy.depth, "b": 0.5})] == [{"a": 4.0, "b": 0.5}]


def test_what_is_yielded_comes_once_per_epoch():
    told = curve(lambda toy: ({"score": toy.depth * epoch} for epoch in (1, 2, 3)))
    assert [(each.fidelity, each.metrics["score"]) for each in told] == [(1, 4.0), (2, 8.0), (3, 12.0)]


def test_options_of_the_task_are_given_where_there_is_a_model_of_them():
    assert curve(lambda toy, task: toy.depth * task.weight, options=ToyTask)[0].metrics == {"score": 8.0}


@pytest.mark.parametrize("wrong", [None, "4", [4], {"score": None}, {3: 4}])
def test_anything_else_is_a_failure_that_says_what_was_allowed(wrong):
    with pytest.raises(TrialFailure, match="the function must give a number, a mapping of metrics to numbers"):
        curve(lambda _: wrong)


def test_stopping_a_trial_ends_the_function():
    ended = []

    def judged(toy):
        try:
            yield from count()
        finally:
            ended.append(toy)

    measurements = evaluator(judged)(toy_assignment())
    next(measurements)
    measurements.close()
    assert ended == [TOY]


def test_time_is_measured_and_its_limit_kept_between_epochs():
    seconds = iter((0.0, 1.0, 3.0))
    with pytest.raises(TrialFailure, match=r"took 3.0 s, allowed were 2 s \(trial_timeout_s\); stopped after epoch 2"):
        curve(lambda _: count(), clock=lambda: next(seconds), timeout_s=2)
    seconds = iter((5.0, 6.5))
    assert [each.elapsed_s for each in curve(lambda _: 1, clock=lambda: next(seconds))] == [1.5]


def test_a_task_that_no_package_brings_is_told():
    with pytest.raises(DocumentError, match=r"^task.kind: must be an installed kind, got 'toy'"):
        evaluate(toy_assignment())
