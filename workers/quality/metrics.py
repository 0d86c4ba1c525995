"""How well predicted vote distributions agree with the votes (Talebi and Milanfar, NIMA, 2018, section III).

Axes: N pictures, K scores a picture can be given: 1 (worst) .. K, 10 in AVA. Everything is computed in float64.

Predictions that do not differ from picture to picture explain nothing: their correlations, which would be 0 / 0, are 0
here. The same holds for votes that do not differ. Not to differ means to spread (standard deviation) by at most
`ROUNDING` times the largest value: what float32 leaves of a constant.
"""

import torch
from torch import Tensor

from workers.quality.losses import emd

GOOD_ABOVE = 5.0
"""Pictures with a higher mean score are good ones, the others bad ones."""

ROUNDING = 1e-6


def quality_metrics(predicted: Tensor, target: Tensor) -> dict[str, float]:
    """Distributions [N, K] of predicted and of real votes -> the metrics of a quality task, all finite.

    `EMD2`, `EMD1`: the mean distance with exponent 2 (which training minimises by default) and 1 (which publications
    report); `PLCC`, `SRCC`: linear and rank correlation of the mean scores, `PLCC_deviation`, `SRCC_deviation` of their
    standard deviations; `accuracy`: the share of pictures put on the right side of a mean score of 5.
    """
    predicted, target = predicted.double(), target.double()
    scores = (mean_scores(predicted), mean_scores(target))
    deviations = (standard_deviations(predicted), standard_deviations(target))
    return {
        "EMD2": float(emd(predicted, target, exponent=2).mean()),
        "EMD1": float(emd(predicted, target, exponent=1).mean()),
        "PLCC": pearson(*scores),
        "SRCC": spearman(*scores),
        "PLCC_deviation": pearson(*deviations),
        "SRCC_deviation": spearman(*deviations),
        "accuracy": binary_accuracy(*scores),
    }


def mean_scores(distributions: Tensor) -> Tensor:
    """[N, K], rows adding up to 1 -> the mean score [N] of each, in 1..K."""
    return distributions @ _scores(distributions)


def standard_deviations(distributions: Tensor) -> Tensor:
    """[N, K], rows adding up to 1 -> the standard deviation [N] of the votes of each, in scores."""
    away = _scores(distributions) - mean_scores(distributions)[:, None]
    return (distributions * away.square()).sum(-1).sqrt()


def pearson(x: Tensor, y: Tensor) -> float:
    """Linear correlation of two rows [N] of numbers, in -1..1; 0 where one of them is constant."""
    if _constant(x) or _constant(y):
        return 0.0
    x, y = (_direction(values) for values in (x, y))
    return max(-1.0, min(1.0, float(x @ y)))


def spearman(x: Tensor, y: Tensor) -> float:
    """Rank correlation of two rows [N] of numbers, in -1..1, equal values sharing their mean rank; 0 where one of them
    is constant."""
    if _constant(x) or _constant(y):
        return 0.0
    return pearson(ranks(x), ranks(y))


def ranks(values: Tensor) -> Tensor:
    """The rank 1..N of each of N numbers, smallest first; equal values share the mean of their ranks."""
    _, group, sizes = torch.unique(values, return_inverse=True, return_counts=True)
    mean_ranks: Tensor = sizes.cumsum(0).double() - (sizes - 1) / 2
    return mean_ranks[group]


def binary_accuracy(predicted: Tensor, target: Tensor) -> float:
    """Mean scores [N] and [N] -> the share of pictures that both call good, or both bad."""
    return float(((predicted > GOOD_ABOVE) == (target > GOOD_ABOVE)).double().mean())


def _scores(distributions: Tensor) -> Tensor:
    return torch.arange(1, distributions.shape[-1] + 1, dtype=distributions.dtype, device=distributions.device)


def _constant(values: Tensor) -> bool:
    return bool(values.std(correction=0) <= ROUNDING * values.abs().amax())


def _direction(values: Tensor) -> Tensor:
    """Mean 0, length 1."""
    centred = values - values.mean()
    length: Tensor = torch.linalg.vector_norm(centred)
    return centred / length
