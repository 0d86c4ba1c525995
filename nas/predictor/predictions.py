"""A model of everything a search has seen: what it learns rarely, and what it says of candidates every time."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nas.ports import Outcome
from nas.predictor.acquisition import (
    Belief,
    Weighing,
    log_chance,
    log_improvement,
    log_weighed_improvement,
    standardised,
)
from nas.predictor.encoding import Array, Encoder, Layout, Row, layout_of
from nas.predictor.lessons import Feasibility, best_first, feasible, lessons, rows_of, targets, thinned
from nas.predictor.surrogate import Covariance, Hyperparameters, Process, fitted


@dataclass(frozen=True, kw_only=True, slots=True)
class Learned:
    """The hyperparameters, which cost most to find: of every objective, and of feasibility where there is a doubt."""

    objectives: tuple[Hyperparameters, ...]
    feasibility: Hyperparameters | None

    @classmethod
    def of(cls, encoder: Encoder, ended: Sequence[Outcome], *, count: int) -> "Learned":
        """From at most `count` of the trials that have ended, at least one of them with a result."""
        finished = [outcome for outcome in ended if outcome.values is not None]
        taught = lessons(finished, best_first(finished), count)
        rows = rows_of(encoder, taught)
        layout = layout_of(rows)
        points = layout.matrix(rows)
        objectives = tuple(fitted(points, standardised(values), layout) for values in targets(taught))
        return cls(objectives=objectives, feasibility=_learned_feasibility(encoder, ended, count=count))

    def objective(self, index: int) -> Hyperparameters:
        """Those of an objective; while none was feasible there was only one to learn."""
        return self.objectives[min(index, len(self.objectives) - 1)]


def _learned_feasibility(encoder: Encoder, ended: Sequence[Outcome], *, count: int) -> Hyperparameters | None:
    taught = _spread(ended, count)
    known = Feasibility.of(taught)
    if known is None:
        return None
    rows = rows_of(encoder, taught)
    layout = layout_of(rows)
    return fitted(layout.matrix(rows), known.labels, layout)


def _spread(ended: Sequence[Outcome], count: int) -> list[Outcome]:
    """At most `count`, the newest half and some of all before."""
    newest = count // 2
    return [*thinned(ended[:-newest], count - newest), *ended[-newest:]] if len(ended) > count else list(ended)


@dataclass(frozen=True, kw_only=True, slots=True)
class Doubt:
    """How probable it is that a candidate is feasible."""

    process: Process
    threshold: float
    noise: float

    def log_chance(self, points: Array) -> Array:
        """The logarithm of the probability, per point."""
        mean, deviation = self.process.predicted(points)
        return log_chance(mean, np.sqrt(deviation**2 + self.noise), threshold=self.threshold)


@dataclass(frozen=True, kw_only=True, slots=True)
class Model:
    """What is believed given all trials. Made anew for every number, from hyperparameters learned before."""

    layout: Layout
    processes: tuple[Process, ...]  # per objective
    known: Array  # what is expected of feasible trials: objectives x trials
    doubt: Doubt | None
    weighing: Weighing

    def promise(self, rows: Sequence[Row], rng: random.Random) -> Array:
        """What candidates with these features promise; more is better."""
        points = self.layout.matrix(rows)
        predicted = [process.predicted(points) for process in self.processes]
        belief = Belief(
            mean=np.array([mean for mean, _ in predicted]),
            deviation=np.array([deviation for _, deviation in predicted]),
        )
        if len(self.processes) == 1:
            promise = log_improvement(belief.mean[0], belief.deviation[0], best=float(self.known.max()))
        else:
            promise = log_weighed_improvement(belief, self.known, self.weighing, rng)
        return promise if self.doubt is None else promise + self.doubt.log_chance(points)


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """What a model is made of: trials with results it learns from, all that ended, and those that still run."""

    taught: Sequence[Outcome]
    ended: Sequence[Outcome]
    pending: Sequence[Outcome]

    def model(self, encoder: Encoder, learned: Learned, weighing: Weighing, candidates: Sequence[Row]) -> Model:
        """The model, with a column for everything in which the trials and these candidates differ."""
        rows, waiting = rows_of(encoder, self.taught), rows_of(encoder, self.pending)
        layout = layout_of([*rows, *waiting, *candidates])
        points, pending = layout.matrix(rows), layout.matrix(waiting)
        certain = tuple(
            _process(learned.objective(index), layout, points=points, values=standardised(values))
            for index, values in enumerate(targets(self.taught))
        )
        return Model(
            layout=layout,
            processes=tuple(process.believing(pending) for process in certain),
            known=np.array([process.expected(points[self._standing()]) for process in certain]),
            doubt=self._doubt(encoder, learned, layout),
            weighing=weighing,
        )

    def _standing(self) -> list[int]:
        """The trials to improve on: feasible and trained in full, as far as there are such."""
        best = [at for at, outcome in enumerate(self.taught) if feasible(outcome)] or list(range(len(self.taught)))
        return [at for at in best if self.taught[at].fidelity >= 1] or best

    def _doubt(self, encoder: Encoder, learned: Learned, layout: Layout) -> Doubt | None:
        ended = _spread(self.ended, len(self.taught))
        known = Feasibility.of(ended)
        if known is None or learned.feasibility is None:
            return None
        points = layout.matrix(rows_of(encoder, ended))
        process = _process(learned.feasibility, layout, points=points, values=known.labels)
        return Doubt(process=process, threshold=known.threshold, noise=process.covariance.noise)


def _process(learned: Hyperparameters, layout: Layout, *, points: Array, values: Array) -> Process:
    covariance = Covariance.of(learned.vector(layout.groups), layout.group_of)
    return Process(covariance=covariance, points=points, values=values)
