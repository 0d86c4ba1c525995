"""Candidates are scored on warm actors as they are inline."""

import os
import random
import signal

import pytest

from nas.drivers.inline import run_inline
from nas.errors import ScreeningFailed
from nas.testing.searches import ToyEvaluator, toy_controller, toy_document, toy_screener
from search_spaces.genotypes import sample
from search_spaces.testing import ToySpace
from tests.workers.ray_cluster.toy_runs import outcome
from workers.ray_cluster.screening import screening_pool

pytestmark = pytest.mark.ray


def toys(count):
    return [sample(ToySpace(), random.Random(seed)).architecture for seed in range(count)]


def deadly(fatal):
    """What makes a screener that dies under some architectures, and tells in which process it scores the others."""

    def score(architectures):
        if architectures[0].architecture_id in fatal:
            os.kill(os.getpid(), signal.SIGKILL)
        return [{"nwot": float(os.getpid())}]

    return lambda: score


def test_candidates_are_screened_as_inline(storage, drive):
    fields = {"screening": {"pool": 4, "scores": ["synflow"]}, "budget": {"trials": 6}}
    inline = toy_controller(storage, toy_document(**fields), screener=toy_screener)
    run_inline(inline, ToyEvaluator())
    with screening_pool(lambda: toy_screener, {}, actors=2) as screener:
        on_ray = toy_controller(storage, toy_document(**fields), screener=screener)
        drive(on_ray, ToyEvaluator())
    assert outcome(storage, on_ray) == outcome(storage, inline)
    assert all("synflow" in trial.static_metrics for trial in storage.trials(on_ray.search_id))


def test_scoring_workers_stay_warm_and_one_that_dies_is_replaced(local_ray):
    architectures = toys(6)
    with screening_pool(deadly([architectures[1].architecture_id]), {}, actors=2) as screener:
        before = screener(architectures[2:])
        answers = screener(architectures)
        after = screener(architectures[2:])
    processes = {answer["nwot"] for answer in (*before, *after, *answers[:1], *answers[2:])}
    assert len(processes) <= 2 + 2
    assert answers[1].startswith("the worker process died: ")
    assert answers[1].endswith(", 2 times")
    assert len({answer["nwot"] for answer in after}) <= 2


def test_a_screener_that_cannot_score_at_all_is_told(local_ray):
    architectures = toys(2)
    everything = deadly([architecture.architecture_id for architecture in architectures])
    for screener, sentence in (
        ("nowhere.to:be", "No module named 'nowhere'"),
        (everything, "whatever was to be scored, the worker process died"),
    ):
        with screening_pool(screener, {}, actors=2) as pool, pytest.raises(ScreeningFailed, match=sentence):
            pool(architectures)
