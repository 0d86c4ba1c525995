"""A Gaussian process over encoded genotypes: what it expects of a candidate and how sure it is.

The covariance is a linear part plus a Matern 5/2 part, with one relevance per group of features (per choice).
Relevances have a log-normal prior whose center falls with the number of groups (after Hvarfner et al. 2024, Vanilla
Bayesian Optimization Performs Great in High Dimensions), and are set to the most probable ones given the data; so a
model of sixty choices and twenty trials stays sane. scikit-learn's process knows neither relevances of groups nor
priors, hence this one.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nas.predictor.encoding import Array, Layout

STEPS = 40  # of the optimiser
JITTER = 1e-6
LEAST_DEVIATION = 1e-5
RELEVANCE_CENTER = -0.8  # of the log relevance of a single group; halves with twice as many
RELEVANCE_SPREAD = math.sqrt(3)
AMPLITUDES = ((0.0, 1.5), (0.0, 1.0), (math.log(1e-2), 2.0))  # center and spread: log linear, log Matern, log noise
BOUNDS = ((-8.0, 4.0), (-6.0, 4.0), (math.log(1e-5), 1.0))
RELEVANCE_BOUNDS = (-14.0, 5.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Hyperparameters:
    """Logarithms of the relevance of every group by its name, and of the linear part, the Matern part, the noise."""

    relevances: Mapping[str, float]
    amplitudes: tuple[float, float, float]

    def vector(self, groups: tuple[str, ...]) -> Array:
        """The numbers for these groups; one that was never seen is as relevant as is expected of any."""
        expected = relevance_center(len(groups))
        return np.array([*(self.relevances.get(group, expected) for group in groups), *self.amplitudes])


def relevance_center(groups: int) -> float:
    """The expected log relevance of one of so many groups."""
    return RELEVANCE_CENTER - math.log(max(1, groups))


def fitted(points: Array, values: Array, layout: Layout) -> Hyperparameters:
    """The most probable hyperparameters. `values` have mean 0 and deviation 1."""
    from scipy.optimize import minimize

    groups = len(layout.groups)
    start = np.array([*[relevance_center(groups)] * groups, *(center for center, _ in AMPLITUDES)])
    objective = Likelihood(points=points, values=values, group_of=layout.group_of, groups=groups)
    found = minimize(
        objective,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=[RELEVANCE_BOUNDS] * groups + [*BOUNDS],
        options={"maxiter": STEPS},
    ).x
    linear, matern, noise = (float(value) for value in found[groups:])
    return Hyperparameters(
        relevances=dict(zip(layout.groups, map(float, found[:groups]), strict=True)),
        amplitudes=(linear, matern, noise),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Covariance:
    """The prior covariance of the process for given hyperparameters."""

    roots: Array  # of the relevance, per column
    linear: float
    matern: float
    noise: float

    @classmethod
    def of(cls, vector: Array, group_of: NDArray[np.int64]) -> "Covariance":
        """From logarithms: relevances per group, then linear, Matern, noise."""
        linear, matern, noise = np.exp(vector[-3:])
        return cls(
            roots=np.exp(vector[:-3] / 2)[group_of], linear=float(linear), matern=float(matern), noise=float(noise)
        )

    def parts(self, a: Array, b: Array) -> tuple[Array, Array, Array]:
        """Between the rows of `a` and `b`: inner products, the Matern part, its derivative by the squared distance."""
        a, b = a * self.roots, b * self.roots
        products = a @ b.T
        squares = np.maximum((a * a).sum(1)[:, None] + (b * b).sum(1) - 2 * products, 0.0)
        far = np.sqrt(5 * squares)
        fading = np.exp(-far)
        return products, (1 + far + far * far / 3) * fading, -(5 / 6) * (1 + far) * fading

    def between(self, a: Array, b: Array) -> Array:
        """Rows of `a` x rows of `b`."""
        products, near, _ = self.parts(a, b)
        return self.linear * products + self.matern * near

    def own(self, a: Array) -> Array:
        """The variance of every row."""
        return np.asarray(self.linear * ((a * self.roots) ** 2).sum(1) + self.matern)

    def noisy(self, covariance: Array) -> Array:
        """With the noise of measurements on the diagonal."""
        return np.asarray(covariance + (self.noise + JITTER) * np.eye(len(covariance)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Likelihood:
    """The negative logarithm of the posterior probability of hyperparameters, with its gradient."""

    points: Array
    values: Array
    group_of: NDArray[np.int64]
    groups: int

    def __call__(self, vector: Array) -> tuple[float, Array]:
        from scipy.linalg import cho_solve

        covariance = Covariance.of(vector, self.group_of)
        products, near, slope = covariance.parts(self.points, self.points)
        lower = _root(covariance.noisy(covariance.linear * products + covariance.matern * near))
        weights = cho_solve((lower, True), self.values, check_finite=False)
        inverse = cho_solve((lower, True), np.eye(len(self.values)), check_finite=False)
        downhill = 0.5 * (inverse - np.outer(weights, weights))  # the derivative by every entry of the covariance
        fit = 0.5 * float(self.values @ weights) + float(np.log(np.diag(lower)).sum())
        gradient = np.concatenate(
            [
                self._by_relevance(covariance, downhill, slope * covariance.matern),
                [
                    covariance.linear * (downhill * products).sum(),
                    covariance.matern * (downhill * near).sum(),
                    covariance.noise * np.trace(downhill),
                ],
            ]
        )
        surprise, push = self._prior(vector)
        return fit + surprise, gradient + push

    def _by_relevance(self, covariance: Covariance, downhill: Array, slope: Array) -> Array:
        """The gradient by the log relevance of every group, without a matrix of distances per group."""
        points = self.points * covariance.roots
        pull = downhill * slope
        by_distance = 2 * (pull.sum(1) @ (points * points) - (points * (pull @ points)).sum(0))
        by_product = covariance.linear * (points * (downhill @ points)).sum(0)
        return np.bincount(self.group_of, weights=by_distance + by_product, minlength=self.groups).astype(np.float64)

    def _prior(self, vector: Array) -> tuple[float, Array]:
        """How improbable the hyperparameters are before any data, and the gradient."""
        centers = np.array([*[relevance_center(self.groups)] * self.groups, *(center for center, _ in AMPLITUDES)])
        spreads = np.array([*[RELEVANCE_SPREAD] * self.groups, *(spread for _, spread in AMPLITUDES)])
        off = (vector - centers) / spreads
        return 0.5 * float(off @ off), off / spreads


@dataclass(kw_only=True, slots=True)
class Process:
    """The process given what was measured at points; pending points are believed to turn out as expected."""

    covariance: Covariance
    points: Array
    values: Array
    _lower: Array = field(init=False)
    _weights: Array = field(init=False)

    def __post_init__(self) -> None:
        from scipy.linalg import cho_solve

        self._lower = _root(self.covariance.noisy(self.covariance.between(self.points, self.points)))
        self._weights = cho_solve((self._lower, True), self.values, check_finite=False)

    def believing(self, pending: Array) -> "Process":
        """The process as sure at the pending points as if they had turned out as it expects."""
        if not len(pending):
            return self
        values = np.concatenate([self.values, self.expected(pending)])
        return Process(covariance=self.covariance, points=np.concatenate([self.points, pending]), values=values)

    def expected(self, points: Array) -> Array:
        """The mean at every point."""
        expected: Array = self.covariance.between(points, self.points) @ self._weights
        return expected

    def predicted(self, points: Array) -> tuple[Array, Array]:
        """Mean and standard deviation at every point, without the noise of a measurement."""
        from scipy.linalg import solve_triangular

        between = self.covariance.between(points, self.points)
        known = solve_triangular(self._lower, between.T, lower=True, check_finite=False)
        variance = self.covariance.own(points) - (known * known).sum(0)
        return between @ self._weights, np.sqrt(np.maximum(variance, LEAST_DEVIATION**2))


def _root(covariance: Array) -> Any:
    """The lower Cholesky factor."""
    from scipy.linalg import cholesky

    return cholesky(covariance, lower=True, check_finite=False, overwrite_a=True)
