"""Focal loss and Huber box loss of RetinaNet (Lin et al. 2017), with the sums and constants of the SpineNet release.

Axes: B pictures, A anchors, K classes, P positive anchors of the batch. Everything is computed in float32 (or in
float64, when the predictions are).
"""

from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from nas.tasks.detection import DetectionLoss
from workers.detection.matching import IGNORED, Targets

COORDINATES = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Losses:
    """The two terms of the detection loss, scalars; `boxes` is weighted already."""

    classes: Tensor
    boxes: Tensor

    @property
    def total(self) -> Tensor:
        """What training minimises, weight decay apart."""
        return self.classes + self.boxes


def detection_losses(logits: Tensor, codes: Tensor, targets: Targets, options: DetectionLoss) -> Losses:
    """Logits [B, A, K], predicted codes [B, A, 4] -> losses of the batch.

    As released: both are divided by the positive anchors plus 1; the focal loss is summed over anchors that are not
    ignored, the Huber loss over the positive ones, averaged over their coordinates and weighted.
    """
    share = 1 / (len(targets.positives) + 1)
    classes = focal_loss(logits, targets, alpha=options.focal_alpha, gamma=options.focal_gamma) * share
    predicted = _wide(codes.reshape(-1, COORDINATES)[targets.positives])
    distance = F.huber_loss(predicted, targets.codes.to(predicted.dtype), reduction="sum", delta=options.huber_delta)
    return Losses(classes=classes, boxes=distance * (options.box_weight / COORDINATES * share))


def focal_loss(logits: Tensor, targets: Targets, *, alpha: float, gamma: float) -> Tensor:
    """Logits [B, A, K] -> the sum of alpha_t * (1 - p_t)**gamma * -log(p_t) over every class of every anchor in use."""
    classes = logits.shape[-1]
    labels = targets.labels.reshape(-1)
    hits = targets.positives * classes + labels[targets.positives]
    weights = (labels != IGNORED).to(_wide(logits[:0]).dtype).mul_(1 - alpha)
    total: Tensor = _Focal.apply(logits, hits, weights, alpha, gamma)
    return total


class _Focal(torch.autograd.Function):
    """Value and gradient in one pass, by formula: automatic differentiation keeps and re-reads eight arrays instead.

    With z = -x for the class of a positive anchor and z = x elsewhere, s = sigmoid(z) and l = softplus(z), each term is
    w * s**gamma * l and its derivative by z is w * s**gamma * (gamma * (1 - s) * l + s).
    """

    @staticmethod
    def forward(ctx: Any, logits: Tensor, hits: Tensor, weights: Tensor, alpha: float, gamma: float) -> Tensor:
        z = logits.to(weights.dtype, copy=True).reshape(len(weights), -1)
        weight = weights[:, None].expand_as(z).contiguous()
        z.view(-1)[hits] *= -1
        weight.view(-1)[hits] = alpha
        log_miss = F.softplus(z)  # -log(p_t)
        sigmoid = (z - log_miss).exp_()
        power = sigmoid.pow(gamma).mul_(weight)
        gradient = (1 - sigmoid).mul_(log_miss).mul_(gamma).add_(sigmoid).mul_(power)
        gradient.view(-1)[hits] *= -1
        ctx.save_for_backward(gradient.view(logits.shape).to(logits.dtype))
        return power.mul_(log_miss).sum()

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        (gradient,) = ctx.saved_tensors
        return gradient * gradients[0].to(gradient.dtype), None, None, None, None


def _wide(x: Tensor) -> Tensor:
    return x if x.dtype == torch.float64 else x.float()
