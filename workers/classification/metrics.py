"""How well a classifier guesses. Legend of shapes: B pictures of a batch, N of a split, K classes."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

TOP = 5  # guesses of the second accuracy


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Judgement:
    """What is known of every picture of a split, in its order: `ranks` [N], how many classes were preferred to the
    right one, and `losses` [N]."""

    ranks: NDArray[np.int64]
    losses: NDArray[np.float32]

    @property
    def correct(self) -> NDArray[np.bool_]:
        """Whether the first guess was right, [N]."""
        return self.ranks < 1

    @property
    def metrics(self) -> dict[str, float]:
        """Accuracies and errors of the first guess and of the first five, and the mean loss."""
        top1, top5 = float(self.correct.mean()), float((self.ranks < TOP).mean())
        loss = float(self.losses.mean(dtype=np.float64))
        return {"top1": top1, "top5": top5, "top1_error": 1 - top1, "top5_error": 1 - top5, "loss": loss}


def ranks_of(logits: Tensor, labels: Tensor) -> Tensor:
    """int64 [B]: the classes preferred to the right one, of logits [B, K]. Of equal ones the first is preferred."""
    own = logits.gather(1, labels[:, None])
    before = torch.arange(logits.shape[1], device=logits.device) < labels[:, None]
    return ((logits > own) | ((logits == own) & before)).sum(1)
