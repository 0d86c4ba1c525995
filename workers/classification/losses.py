"""Losses of a classifier. Legend of shapes: B pictures, K outputs."""

from typing import Literal

import torch.nn.functional as F
from torch import Tensor

LossKind = Literal["softmax", "sigmoid"]


def classification_loss(logits: Tensor, labels: Tensor, *, kind: LossKind, smoothing: float) -> Tensor:
    """The mean over the pictures, a float32 scalar: logits [B, K], labels int64 [B].

    softmax: the cross-entropy against the smoothed labels. sigmoid: the binary cross-entropy of every class against its
    smoothed label, summed over the classes. The publication of the resizer speaks of logits that pass a sigmoid, but
    its equation is the first; the sum is what remains of it when every class is asked for itself.
    """
    return losses_of(logits, labels, kind=kind, smoothing=smoothing).mean()


def losses_of(logits: Tensor, labels: Tensor, *, kind: LossKind, smoothing: float) -> Tensor:
    """The loss of every picture, float32 [B]."""
    logits = logits.float()
    if kind == "softmax":
        return F.cross_entropy(logits, labels, label_smoothing=smoothing, reduction="none")
    targets = smoothed(labels, logits.shape[1], smoothing)
    return F.binary_cross_entropy_with_logits(logits, targets, reduction="none").sum(1)


def smoothed(labels: Tensor, outputs: int, smoothing: float) -> Tensor:
    """float32 [B, K]: (1 - smoothing) for the class itself, and smoothing / K for every class, that one included."""
    return F.one_hot(labels, outputs).float().mul_(1 - smoothing).add_(smoothing / outputs)
