"""A predictor of quality learns from all trials and picks the candidate that promises most (Bayesian optimisation).

A Gaussian process over the choices, costs and structure of what was tried; a pool of edits, crossovers and uniform
draws; the largest expected improvement (Jones et al. 1998), refined by edits of the most promising. Trials that run
count as if they had turned out as expected. Several objectives are weighed anew for every number (Knowles 2006,
ParEGO); what fails or breaks a measured bound lowers the chance that its like is feasible.
"""

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nas.constraints import violation
from nas.objectives import Constraint
from nas.ports import Outcome
from nas.predictor.acquisition import Weighing
from nas.predictor.candidates import Pool, edited, pool_around
from nas.predictor.encoding import Encoder
from nas.predictor.lessons import best_first, lessons
from nas.predictor.options import PredictorStrategy
from nas.predictor.predictions import Learned, Model, Seen
from nas.predictor.threads import one_thread
from nas.records import Genotype
from nas.static_metrics import StaticMetrics
from search_spaces.genotypes import Draw, sample
from search_spaces.space import Space

LEARN_FROM = 200  # trials the hyperparameters are learned from, at most
RELEARN = 1.1  # the growth of the history after which they are learned again
REMEMBERED = 4  # of what was learned: as many as lags and threads may ask for in turn
ROUNDS, REFINED, ROUND_SHARE = 2, 8, 0.2  # rounds of edits, how many of the best are edited, edits by size of the pool
WHOLE_POOL = 300  # ended trials up to which a pool has its full size; from there on it shrinks as their number grows
LEAST_POOL = 12

Shown = tuple[Outcome, ...]


class Predictor:
    """Asks a Gaussian process. `static_metrics` and `constraints` keep out what cannot be built or breaks a bound."""

    def __init__(
        self,
        *,
        options: PredictorStrategy | None = None,
        static_metrics: StaticMetrics | None = None,
        constraints: Sequence[Constraint] = (),
    ) -> None:
        self.options = options or PredictorStrategy()
        self.static_metrics = static_metrics if self.options.costs else None
        self.constraints = tuple(constraints)
        self._encoder: Encoder | None = None  # this and the next are caches: they change no result
        self._learned: list[tuple[Shown, Learned]] = []  # the oldest first

    def ask(
        self, space: Space[Any], history: Sequence[Outcome], number: int, rng: random.Random
    ) -> Iterator[Draw[Any]]:
        """The pool from the most to the least promising, then uniform samples; only those while little has ended."""
        if sum(outcome.values is not None for outcome in history) >= self.options.initial:
            yield from self._ranked(space, tuple(history), rng)
        while True:
            yield sample(space, rng)

    def _ranked(self, space: Space[Any], shown: Shown, rng: random.Random) -> list[Draw[Any]]:
        """The candidates of a pool, widened by edits of the best, best first."""
        encoder = self._encoder_of(space)
        ended = tuple(outcome for outcome in shown if not outcome.pending)
        finished = [outcome for outcome in ended if outcome.values is not None]
        weighing = Weighing.drawn(len(finished[0].values or ()), rng)
        best = best_first(finished, weighing)
        seen = Seen(
            taught=lessons(finished, best, self.options.training),
            ended=ended,
            pending=[outcome for outcome in shown if outcome.pending],
        )
        tried = {outcome.genotype for outcome in shown}
        size = pool_size(self.options.candidates, len(ended))
        parents = [outcome.genotype for outcome in best[: parents_of(len(best))]]
        pool = self._allowed(encoder, pool_around(space, parents, size=size, tried=tried, rng=rng))
        with one_thread():
            rows = [encoder.encoded(genotype).row for genotype in pool]
            model = seen.model(encoder, self._learned_from(encoder, ended), weighing, rows)
            return self._refined(encoder, model, pool, tried=tried, rng=rng)

    def _refined(
        self, encoder: Encoder, model: Model, pool: Pool, *, tried: set[Genotype], rng: random.Random
    ) -> list[Draw[Any]]:
        """The pool with edits of its best, ranked."""
        promise, size = _promised(encoder, model, pool, rng), math.ceil(ROUND_SHARE * len(pool))
        known = tried | pool.keys()
        for _ in range(ROUNDS if pool else 0):
            best = [pool[genotype] for genotype in _best_first(promise)[:REFINED]]
            fresh = self._allowed(encoder, edited(encoder.space, best, size=size, known=known, rng=rng))
            promise |= _promised(encoder, model, fresh, rng)
            known |= fresh.keys()
            pool = pool | fresh
        return [pool[genotype] for genotype in _best_first(promise)]

    def _allowed(self, encoder: Encoder, pool: Pool) -> Pool:
        """Without the candidates that cannot be built or break a bound known by arithmetic."""
        metrics = {g: encoder.encoded(g, draw.architecture).metrics for g, draw in pool.items()}
        return {g: draw for g, draw in pool.items() if self._keeps_bounds(metrics[g])}

    def _keeps_bounds(self, metrics: Mapping[str, float] | None) -> bool:
        return metrics is not None and violation(metrics, self.constraints) is None

    def _learned_from(self, encoder: Encoder, ended: Shown) -> Learned:
        """What was to be learned when the history had the last length of the schedule."""
        first = ended[: last_lesson(len(ended), start=self.options.initial)]
        if sum(outcome.values is not None for outcome in first) < self.options.initial // 2:
            first = ended
        for known, learned in self._learned:
            if known == first:
                return learned
        learned = Learned.of(encoder, first, count=LEARN_FROM)
        self._learned = [*self._learned[-REMEMBERED + 1 :], (first, learned)]
        return learned

    def _encoder_of(self, space: Space[Any]) -> Encoder:
        if self._encoder is None or self._encoder.space is not space:
            self._encoder = Encoder(space, self.static_metrics)
            self._learned = []
        return self._encoder


def _promised(encoder: Encoder, model: Model, pool: Pool, rng: random.Random) -> dict[Genotype, float]:
    if not pool:
        return {}
    promise = model.promise([encoder.encoded(genotype).row for genotype in pool], rng)
    return dict(zip(pool, map(float, promise), strict=True))


def _best_first(promise: Mapping[Genotype, float]) -> list[Genotype]:
    return sorted(promise, key=lambda genotype: -promise[genotype])


def pool_size(candidates: int, ended: int) -> int:
    """How many candidates are drawn: in a long search each of many trials looks at few, and all together at many."""
    return min(candidates, max(LEAST_POOL, candidates * WHOLE_POOL // max(1, ended)))


def parents_of(finished: int) -> int:
    """How many of the best trials have offspring."""
    return min(finished, max(5, math.isqrt(finished)))


def last_lesson(ended: int, *, start: int) -> int:
    """The largest length of the schedule start, 1.1 start, ... that the history has reached."""
    length = start
    while (following := max(length + 1, int(length * RELEARN))) <= ended:
        length = following
    return min(length, ended)
