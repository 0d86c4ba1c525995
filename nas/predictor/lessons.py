"""What a model learns from: which trials of a long history, and what is to be said of each."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nas.ports import Outcome
from nas.predictor.acquisition import Weighing, standardised
from nas.predictor.encoding import Array, Column, Encoder, Row

LEAST_FIDELITY = 1e-3  # what is less counts as this
FIDELITY = Column("fidelity", "halvings")  # how often the training was halved: 0 for a trial that received all


def feasible(outcome: Outcome) -> bool:
    """Whether it has a result and keeps the measured bounds."""
    return outcome.values is not None and outcome.violation <= 0


def targets(outcomes: Sequence[Outcome]) -> Array:
    """What is to be maximised, objectives x outcomes; while none is feasible, only less violation."""
    if not any(map(feasible, outcomes)):
        return np.array([[-outcome.violation for outcome in outcomes]])
    return np.array([outcome.values for outcome in outcomes], dtype=np.float64).T


def best_first(finished: Sequence[Outcome], weighing: Weighing | None = None) -> list[Outcome]:
    """Feasible ones first, then less violation, more of the training, the weighed or first objective, age."""
    scores = np.array([standardised(row) for row in targets(finished)])
    weighed = scores[0] if weighing is None or len(scores) == 1 else weighing.of(scores, scores.max(1))
    missed = np.array([1 - outcome.fidelity for outcome in finished])
    broken = np.array([max(0.0, outcome.violation) for outcome in finished])
    order = np.lexsort((np.arange(len(finished)), -weighed, missed, broken))  # the last decides first
    return [finished[at] for at in order]


def lessons(finished: Sequence[Outcome], ranked: Sequence[Outcome], count: int) -> list[Outcome]:
    """At most `count` of the finished trials, in their order: a third the best, a third the newest, some of all."""
    if len(finished) <= count:
        return list(finished)
    third = count // 3
    kept = {outcome.number for outcome in (*ranked[:third], *finished[-third:])}
    others = [outcome for outcome in finished if outcome.number not in kept]
    kept |= {outcome.number for outcome in thinned(others, count - len(kept))}
    return [outcome for outcome in finished if outcome.number in kept]


def thinned(outcomes: Sequence[Outcome], count: int) -> list[Outcome]:
    """At most `count`, evenly spread; as more come the same ones stay until every second of them goes."""
    stride = 1
    while len(outcomes) > count * stride:
        stride *= 2
    return [outcome for outcome in outcomes if outcome.number % stride == 0][:count]


def rows_of(encoder: Encoder, outcomes: Sequence[Outcome]) -> list[Row]:
    """The features of trials, with how much of the training those stopped early have missed."""
    return [_with_fidelity(encoder.encoded(outcome.genotype).row, outcome.fidelity) for outcome in outcomes]


def _with_fidelity(row: Row, fidelity: float) -> Row:
    return row if fidelity >= 1 else {**row, FIDELITY: -math.log2(max(fidelity, LEAST_FIDELITY))}


@dataclass(frozen=True, kw_only=True, slots=True)
class Feasibility:
    """Labels with mean 0 and deviation 1, and the threshold between those of infeasible and of feasible trials."""

    labels: Array
    threshold: float

    @classmethod
    def of(cls, outcomes: Sequence[Outcome]) -> "Feasibility | None":
        """Of trials that have ended; None when all are alike."""
        good = np.array([feasible(outcome) for outcome in outcomes], dtype=np.float64)
        deviation = float(good.std())
        if deviation == 0:
            return None
        return cls(labels=(good - good.mean()) / deviation, threshold=(0.5 - float(good.mean())) / deviation)
