"""How robust a classifier is: top-1 per distortion and its means, and agreement with a teacher.

An evaluation is a set of passes over the same N pictures: `clean`, `noise_20` .. `noise_100`, `blur_2` .. `blur_10`
(see `distortions.EVALUATED`). Every pass has a vector of N booleans, true where the first guess is right.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from workers.robustness.distortions import CLEAN, EVALUATED, Distortion, Kind
from workers.robustness.losses import firing

Flags = NDArray[np.bool_]
PASSES = (CLEAN, *EVALUATED)


@dataclass(kw_only=True, slots=True)
class SignAgreement:
    """How often a student's pre-activations fire where the teacher's do on the clean picture: by pass and layer."""

    _counts: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)  # agreeing, all

    def add(self, distortion: Distortion, layer: str, student: Tensor, teacher: Tensor) -> None:
        """Adds a batch: pre-activations [B, n] of the student; of the teacher, or its firing pattern."""
        agreeing = int((firing(student) == firing(teacher)).sum())
        before, total = self._counts.get((distortion.name, layer), (0, 0))
        self._counts[distortion.name, layer] = before + agreeing, total + student.numel()

    def metrics(self) -> dict[str, float]:
        """`sign_agreement/LAYER`, and with `/clean`, `/noise`, `/blur` behind it; `sign_agreement`, over the layers.

        Means are built as those of top-1: of the five strengths, then of the three kinds, then of the layers.
        """
        shares = {key: agreeing / total for key, (agreeing, total) in self._counts.items()}
        layers = dict.fromkeys(layer for _, layer in self._counts)
        found: dict[str, float] = {}
        for layer in layers:
            kinds = means_of_kinds({name: share for (name, of), share in shares.items() if of == layer})
            found[f"sign_agreement/{layer}"] = _mean(list(kinds.values()))
            found |= {f"sign_agreement/{layer}/{kind}": share for kind, share in kinds.items()}
        overall = _mean([found[f"sign_agreement/{layer}"] for layer in layers]) if layers else None
        return found if overall is None else {"sign_agreement": overall, **found}


def robustness_metrics(correct: Mapping[str, Flags]) -> dict[str, float]:
    """Top-1 of every pass; `top1_noise` and `top1_blur`, the means of their five strengths; `top1_mean`, the mean of
    clean, noise and blur. `correct` has the name of every pass."""
    top1 = {name: float(flags.mean()) for name, flags in correct.items()}
    kinds = means_of_kinds(top1)
    values = {**kinds, "mean": _mean(list(kinds.values())), **top1}
    return {f"top1_{name}": value for name, value in values.items()}


def means_of_kinds(values: Mapping[str, float]) -> dict[str, float]:
    """The mean of the values of all passes of a kind: clean, noise, blur."""
    return {
        str(kind): _mean([values[distortion.name] for distortion in PASSES if distortion.kind is kind]) for kind in Kind
    }


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)
