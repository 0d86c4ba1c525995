"""From draws to a candidate worth training: new in this search, feasible as far as arithmetic can tell, and the best of
its pool where the document asks for screening."""

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import count, islice
from typing import Any

from nas.constraints import violation
from nas.errors import SpaceExhausted
from nas.objectives import Constraint
from nas.ports import Outcome
from nas.records import Infeasible, Trial, TrialStatus
from nas.screening import SCREENED_OUT, Screening
from nas.static_metrics import StaticMetrics
from nas.strategies.registry import Draws
from search_spaces.errors import DrawsExhausted, InvalidArchitecture
from search_spaces.genotypes import Draw
from search_spaces.space import Architecture

DUPLICATE = "duplicate"
INFEASIBLE = "infeasible"


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """The candidate for a trial, with what was thrown away before it."""

    draw: Draw[Any]
    metrics: dict[str, float]
    redraws: dict[str, int]
    infeasible: tuple[Infeasible, ...]

    def trial(self, *, search_id: str, number: int, seed: int, seen: tuple[int, ...] | None) -> Trial:
        """The trial of this number, handed out."""
        return Trial(
            search_id=search_id,
            number=number,
            status=TrialStatus.RUNNING,
            attempt=1,
            genotype=self.draw.genotype,
            architecture=self.draw.architecture.model_dump(mode="json"),
            architecture_id=self.draw.architecture.architecture_id,
            seed=seed,
            static_metrics=self.metrics,
            redraws=self.redraws,
            seen=seen,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A draw that is new and feasible, with its place among the draws of its number and what is known of it."""

    draw: Draw[Any]
    index: int
    metrics: dict[str, float]

    @property
    def architecture_id(self) -> str:
        """Of the draw."""
        return str(self.draw.architecture.architecture_id)


class Proposer:
    """Draws until a candidate is new and feasible, and with screening the best of a pool of such.

    Candidates that are to be trained first come before all draws, and are not screened. Remembers what was tried, so no
    architecture is trained twice; nor is one that was measured in an earlier search, unless it is among the first.
    """

    def __init__(
        self,
        draws: Draws,
        static_metrics: StaticMetrics,
        constraints: Sequence[Constraint] = (),
        *,
        screening: Screening | None = None,
        first: Iterable[Draw[Any]] = (),
        tried: Iterable[str] = (),
        measured: Iterable[str] = (),
    ) -> None:
        self.draws = draws
        self.static_metrics = static_metrics
        self.constraints = tuple(constraints)
        self.screening = screening
        recorded = set(tried)
        self._first = deque(draw for draw in first if draw.architecture.architecture_id not in recorded)
        self.tried = recorded | set(measured).difference(draw.architecture.architecture_id for draw in self._first)

    def propose(self, history: Sequence[Outcome], number: int) -> Proposal:
        """The candidate for this number. Raises `SpaceExhausted` with what became of the draws, `ScreeningFailed`."""
        thrown = Thrown(number=number)
        for pool in self._pools(history, thrown):
            best = pool[0] if self.screening is None else self._best(pool, self.screening, thrown)
            if best is not None:
                return thrown.proposal(best)
        raise thrown.exhausted() from thrown.ended_by

    def _pools(self, history: Sequence[Outcome], thrown: "Thrown") -> Iterator[list[Candidate]]:
        """The candidates of which one is to be trained: one by one those that come first, then as many as are screened
        at a time."""
        places = count()
        first = self._feasible(self._left_of_first(), places, thrown)
        yield from ([candidate] for candidate in first)
        candidates = self._feasible(self.draws(history, thrown.number), places, thrown)
        size = 1 if self.screening is None else self.screening.options.pool
        while pool := list(islice(candidates, size)):
            yield pool

    def _left_of_first(self) -> Iterator[Draw[Any]]:
        while self._first:
            yield self._first.popleft()

    def _feasible(self, draws: Iterator[Draw[Any]], places: Iterator[int], thrown: "Thrown") -> Iterator[Candidate]:
        """The draws that are worth training as far as arithmetic can tell, in their order."""
        try:
            for draw in draws:
                thrown.redraws.update(draw.rejected)
                index = next(places)
                metrics = self._judge(draw, index, thrown)
                if metrics is not None:
                    yield Candidate(draw=draw, index=index, metrics=metrics)
        except DrawsExhausted as exhausted:
            thrown.ended_by = exhausted

    def _judge(self, draw: Draw[Any], index: int, thrown: "Thrown") -> dict[str, float] | None:
        """The static metrics of a candidate worth training; otherwise None, and the draw is counted as thrown away."""
        architecture_id = draw.architecture.architecture_id
        if architecture_id in self.tried:
            thrown.redraws[DUPLICATE] += 1
            return None
        self.tried.add(architecture_id)
        metrics, reason = self._measured(draw.architecture)
        if reason is not None:
            thrown.add_infeasible(draw, index, reason=reason, metrics=metrics)
            return None
        return metrics

    def _measured(self, architecture: Architecture) -> tuple[dict[str, float], str | None]:
        """The static metrics of a candidate, and why it is not worth training, if so."""
        try:
            metrics = self.static_metrics(architecture)
        except InvalidArchitecture as error:
            return {}, f"no network can be built: {error}"
        return metrics, violation(metrics, self.constraints)

    def _best(self, pool: Sequence[Candidate], screening: Screening, thrown: "Thrown") -> Candidate | None:
        """The best of the pool that keeps every bound, the first of equals; the others may come again."""
        scored = list(self._scored(pool, screening, thrown))
        if not scored:
            return None
        best = max(scored, key=lambda candidate: screening.worth(candidate.metrics))
        thrown.redraws[SCREENED_OUT] += len(scored) - 1
        self.tried.difference_update(other.architecture_id for other in scored if other is not best)
        return best

    def _scored(self, pool: Sequence[Candidate], screening: Screening, thrown: "Thrown") -> Iterator[Candidate]:
        """The candidates with their scores; those that have none, or break a bound, are thrown away."""
        answers = screening.scores_of([candidate.draw.architecture for candidate in pool])
        for candidate, answer in zip(pool, answers, strict=True):
            scores = {} if isinstance(answer, str) else answer
            metrics = candidate.metrics | scores
            reason = f"cannot be scored: {answer}" if isinstance(answer, str) else violation(scores, self.constraints)
            if reason is None:
                yield replace(candidate, metrics=metrics)
            else:
                thrown.add_infeasible(candidate.draw, candidate.index, reason=reason, metrics=metrics)


@dataclass(kw_only=True, slots=True)
class Thrown:
    """What was thrown away on the way to the candidate of one number."""

    number: int
    redraws: Counter[str] = field(default_factory=Counter)
    infeasible: list[Infeasible] = field(default_factory=list)
    ended_by: DrawsExhausted | None = None  # the strategy or the space gave up

    def add_infeasible(self, draw: Draw[Any], index: int, *, reason: str, metrics: dict[str, float]) -> None:
        """Counts and records a candidate that breaks a constraint or cannot be built."""
        self.redraws[INFEASIBLE] += 1
        self.infeasible.append(
            Infeasible(
                number=self.number,
                draw=index,
                genotype=draw.genotype,
                architecture_id=draw.architecture.architecture_id,
                reason=reason,
                metrics=metrics,
            )
        )

    def proposal(self, candidate: Candidate) -> Proposal:
        """The candidate found at last."""
        return Proposal(
            draw=candidate.draw,
            metrics=candidate.metrics,
            redraws=dict(+self.redraws),
            infeasible=tuple(self.infeasible),
        )

    def exhausted(self) -> SpaceExhausted:
        """No candidate was found."""
        sentence = f"the space holds no such candidate: {self.ended_by}" if self.ended_by else self.sentence()
        return SpaceExhausted(sentence, infeasible=self.infeasible, redraws=self.redraws)

    def sentence(self) -> str:
        """Why no candidate was found."""
        if not self.redraws:
            return "no untried feasible candidate is left: every one was tried"
        counts = f"{self.redraws[DUPLICATE]:,} were tried before, {self.redraws[INFEASIBLE]:,} are infeasible"
        last = f" (the last: {self.infeasible[-1].reason})" if self.infeasible else ""
        return f"no untried feasible candidate is left: of those drawn {counts}{last}"
