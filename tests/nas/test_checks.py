"""Parts of a document held beside one another."""

import pytest

from nas.checks import problems_between

SPACE = {"kind": "spinenet"}


def told(**data):
    return dict(problems_between(data))


def test_a_document_whose_parts_fit_has_no_problems():
    assert told(space=SPACE, objectives=[{"metric": "AP"}], constraints=[{"metric": "AP"}, {"metric": "macs"}]) == {}


def test_options_of_the_space_are_named_below_it():
    assert set(told(space={"kind": "spinenet", "width": -1, "windw": 2})) == {"space.width", "space.windw"}
    assert "unknown kind 'spine'" in told(space={"kind": "spine"})["space.kind"]


def test_a_metric_the_task_does_not_measure_is_refused_with_the_nearest():
    problems = told(objectives=[{"metric": "AP_smal"}], constraints=[{"metric": "latency"}])
    assert "did you mean 'AP_small'?" in problems["objectives.0.metric"]
    assert "known: AP, AP50" in problems["constraints.0.metric"]
    assert told(objectives=[{"metric": "AP50/"}]) != {}


def test_two_constraints_may_share_a_metric_and_an_objective_may_be_constrained():
    assert told(objectives=[{"metric": "AP"}], constraints=[{"metric": "AP"}, {"metric": "AP"}]) == {}


@pytest.mark.parametrize(("lag", "fits"), [(3, False), (4, True), ("none", True), (None, True)])
def test_the_lag_is_at_least_the_concurrency(lag, fits):
    problems = told(strategy={"kind": "evolution", "lag": lag}, resources={"concurrent": 4})
    assert (problems == {}) == fits


@pytest.mark.parametrize("wrong", [3, "text", [], None])
def test_what_has_the_wrong_shape_is_left_to_pydantic(wrong):
    assert told(space=wrong, task=wrong, strategy=wrong, resources=wrong, objectives=wrong, constraints=[wrong]) == {}
    assert told(space=SPACE, strategy={"kind": "fixed", "candidates": wrong}) == {}
