"""What is said about candidates and controls: verdicts by goal, by metric, and by how many seeds there are."""

import pytest

from api.comparing import (
    ComparisonList,
    ComparisonView,
    MetricComparison,
    PairedTestView,
    Verdict,
    comparisons_of,
    default_metrics,
    verdict_of,
)
from nas.errors import InvalidQuery, NotFound
from nas.estimates import Estimate
from nas.memory import MemoryStorage
from nas.records import Search
from tests.api.compared_search import compared_search
from tests.api.robust_search import robust_search


@pytest.fixture
def storage():
    return MemoryStorage()


@pytest.mark.parametrize(
    ("low", "high", "more_is_better", "verdict"),
    [
        (0.01, 0.03, True, Verdict.BETTER),
        (0.01, 0.03, False, Verdict.WORSE),
        (-0.03, -0.01, True, Verdict.WORSE),
        (-0.03, -0.01, False, Verdict.BETTER),
        (-0.01, 0.03, True, Verdict.WITHIN_NOISE),
        (0.0, 0.0, False, Verdict.WITHIN_NOISE),
        (None, None, True, Verdict.TOO_FEW_SEEDS),
    ],
)
def test_a_verdict_goes_by_the_interval_and_by_the_goal(low, high, more_is_better, verdict):
    mean = 0.5 if low is None else (low + high) / 2
    difference = Estimate(mean=mean, seeds=1 if low is None else 3, low=low, high=high)
    assert verdict_of(difference, more_is_better=more_is_better) is verdict
    assert verdict_of(None, more_is_better=more_is_better) is Verdict.TOO_FEW_SEEDS


def test_the_first_objective_is_compared_unless_another_metric_is_named(storage):
    search = compared_search(storage)
    told = comparisons_of(storage, search)
    (found,) = told.metrics
    assert (found.metric, found.goal) == ("AP", "maximize")
    (one,) = found.items
    assert (one.candidate, one.control, one.difference.seeds) == (1, "plain", 3)
    assert one.candidate_value.mean == pytest.approx(0.42)
    assert one.difference.mean == pytest.approx(0.02)
    (params,) = comparisons_of(storage, search, ["params"]).metrics
    assert (params.goal, params.items[0].candidate_value.seeds) == ("minimize", 3)
    assert [trial.number for trial in told.trials] == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize(("goal", "verdict"), [("minimize", Verdict.BETTER), ("maximize", Verdict.WORSE)])
def test_the_goal_of_an_objective_says_which_way_is_better(storage, goal, verdict):
    search = compared_search(storage, ours=(0.080, 0.081), plain=(0.088, 0.0889), goal=goal)
    (found,) = comparisons_of(storage, search).metrics
    assert (found.goal, found.items[0].verdict) == (goal, verdict)
    assert found.items[0].difference.mean < 0


def test_no_common_seed_is_told_and_nothing_compared_is_empty(storage):
    (found,) = comparisons_of(storage, compared_search(storage, ours=(0.4, None), plain=(None, 0.3))).metrics
    (one,) = found.items
    assert (one.difference, one.verdict) == (None, Verdict.TOO_FEW_SEEDS)
    alone = comparisons_of(storage, compared_search(storage, ours=(), plain=()))
    assert (alone.metrics[0].items, alone.trials, alone.has_items) == ([], [], False)


def test_a_metric_that_no_trial_has_is_told(storage):
    search = compared_search(storage)
    with pytest.raises(NotFound, match="did you mean 'AP'"):
        comparisons_of(storage, search, ["AP", "AP5"])
    for metric in ("-AP", "AP:asc", ""):
        with pytest.raises(InvalidQuery, match="metric"):
            comparisons_of(storage, search, [metric])


def test_several_metrics_are_compared_in_their_order_each_once(storage):
    found = comparisons_of(storage, compared_search(storage), ["params", "AP", "params"])
    assert [(one.metric, one.goal) for one in found.metrics] == [("params", "minimize"), ("AP", "maximize")]
    assert found.has_items


@pytest.mark.parametrize(
    ("task", "objective", "metrics"),
    [
        ("robustness", "top1_mean", ("top1_mean", "top1_clean", "top1_noise", "top1_blur")),
        ("robustness", "top1_blur", ("top1_mean", "top1_clean", "top1_noise", "top1_blur")),
        ("robustness", "params", ("params", "top1_mean", "top1_clean", "top1_noise", "top1_blur")),
        ("classification", "top1", ("top1",)),
    ],
)
def test_a_published_table_is_compared_where_no_metric_is_named(task, objective, metrics):
    document = {"task": {"kind": task}, "objectives": [{"metric": objective}]}
    assert default_metrics(Search(id="a", name="a", document=document)) == metrics


def test_what_was_right_is_tested_within_each_seed(storage, tmp_path):
    search = robust_search(storage, tmp_path)
    found = comparisons_of(storage, search)
    assert [one.metric for one in found.metrics] == ["top1_mean", "top1_clean", "top1_noise", "top1_blur"]
    assert len(found.paired_tests) == 2 * 3 * 3
    first = found.paired_tests[0]
    assert (first.control, first.pass_name, first.repeat, first.pictures) == ("none", "clean", 1, 200)
    assert (first.only_candidate, first.only_control) == (20, 0)
    assert first.exact_p == 2 / 2**20
    assert comparisons_of(storage, search, paired=False).paired_tests == []


def test_what_trials_no_longer_keep_is_told(storage, tmp_path):
    search = robust_search(storage, tmp_path)
    (tmp_path / "1" / "correct.json").unlink()
    found = comparisons_of(storage, search)
    assert {test.repeat for test in found.paired_tests} == {2, 3}
    assert "what was right of trial 1" in found.paired_tests_left_out
    assert comparisons_of(storage, search, paired=False).paired_tests_left_out is None


@pytest.mark.parametrize("view", [ComparisonView, MetricComparison, PairedTestView, ComparisonList])
def test_an_example_is_a_valid_answer(view):
    for example in view.model_config["json_schema_extra"]["examples"]:
        assert view.model_validate(example).model_dump(mode="json") == example
