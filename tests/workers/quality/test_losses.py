"""The earth mover's distance against its formula, its published check value and the laws of a distance."""

import math
from itertools import accumulate

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from workers.quality.losses import emd, emd_loss

SCORES = 10
EXPONENTS = [1.0, 1.5, 2.0, 3.0]
votes = st.lists(st.integers(0, 500), min_size=SCORES, max_size=SCORES).filter(any)


def row(**shares: float) -> Tensor:
    """A distribution from shares by score: `row(s8=0.9, s9=0.1)`."""
    values = torch.zeros(1, SCORES, dtype=torch.float64)
    for name, share in shares.items():
        values[0, int(name[1:]) - 1] = share
    return values


def normalised(counts: list[int]) -> Tensor:
    return torch.tensor([counts], dtype=torch.float64) / sum(counts)


def slow_emd(predicted: Tensor, target: Tensor, exponent: float) -> float:
    pairs = zip(accumulate(predicted[0].tolist()), accumulate(target[0].tolist()), strict=True)
    return (sum(abs(p - t) ** exponent for p, t in pairs) / SCORES) ** (1 / exponent)


def test_the_check_value_is_met():
    predicted, target = row(s7=0.9, s9=0.1), row(s8=0.9, s9=0.1)
    distance = emd(predicted, target, exponent=2).item()
    assert distance == pytest.approx(0.2846049967, abs=1e-8)  # as published, rounded to single precision
    assert distance == pytest.approx(math.sqrt(0.081), abs=1e-15)
    assert emd(predicted.float(), target.float(), exponent=2).item() == pytest.approx(distance, abs=3e-8)


def test_the_largest_distance_is_that_of_opposite_ends():
    assert emd(row(s1=1.0), row(s10=1.0), exponent=2).item() == pytest.approx(math.sqrt(0.9))
    assert emd(row(s1=1.0), row(s10=1.0), exponent=1).item() == pytest.approx(0.9)


@pytest.mark.parametrize("exponent", EXPONENTS)
@given(predicted=votes, target=votes)
@settings(max_examples=50, deadline=None)
def test_the_distance_is_its_formula(exponent, predicted, target):
    pair = normalised(predicted), normalised(target)
    assert emd(*pair, exponent=exponent).item() == pytest.approx(slow_emd(*pair, exponent), abs=1e-12)


@pytest.mark.parametrize("exponent", EXPONENTS)
@given(a=votes, b=votes, c=votes)
@settings(max_examples=50, deadline=None)
def test_it_is_a_distance(exponent, a, b, c):
    a, b, c = normalised(a), normalised(b), normalised(c)
    ab, ba, bc, ac = (emd(*pair, exponent=exponent).item() for pair in ((a, b), (b, a), (b, c), (a, c)))
    assert emd(a, a, exponent=exponent).item() == 0.0
    assert ab == pytest.approx(ba)
    assert ac <= ab + bc + 1e-12
    assert 0 <= ab <= 0.9 ** (1 / exponent) + 1e-12


def test_how_far_votes_move_counts_not_only_how_many():
    target = row(s5=1.0)
    near, far = (emd(row(**{name: 1.0}), target, exponent=2).item() for name in ("s6", "s9"))
    assert far == pytest.approx(2 * near)  # 4 places instead of 1, under a square root


@pytest.mark.parametrize("exponent", EXPONENTS)
def test_the_loss_is_the_mean_of_the_distances_not_the_distance_of_the_mean(exponent):
    logits = torch.randn(6, SCORES, generator=torch.Generator().manual_seed(0), dtype=torch.float64) * 3
    target = torch.cat([normalised([1 + (k * place) % 7 for k in range(SCORES)]) for place in range(6)])
    each = [slow_emd(logits[i : i + 1].softmax(-1), target[i : i + 1], exponent) for i in range(6)]
    assert emd_loss(logits, target, exponent=exponent).item() == pytest.approx(sum(each) / 6)
    if exponent > 1:
        pooled = (sum(value**exponent for value in each) / 6) ** (1 / exponent)
        assert emd_loss(logits, target, exponent=exponent).item() < pooled - 1e-4


@pytest.mark.parametrize("exponent", EXPONENTS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_where_prediction_equals_target_the_gradient_is_finite(exponent, dtype):
    logits = torch.zeros(3, SCORES, dtype=dtype, requires_grad=True)
    target = torch.full((3, SCORES), 1 / SCORES, dtype=torch.float64 if dtype == torch.float64 else torch.float32)
    loss = emd_loss(logits, target, exponent=exponent)
    loss.backward()
    assert loss.item() == pytest.approx(0.0, abs=1e-7)
    assert logits.grad.isfinite().all()


@pytest.mark.parametrize("exponent", EXPONENTS)
def test_one_picture_met_exactly_does_not_spoil_the_gradient_of_the_others(exponent):
    logits = torch.zeros(2, SCORES, requires_grad=True)
    exact = logits.detach().softmax(-1)[:1]
    emd_loss(logits, torch.cat([exact, row(s8=1.0).float()]), exponent=exponent).backward()
    assert torch.count_nonzero(logits.grad[0]) == 0
    assert logits.grad.isfinite().all()
    assert logits.grad[1].abs().max() > 0.01


@pytest.mark.parametrize("distance", [1e-3, 1e-6, 1e-12, 1e-25, 1e-40])
@pytest.mark.parametrize("exponent", EXPONENTS)
def test_ever_nearer_to_the_target_the_gradient_stays_bounded(exponent, distance):
    predicted = torch.zeros(1, SCORES)
    predicted[0, 0] = distance
    predicted.requires_grad_()
    emd(predicted, torch.zeros(1, SCORES), exponent=exponent).sum().backward()
    assert predicted.grad.isfinite().all()
    assert predicted.grad.abs().max() <= SCORES


@pytest.mark.parametrize("exponent", EXPONENTS)
def test_the_gradient_is_the_derivative(exponent):
    logits = torch.randn(4, SCORES, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    target = torch.cat([normalised([1 + (k * k * place) % 11 for k in range(SCORES)]) for place in range(4)])
    logits.requires_grad_()
    assert torch.autograd.gradcheck(lambda x: emd_loss(x, target, exponent=exponent), (logits,))


def test_extreme_logits_stay_finite():
    logits = (torch.eye(SCORES) * 1e4).requires_grad_()
    emd_loss(logits, row(s3=1.0).float().expand(SCORES, -1), exponent=2).backward()
    assert logits.grad.isfinite().all()


def test_under_autocast_the_loss_is_float32_and_the_gradient_keeps_the_type_of_the_logits():
    logits = torch.randn(8, SCORES, generator=torch.Generator().manual_seed(2)).bfloat16().requires_grad_()
    target = torch.full((8, SCORES), 1 / SCORES)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss = emd_loss(logits, target, exponent=2)
    loss.backward()
    assert loss.dtype is torch.float32
    assert logits.grad.dtype is torch.bfloat16
    assert loss.item() == pytest.approx(emd_loss(logits.detach().float(), target, exponent=2).item(), rel=1e-6)
