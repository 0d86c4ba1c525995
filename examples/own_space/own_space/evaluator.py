"""The evaluator: a plain function of a network, which fits it to more points of a noisy wave with every epoch."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Literal

import numpy as np
from pydantic import Field

from nas.evaluating import FunctionEvaluator
from nas.tasks.kinds import EvaluatorKind
from nas.tasks.options import TaskOptions
from own_space.space import RandomFeatures

RIDGE = 1e-3
ACTIVATIONS = {"cosine": np.cos, "relu": lambda x: np.maximum(x, 0), "tanh": np.tanh}


class FitWave(TaskOptions):
    """`epochs` comes with every task: the fidelity of a whole trial."""

    kind: Literal["fit_wave"] = "fit_wave"
    epochs: int = Field(3, ge=1, description="how often the network is fitted, to more points each time")
    points: int = Field(40, ge=10, description="points of the wave that every epoch adds")
    noise: float = Field(0.1, ge=0, description="standard deviation of what is added to the points")


def fit_wave(network: RandomFeatures, task: FitWave) -> Iterator[dict[str, float]]:
    """The share of the wave's variance that the network explains, once per epoch."""
    rng = np.random.default_rng(0)
    x = rng.uniform(-1, 1, task.points * task.epochs)
    y = _wave(x) + task.noise * rng.standard_normal(len(x))
    seen, truth = np.linspace(-1, 1, 200), _wave(np.linspace(-1, 1, 200))
    for epoch in range(1, task.epochs + 1):
        known = _features(network, x[: epoch * task.points])
        gram = known.T @ known + RIDGE * np.eye(known.shape[1])
        weights = np.linalg.solve(gram, known.T @ y[: epoch * task.points])
        error = np.mean((_features(network, seen) @ weights - truth) ** 2)
        yield {"explained": 1 - error / np.var(truth)}


def params(network: RandomFeatures) -> int:
    """The weights of all layers, the fitted one included."""
    return sum((inner + 1) * outer for inner, outer in pairwise((1, *network.widths, 1)))


def _wave(x: np.ndarray) -> np.ndarray:
    return np.sin(9 * x) * np.exp(-x)


def _features(network: RandomFeatures, x: np.ndarray) -> np.ndarray:
    """What the last random layer says of every point, and a one [points, features + 1]."""
    rng, values, scale = np.random.default_rng(1), x[:, None], network.scale
    for width in network.widths:
        weights = scale * rng.standard_normal((values.shape[1], width))
        values = ACTIVATIONS[network.activation](values @ weights + scale * rng.standard_normal(width))
        scale = 1 / np.sqrt(width)
    return np.hstack([values, np.ones((len(x), 1))])


EVALUATOR = EvaluatorKind(
    kind="fit_wave",
    options=FitWave,
    metrics=("explained",),
    static_metrics={"params": params},
    architectures=("random_features",),
    evaluate=FunctionEvaluator(function=fit_wave, metric="explained", options=FitWave),
)
