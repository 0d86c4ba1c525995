"""From draws to a candidate worth training: new in this search, and feasible as far as arithmetic can tell."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from nas.constraints import violation
from nas.errors import SpaceExhausted
from nas.objectives import Constraint
from nas.ports import Outcome
from nas.records import Infeasible, Trial, TrialStatus
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


class Proposer:
    """Draws until a candidate is new and feasible. Remembers what was tried, so no architecture is trained twice."""

    def __init__(
        self,
        draws: Draws,
        static_metrics: StaticMetrics,
        constraints: Sequence[Constraint] = (),
        *,
        tried: Iterable[str] = (),
    ) -> None:
        self.draws = draws
        self.static_metrics = static_metrics
        self.constraints = tuple(constraints)
        self.tried = set(tried)

    def propose(self, history: Sequence[Outcome], number: int) -> Proposal:
        """The candidate for this number. Raises `SpaceExhausted` with what became of the draws."""
        thrown = Thrown(number=number)
        try:
            for index, draw in enumerate(self.draws(history, number)):
                thrown.redraws.update(draw.rejected)
                metrics = self._judge(draw, index, thrown)
                if metrics is not None:
                    return thrown.proposal(draw, metrics)
        except DrawsExhausted as exhausted:
            raise thrown.exhausted(f"the space holds no such candidate: {exhausted}") from exhausted
        raise thrown.exhausted(thrown.sentence())

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


@dataclass(kw_only=True, slots=True)
class Thrown:
    """What was thrown away on the way to the candidate of one number."""

    number: int
    redraws: Counter[str] = field(default_factory=Counter)
    infeasible: list[Infeasible] = field(default_factory=list)

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

    def proposal(self, draw: Draw[Any], metrics: dict[str, float]) -> Proposal:
        """The candidate found at last."""
        return Proposal(draw=draw, metrics=metrics, redraws=dict(self.redraws), infeasible=tuple(self.infeasible))

    def exhausted(self, sentence: str) -> SpaceExhausted:
        """No candidate was found."""
        return SpaceExhausted(sentence, infeasible=self.infeasible, redraws=self.redraws)

    def sentence(self) -> str:
        """Why no candidate was found."""
        counts = f"{self.redraws[DUPLICATE]:,} were tried before, {self.redraws[INFEASIBLE]:,} are infeasible"
        last = f" (the last: {self.infeasible[-1].reason})" if self.infeasible else ""
        return f"no untried feasible candidate is left: of those drawn {counts}{last}"
