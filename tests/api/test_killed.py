"""A search whose process is killed twenty times, anywhere, ends with the same trials as one that is left alone: with
every strategy under every scheduler."""

import json
import os
import subprocess
import sys
from itertools import product

import pytest

KILLS = 20
LAG = {"lag": 8}
STRATEGIES = {
    "random": {"kind": "random"},
    "exhaustive": {"kind": "exhaustive"},
    "local_search": {"kind": "local_search", **LAG},
    "evolution": {"kind": "evolution", "population": 6, "sample": 3, **LAG},
    "nsga2": {"kind": "nsga2", **LAG},
    "reinforce": {"kind": "reinforce", **LAG},
    "optuna": {"kind": "optuna", **LAG},
    "predictor": {"kind": "predictor", **LAG},
}
SCHEDULERS = {"none": None, "asha": {"kind": "asha", "eta": 2}, "median": {"kind": "median", "min_trials": 3}}
PAIRS = list(product(STRATEGIES, SCHEDULERS))
BEGUN = [(strategy, "none") for strategy in ("local_search", "reinforce", "optuna", "predictor")] + [
    ("evolution", "asha"),
]


def killed(folder, **given):
    ran = subprocess.run(
        [sys.executable, "-m", "tests.api.killed_search"],
        input=json.dumps({"folder": str(folder), **given}),
        capture_output=True,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def fields_of(strategy, scheduler):
    objectives = [{"metric": "AP"}] + [{"metric": "params", "goal": "minimize"}] * (strategy == "nsga2")
    return {
        "space": {"kind": "fixed", "architecture": "spinenet-49"},  # the toy space stands in for it
        "strategy": STRATEGIES[strategy],
        "scheduler": SCHEDULERS[scheduler],
        "objectives": objectives,
        "budget": {"trials": 36},
        "resources": {"concurrent": 4},
    }


@pytest.mark.parametrize(("strategy", "scheduler"), PAIRS)
def test_killed_at_twenty_points_a_search_ends_as_if_it_had_been_left_alone(tmp_path, strategy, scheduler):
    fields = fields_of(strategy, scheduler)
    told = killed(tmp_path, fields=fields, kills=KILLS, seed=f"{strategy}/{scheduler}")
    assert told["kills"] == KILLS
    assert told["killed"] == told["whole"]
    assert len(told["whole"]) == 36


@pytest.mark.parametrize(("strategy", "scheduler"), BEGUN)
def test_so_does_one_that_began_with_an_earlier_search(tmp_path, strategy, scheduler):
    fields = fields_of(strategy, scheduler)
    earlier = {**fields, "name": "cells", "seed": 7, "strategy": {"kind": "random"}, "budget": {"trials": 30}}
    fields["begin_with"] = {"search": "cells", "top": 3, "learn": True}
    told = killed(tmp_path, fields=fields, earlier=earlier, kills=KILLS, seed=f"{strategy}/{scheduler}")
    assert told["kills"] == KILLS
    assert told["killed"] == told["whole"]
    assert len(told["whole"]) == 36
