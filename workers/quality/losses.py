"""Earth mover's distance between distributions of votes (Talebi and Milanfar, NIMA, 2018).

Axes: B pictures, K scores a picture can be given, worst first (10 in AVA). Everything is computed in float32 (or in
float64, when the predictions are).
"""

import torch
from torch import Tensor


def emd(predicted: Tensor, target: Tensor, *, exponent: float) -> Tensor:
    """Two distributions [B, K] over the scores, rows adding up to 1 -> the distance of each pair [B].

    ((1/K) sum over k of |CDF_predicted(k) - CDF_target(k)|**exponent)**(1/exponent), in 0 .. (1 - 1/K)**(1/exponent).
    `exponent`: at least 1. Equal distributions are at distance 0, where the gradient is 0 rather than not a number.
    """
    ahead = (_wide(predicted) - _wide(target)).cumsum(-1)
    scores = ahead.shape[-1]
    distance: Tensor = torch.linalg.vector_norm(ahead, ord=exponent, dim=-1)
    return distance / float(scores ** (1 / exponent))


def emd_loss(logits: Tensor, target: Tensor, *, exponent: float) -> Tensor:
    """Logits [B, K] and vote distributions [B, K] -> a scalar: the mean of the pictures' distances.

    The root is taken per picture, before the mean: the root of the mean would be larger.
    """
    return emd(_wide(logits).softmax(-1), target, exponent=exponent).mean()


def _wide(x: Tensor) -> Tensor:
    return x if x.dtype == torch.float64 else x.float()
