"""The rules a document leaves to a default."""

import pytest

from nas.document import Budget
from nas.rules import comparison_of, lag_of, max_failures, trial_budget, unseen_by
from nas.testing.searches import EVOLUTION, toy_document


@pytest.mark.parametrize(("trials", "failures"), [(1, 5), (10, 5), (12, 6), (1000, 500)])
def test_half_of_the_trials_may_fail_and_five_always(trials, failures):
    assert max_failures(Budget(trials=trials)) == failures
    assert max_failures(Budget(trials=trials, max_failures=2)) == 2


def test_the_lag_is_twice_the_concurrency_unless_named():
    assert lag_of(toy_document(strategy=EVOLUTION, resources={"concurrent": 3})) == 6
    assert lag_of(toy_document(strategy={**EVOLUTION, "lag": 4})) == 4
    assert lag_of(toy_document(strategy={**EVOLUTION, "lag": "none"})) == "none"
    assert lag_of(toy_document(strategy={"kind": "random"})) == 31, "longer than the search: it never waits"


def test_a_proposal_sees_all_but_the_lag_or_what_runs_beside_it():
    assert unseen_by(toy_document(strategy={**EVOLUTION, "lag": 4})) == 3
    assert unseen_by(toy_document(strategy={**EVOLUTION, "lag": "none"}, resources={"concurrent": 3})) == 2


def test_a_fixed_list_ends_the_search():
    fixed = {"kind": "fixed", "candidates": ["spinenet-49", "r0-sp53"]}
    assert trial_budget(toy_document(strategy=fixed)) == 2
    assert trial_budget(toy_document(strategy=fixed, budget={"trials": 1})) == 1
    assert trial_budget(toy_document()) == 30


def test_a_fixed_list_comes_on_top_of_what_the_search_begins_with():
    fixed = {"kind": "fixed", "candidates": ["spinenet-49"]}
    begin_with = {"candidates": ["r0-sp53"], "search": "cells", "top": 2}
    assert trial_budget(toy_document(strategy=fixed, begin_with=begin_with)) == 4
    assert trial_budget(toy_document(strategy=fixed, begin_with=begin_with, budget={"trials": 3})) == 3


def test_the_best_are_compared_where_anything_listed_has_controls():
    resizer = {"kind": "resizer", "input_size": 256, "output_size": 128}
    for listed in ({"architecture": resizer}, {"architectures": [{**resizer, "blocks": 2}, resizer]}):
        parts = {"backbone": {"kind": "spinenet"}, "resizer": {"kind": "fixed", **listed}}
        assert comparison_of(toy_document(space={"kind": "joint", "parts": parts})) is not None
    several = {"kind": "fixed", "architectures": ["spinenet-49", "spinenet-96"]}
    assert comparison_of(toy_document(space=several)) is None
