"""The metrics of a quality task against their definitions, written out slowly."""

import math
import statistics

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from nas.tasks.quality import METRICS
from workers.quality.metrics import (
    binary_accuracy,
    mean_scores,
    pearson,
    quality_metrics,
    ranks,
    spearman,
    standard_deviations,
)

numbers = st.integers(-20, 20).map(float)  # few values: many ties
rows = st.lists(st.tuples(numbers, numbers), min_size=2, max_size=30)


def slow_pearson(x: list[float], y: list[float]) -> float:
    try:
        return statistics.correlation(x, y)
    except statistics.StatisticsError:  # one of them is constant
        return 0.0


def slow_ranks(values: list[float]) -> list[float]:
    """1 + how many are smaller + half of how many others are equal."""
    return [sum(v < value for v in values) + (1 + sum(v == value for v in values)) / 2 for value in values]


def drawn(pictures: int, seed: int) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(pictures, 10, generator=generator, dtype=torch.float64).softmax(-1)


def test_mean_and_deviation_of_a_histogram_are_those_of_its_votes():
    votes = [1] * 2 + [4] * 3 + [9] * 5
    histogram = torch.tensor([[0.2, 0, 0, 0.3, 0, 0, 0, 0, 0.5, 0]], dtype=torch.float64)
    assert mean_scores(histogram).item() == pytest.approx(statistics.fmean(votes))
    assert standard_deviations(histogram).item() == pytest.approx(statistics.pstdev(votes))


def test_one_score_for_all_has_no_deviation():
    histograms = torch.eye(10, dtype=torch.float64)
    assert mean_scores(histograms).tolist() == list(range(1, 11))
    assert standard_deviations(histograms).tolist() == [0.0] * 10


@given(rows)
@settings(deadline=None)
def test_correlations_are_their_definitions_ties_included(pairs):
    x, y = ([float(value) for value in column] for column in zip(*pairs, strict=True))
    assert ranks(torch.tensor(x)).tolist() == slow_ranks(x)
    assert pearson(torch.tensor(x).double(), torch.tensor(y).double()) == pytest.approx(slow_pearson(x, y), abs=1e-9)
    expected = slow_pearson(slow_ranks(x), slow_ranks(y))
    assert spearman(torch.tensor(x).double(), torch.tensor(y).double()) == pytest.approx(expected, abs=1e-9)


def test_ties_share_their_mean_rank():
    assert ranks(torch.tensor([3.0, 1.0, 3.0, 2.0, 3.0])).tolist() == [4.0, 1.0, 4.0, 2.0, 4.0]


def test_a_known_rank_correlation_with_ties():
    x, y = torch.tensor([1.0, 2.0, 2.0, 3.0]).double(), torch.tensor([1.0, 3.0, 2.0, 4.0]).double()
    assert spearman(x, y) == pytest.approx(4.5 / math.sqrt(4.5 * 5.0))


def test_ranks_do_not_mind_how_scores_are_stretched():
    x, y = mean_scores(drawn(50, 1)), mean_scores(drawn(50, 2))
    assert spearman(x.exp(), y) == pytest.approx(spearman(x, y))
    assert pearson(3 * x - 7, y) == pytest.approx(pearson(x, y))


@pytest.mark.parametrize("correlation", [pearson, spearman])
@pytest.mark.parametrize("noise", [0.0, 1e-7])
def test_predictions_that_do_not_differ_correlate_with_nothing(correlation, noise):
    votes = mean_scores(drawn(40, 3))
    constant = 5.4 + noise * torch.randn(40, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    assert correlation(constant, votes) == correlation(votes, constant) == 0.0
    assert correlation(torch.zeros(40).double(), votes) == 0.0
    assert correlation(votes[:1], votes[:1]) == 0.0


def test_sides_of_five_are_counted_and_five_itself_is_not_good():
    predicted, target = torch.tensor([6.0, 4.0, 6.0, 5.0, 5.1]), torch.tensor([7.0, 3.0, 4.0, 5.0, 5.0])
    assert binary_accuracy(predicted, target) == pytest.approx(3 / 5)


def test_perfect_predictions():
    metrics = quality_metrics(drawn(30, 4), drawn(30, 4))
    assert (metrics["EMD1"], metrics["EMD2"], metrics["accuracy"]) == (0.0, 0.0, 1.0)
    assert all(metrics[name] == pytest.approx(1.0) for name in METRICS if "CC" in name)


def test_all_metrics_are_there_and_finite_even_for_one_constant_prediction():
    target = drawn(30, 5)
    for predicted in (drawn(30, 6), target.mean(0).expand(30, -1), torch.eye(10)[4].expand(30, -1)):
        metrics = quality_metrics(predicted, target)
        assert tuple(metrics) == METRICS
        assert all(math.isfinite(value) for value in metrics.values())


def test_predicting_the_mean_votes_gives_the_distances_but_no_correlation():
    target = drawn(30, 7)
    metrics = quality_metrics(target.mean(0).expand(30, -1), target)
    assert metrics["EMD2"] > metrics["EMD1"] > 0.01
    assert metrics["PLCC"] == metrics["SRCC"] == metrics["PLCC_deviation"] == metrics["SRCC_deviation"] == 0.0


def test_single_precision_predictions_are_judged_in_double():
    wide, narrow = (quality_metrics(predicted, drawn(30, 9)) for predicted in (drawn(30, 8), drawn(30, 8).float()))
    assert narrow == pytest.approx(wide, abs=1e-5)
