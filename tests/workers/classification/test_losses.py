"""Cross-entropies against smoothed labels."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from workers.classification.losses import classification_loss, losses_of, smoothed

LOGITS = torch.tensor([[2.0, -1.0, 0.5], [0.0, 0.0, 3.0]])
LABELS = torch.tensor([0, 1])


def test_smoothed_labels_are_those_of_the_publication():
    """(1 - 0.1) * onehot + 0.1 / K."""
    targets = smoothed(LABELS, 4, 0.1)
    assert targets[0].tolist() == pytest.approx([0.925, 0.025, 0.025, 0.025])
    assert targets.sum(1).tolist() == pytest.approx([1.0, 1.0])


@given(smoothing=st.floats(0, 0.9), scale=st.floats(0.1, 20))
def test_softmax_is_the_cross_entropy_against_the_smoothed_labels(smoothing, scale):
    logits = LOGITS.double() * scale
    targets = smoothed(LABELS, 3, smoothing).double()
    expected = -(targets * torch.log_softmax(logits, 1)).sum(1).mean()
    found = classification_loss(logits.float(), LABELS, kind="softmax", smoothing=smoothing)
    assert found.item() == pytest.approx(expected.item(), rel=1e-5)


def test_sigmoid_asks_every_class_for_itself_and_sums():
    expected = sum(
        -t * math.log(1 / (1 + math.exp(-z))) - (1 - t) * math.log(1 - 1 / (1 + math.exp(-z)))
        for row, targets in zip(LOGITS.tolist(), smoothed(LABELS, 3, 0.1).tolist(), strict=True)
        for z, t in zip(row, targets, strict=True)
    )
    assert classification_loss(LOGITS, LABELS, kind="sigmoid", smoothing=0.1).item() == pytest.approx(expected / 2)


@pytest.mark.parametrize("kind", ["softmax", "sigmoid"])
def test_large_half_precision_logits_stay_finite_and_count_in_full_precision(kind):
    logits = (LOGITS * 1000).bfloat16().requires_grad_()
    loss = classification_loss(logits, LABELS, kind=kind, smoothing=0.1)
    loss.backward()
    assert loss.dtype is torch.float32
    assert torch.isfinite(loss)
    assert torch.isfinite(logits.grad).all()


@pytest.mark.parametrize("kind", ["softmax", "sigmoid"])
def test_the_loss_is_the_mean_over_the_pictures(kind):
    single = losses_of(LOGITS, LABELS, kind=kind, smoothing=0.0)
    assert single.shape == (2,)
    assert classification_loss(LOGITS, LABELS, kind=kind, smoothing=0.0).item() == pytest.approx(single.mean().item())
    assert single[0] < single[1]  # the second picture is taken for another class
