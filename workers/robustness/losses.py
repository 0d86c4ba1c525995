"""Losses that hold a student's pre-activations on distorted pictures to a teacher's on the clean ones.

Legend of shapes: B pictures of a batch, n neurons of a layer; h the student's pre-activations [B, n], u the teacher's
firing pattern [B, n], true where its own pre-activation is above 0 (0 counts as inactive).

The intermediate constraint (Suzuki et al.) is the cross entropy between u and the sigmoid of alpha h. In its literal
form, -u log d - (1 - u) log(1 - d), it is infinite or NaN in float32 as soon as |h| reaches about 0.5 at the
published alpha of 100. Here it is computed from the logit a = alpha h as max(a, 0) - a u + log(1 + exp(-|a|)), which
has the same value and the same gradient, alpha (d - u), and is finite for every finite h.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from search_spaces.fine_tuning.architecture import FineTuning, LossKind

Normalisation = Literal["mean", "layer_means", "neurons"]
LARGEST = 1e24  # |h| beyond which the constraint no longer grows: products and sums stay within float32


def intermediate_loss(
    student: Mapping[str, Tensor],
    teacher: Mapping[str, Tensor],
    fine_tuning: FineTuning,
    *,
    normalisation: Normalisation = "mean",
    margin: float = 1.0,
) -> Tensor:
    """The loss over the layers of `fine_tuning`, not yet weighted by its lambda: a float32 scalar, 0 for the loss none.

    `student`: pre-activations [B, n] by layer, of any float type. `teacher`: for the mean squared error the same of
    the teacher, for the other losses its pre-activations or its firing pattern as booleans.

    `normalisation`, what the publication leaves open of its 1/N: `mean` over all elements of all layers; `layer_means`,
    the sum of the means of the layers; `neurons`, the sum over all neurons divided by the pictures of the batch.
    """
    if fine_tuning.loss is LossKind.NONE:
        return torch.zeros(())
    terms = _terms_of(fine_tuning, margin)
    return normalised_sum([terms(student[name], teacher[name]) for name in fine_tuning.layers], normalisation)


def constraint_terms(h: Tensor, teacher: Tensor, *, alpha: float) -> Tensor:
    """The intermediate constraint of every neuron, float32 [B, n]: of h of any float type, and u or what it is the sign
    of. Gradient with respect to h: alpha (sigmoid(alpha h) - u)."""
    logits = alpha * h.float().clamp(-LARGEST, LARGEST)
    return F.binary_cross_entropy_with_logits(logits, firing(teacher).float(), reduction="none")


def squared_terms(h: Tensor, teacher: Tensor) -> Tensor:
    """The squared difference of the pre-activations of every neuron, float32 [B, n]."""
    return (h.float() - teacher.float()).square()


def boundary_terms(h: Tensor, teacher: Tensor, *, margin: float) -> Tensor:
    """The activation boundary of every neuron, float32 [B, n] (Heo et al. 2019): the square of what h lacks to lie
    `margin` beyond 0 on the teacher's side, 0 where it does."""
    side = firing(teacher).float() * 2 - 1
    return F.relu(margin - side * h.float()).square()


def firing(teacher: Tensor) -> Tensor:
    """The firing pattern u, bool: a pattern as it is, else whether pre-activations are above 0."""
    return teacher if teacher.dtype is torch.bool else teacher > 0


def normalised_sum(layers: Sequence[Tensor], normalisation: Normalisation) -> Tensor:
    """Terms [B, n] of every layer as one scalar; see `intermediate_loss`."""
    match normalisation:
        case "mean":
            return _total(layer.sum() for layer in layers) / sum(layer.numel() for layer in layers)
        case "layer_means":
            return _total(layer.mean() for layer in layers)
        case "neurons":
            return _total(layer.sum() / len(layer) for layer in layers)


def _terms_of(fine_tuning: FineTuning, margin: float) -> Callable[[Tensor, Tensor], Tensor]:
    match fine_tuning.loss:
        case LossKind.INTERMEDIATE_CONSTRAINT:
            return partial(constraint_terms, alpha=fine_tuning.alpha)
        case LossKind.ACTIVATION_BOUNDARY:
            return partial(boundary_terms, margin=margin)
        case LossKind.MSE | LossKind.NONE:
            return squared_terms


def _total(sums: Iterable[Tensor]) -> Tensor:
    return torch.stack(list(sums)).sum()
