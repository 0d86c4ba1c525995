"""How robust a classifier is: top-1 per distortion and its means, agreement with a teacher, and a paired test.

An evaluation is a set of passes over the same N pictures: `clean`, `noise_20` .. `noise_100`, `blur_2` .. `blur_10`
(see `distortions.EVALUATED`). Every pass has a vector of N booleans, true where the first guess is right.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from workers.robustness.distortions import CLEAN, EVALUATED, Distortion, Kind
from workers.robustness.losses import firing

Flags = NDArray[np.bool_]
PASSES = (CLEAN, *EVALUATED)


@dataclass(frozen=True, kw_only=True, slots=True)
class McNemar:
    """A paired test of two classifiers on the same pictures; small p: they differ by more than chance."""

    only_first: int  # pictures that the first gets right and the second wrong
    only_second: int
    exact_p: float  # two-sided, from the binomial distribution
    chi_squared: float  # with one degree of freedom
    chi_squared_p: float


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


def write_correct(file: Path, correct: Mapping[str, Flags]) -> Path:
    """Writes the vectors of all passes, a bit per picture, and returns the file: two trials that were judged on the
    same pictures can be compared later."""
    arrays: dict[str, Any] = {name: np.packbits(flags) for name, flags in correct.items()}
    pictures = np.array([len(flags) for flags in correct.values()], np.int64)
    np.savez_compressed(file, pictures=pictures, **arrays)
    return file


def read_correct(file: Path) -> dict[str, Flags]:
    """The vectors by pass, as `write_correct` was given them."""
    with np.load(file) as content:
        names = [name for name in content.files if name != "pictures"]
        counts = zip(names, content["pictures"].tolist(), strict=True)
        return {name: np.unpackbits(content[name], count=count).astype(np.bool_) for name, count in counts}


def mcnemar(first: Flags, second: Flags, *, continuity: bool = True) -> McNemar:
    """McNemar's test of two vectors [N] of one pass, true where a classifier is right (McNemar 1947).

    Only pictures that one gets right and the other wrong count. The exact test is a two-sided binomial one; chi-squared
    is (|b - c| - 1)^2 / (b + c) with the continuity correction of Edwards (1948), without it (b - c)^2 / (b + c).
    Passes over the same pictures are not independent of one another: test them one by one. Raises ValueError for
    vectors of different length.
    """
    if first.shape != second.shape or first.ndim != 1:
        raise ValueError(f"vectors must be of one length, got shapes {first.shape} and {second.shape}")
    only_first, only_second = int((first & ~second).sum()), int((second & ~first).sum())
    statistic = _chi_squared(only_first, only_second, continuity)
    return McNemar(
        only_first=only_first,
        only_second=only_second,
        exact_p=_exact_p(only_first, only_second),
        chi_squared=statistic,
        chi_squared_p=math.erfc(math.sqrt(statistic / 2)),
    )


def _exact_p(b: int, c: int) -> float:
    """Twice the chance of at most min(b, c) heads in b + c throws of a fair coin, at most 1."""
    throws, term, below = b + c, 1, 1
    for heads in range(1, min(b, c) + 1):
        term = term * (throws - heads + 1) // heads
        below += term
    return min(1.0, 2 * below / (1 << throws))


def _chi_squared(b: int, c: int, continuity: bool) -> float:
    if b + c == 0:
        return 0.0
    beyond = max(0.0, float(abs(b - c)) - (1.0 if continuity else 0.0))
    return beyond * beyond / (b + c)


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)
