"""The detection losses against their formulas, element by element."""

import math

import pytest
import torch
from torch import Tensor

from nas.tasks.detection import DetectionLoss
from workers.detection.losses import detection_losses, focal_loss
from workers.detection.matching import BACKGROUND, IGNORED, Targets

CLASSES = 3


def targets_of(labels: list[list[int]]) -> Targets:
    table = torch.tensor(labels, dtype=torch.int16)
    positives = (table.flatten() >= 0).nonzero()[:, 0]
    codes = torch.randn(len(positives), 4, generator=torch.Generator().manual_seed(1))
    return Targets(labels=table, positives=positives, codes=codes)


MIXED = targets_of([[0, BACKGROUND, IGNORED, 2], [BACKGROUND, 1, IGNORED, BACKGROUND]])
NOTHING = targets_of([[BACKGROUND] * 4, [BACKGROUND, IGNORED, BACKGROUND, BACKGROUND]])


def predictions(dtype: torch.dtype = torch.float32, scale: float = 3.0) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(0)
    logits, codes = (torch.randn(2, 4, width, generator=generator) for width in (CLASSES, 4))
    return (logits * scale).to(dtype).requires_grad_(), codes.to(dtype).requires_grad_()


def slow_focal(logits: Tensor, targets: Targets, alpha: float, gamma: float) -> float:
    total = 0.0
    for row, label in zip(logits.reshape(-1, CLASSES).tolist(), targets.labels.flatten().tolist(), strict=True):
        for number, logit in enumerate(row if label != IGNORED else []):
            p = 1 / (1 + math.exp(-logit))
            p_t, alpha_t = (p, alpha) if number == label else (1 - p, 1 - alpha)
            total -= alpha_t * (1 - p_t) ** gamma * math.log(p_t)
    return total


def slow_huber(codes: Tensor, targets: Targets, delta: float) -> float:
    distances = (codes.reshape(-1, 4)[targets.positives] - targets.codes).abs().flatten().tolist()
    return sum(0.5 * d * d if d <= delta else delta * (d - 0.5 * delta) for d in distances)


@pytest.mark.parametrize("targets", [MIXED, NOTHING])
@pytest.mark.parametrize(("alpha", "gamma"), [(0.25, 1.5), (0.5, 2.0), (0.25, 0.0), (0.9, 1.0)])
def test_the_focal_loss_is_its_formula(targets, alpha, gamma):
    logits, _ = predictions(torch.float64)
    expected = slow_focal(logits, targets, alpha, gamma)
    assert focal_loss(logits, targets, alpha=alpha, gamma=gamma).item() == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("targets", [MIXED, NOTHING])
@pytest.mark.parametrize("gamma", [0.0, 1.5, 2.0])
def test_the_gradient_of_the_focal_loss_is_its_derivative(targets, gamma):
    logits, _ = predictions(torch.float64)
    assert torch.autograd.gradcheck(lambda x: focal_loss(x, targets, alpha=0.25, gamma=gamma) * 0.3, (logits,))


def test_terms_are_divided_as_published():
    logits, codes = predictions()
    losses = detection_losses(logits, codes, MIXED, DetectionLoss())
    assert losses.classes.item() == pytest.approx(slow_focal(logits, MIXED, 0.25, 1.5) / (3 + 1), rel=1e-5)
    assert losses.boxes.item() == pytest.approx(50 * slow_huber(codes, MIXED, 0.1) / 4 / (3 + 1), rel=1e-5)
    assert losses.total.item() == pytest.approx(losses.classes.item() + losses.boxes.item())


def test_every_constant_is_taken_from_the_options():
    logits, codes = predictions()
    options = DetectionLoss(focal_alpha=0.4, focal_gamma=2.0, huber_delta=1.0, box_weight=2.0)
    losses = detection_losses(logits, codes, MIXED, options)
    assert losses.classes.item() == pytest.approx(slow_focal(logits, MIXED, 0.4, 2.0) / 4, rel=1e-5)
    assert losses.boxes.item() == pytest.approx(2 * slow_huber(codes, MIXED, 1.0) / 4 / (3 + 1), rel=1e-5)


def test_only_positive_anchors_move_boxes_and_ignored_ones_move_nothing():
    logits, codes = predictions()
    detection_losses(logits, codes, MIXED, DetectionLoss()).total.backward()
    assert torch.equal(codes.grad.abs().sum(-1) > 0, MIXED.labels >= 0)
    assert torch.equal(logits.grad.abs().sum(-1) > 0, MIXED.labels != IGNORED)


def test_without_positives_everything_is_finite_and_boxes_are_free():
    logits, codes = predictions()
    losses = detection_losses(logits, codes, NOTHING, DetectionLoss())
    losses.total.backward()
    assert losses.boxes.item() == 0.0
    assert losses.classes.item() > 0
    assert logits.grad.isfinite().all()
    assert torch.count_nonzero(codes.grad) == 0


def test_extreme_logits_stay_finite():
    logits, codes = predictions(scale=1e4)
    detection_losses(logits, codes, MIXED, DetectionLoss()).total.backward()
    assert logits.grad.isfinite().all()


def test_under_autocast_sums_are_float32_and_gradients_keep_the_type_of_the_predictions():
    logits, codes = predictions(torch.bfloat16)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        losses = detection_losses(logits, codes, MIXED, DetectionLoss())
    losses.total.backward()
    assert losses.classes.dtype == losses.boxes.dtype == torch.float32
    assert logits.grad.dtype == codes.grad.dtype == torch.bfloat16
    wide = detection_losses(logits.detach().float(), codes.detach().float(), MIXED, DetectionLoss())
    assert losses.total.item() == pytest.approx(wide.total.item(), rel=1e-5)


def test_predictions_are_left_as_they_were():
    logits, codes = predictions()
    before = logits.detach().clone()
    detection_losses(logits, codes, MIXED, DetectionLoss()).total.backward()
    assert torch.equal(logits, before)
