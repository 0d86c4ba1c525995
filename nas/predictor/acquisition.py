"""What a candidate is worth trying: the improvement a model expects of it, times the chance that it is feasible."""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nas.predictor.encoding import Array

SAMPLES = 64  # of every candidate, where several objectives are weighed
AUGMENTATION = 0.05  # the share of the plain sum in a weighed value (Knowles 2006, ParEGO)
FAR = -6.0  # deviations below the incumbent from which the expected improvement follows its asymptote
LEAST = 1e-12


@dataclass(frozen=True, kw_only=True, slots=True)
class Belief:
    """What is expected of candidates: mean and deviation, objectives x candidates; larger is better."""

    mean: Array
    deviation: Array


@dataclass(frozen=True, kw_only=True, slots=True)
class Weighing:
    """One direction of progress among several objectives: an augmented Chebyshev sum of them (Knowles 2006, ParEGO)."""

    weights: tuple[float, ...]

    @classmethod
    def drawn(cls, objectives: int, rng: random.Random) -> "Weighing":
        """Weights that sum to 1, uniform among all such; drawn only where there is something to weigh."""
        if objectives == 1:
            return cls(weights=(1.0,))
        parts = [rng.expovariate(1.0) for _ in range(objectives)]
        return cls(weights=tuple(part / sum(parts) for part in parts))

    def of(self, values: Array, ideal: Array) -> Array:
        """One number for values along the first axis, larger is better, seen from the best of every objective."""
        shape = (-1, *[1] * (values.ndim - 1))
        weighed = np.array(self.weights).reshape(shape) * (values - ideal.reshape(shape))
        return np.asarray(weighed.min(0) + AUGMENTATION * weighed.sum(0))


def log_improvement(mean: Array, deviation: Array, *, best: float) -> Array:
    """The logarithm of the expected improvement over `best`, finite however hopeless a candidate is."""
    from scipy.special import log_ndtr

    ahead = (mean - best) / deviation
    near = np.maximum(ahead, FAR)
    density = np.exp(-0.5 * near * near) / math.sqrt(2 * math.pi)
    close = np.log(np.maximum(density + near * np.exp(log_ndtr(near)), 1e-300))
    away = np.minimum(ahead, FAR)
    asymptote = -0.5 * away * away - 0.5 * math.log(2 * math.pi) - 2 * np.log(-away)
    return np.asarray(np.log(deviation) + np.where(ahead > FAR, close, asymptote))


def log_weighed_improvement(belief: Belief, known: Array, weighing: Weighing, rng: random.Random) -> Array:
    """The same for a weighed sum of objectives, over the best of `known` (objectives x trials), by sampling."""
    ideal = known.max(1)
    best = weighing.of(known, ideal).max()
    noise = np.random.default_rng(rng.getrandbits(64)).standard_normal((*belief.mean.shape, SAMPLES))
    drawn = weighing.of(belief.mean[..., None] + belief.deviation[..., None] * noise, ideal)
    expected = weighing.of(belief.mean, ideal)
    # What no sample improves on is ordered by what is expected of it.
    return np.asarray(np.log(np.maximum(drawn - best, 0.0).mean(1) + LEAST) + 1e-3 * expected)


def log_chance(mean: Array, deviation: Array, *, threshold: float) -> Array:
    """The logarithm of the probability of being above a threshold."""
    from scipy.special import log_ndtr

    return np.asarray(log_ndtr((mean - threshold) / deviation))


def standardised(values: Sequence[float]) -> Array:
    """Values with mean 0 and deviation 1. What lies far below the middle is drawn near: how bad does not matter."""
    given = np.asarray(values, dtype=np.float64)
    low, middle, high = np.quantile(given, (0.25, 0.5, 0.75))
    near = np.maximum(given, middle - 3 * (high - low)) if high > low else given
    deviation = float(near.std())
    return np.asarray((near - near.mean()) / deviation) if deviation > 0 else np.zeros_like(given)
