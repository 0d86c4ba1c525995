"""What a search would be like, told by arithmetic before it is submitted: how large its space is, what its candidates
cost, how many trainings it is. Nothing is trained, nothing recorded."""

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from statistics import median
from typing import Any

from nas.companions import beside
from nas.constraints import violation
from nas.data_counts import counts_of, with_classes
from nas.document import SearchDocument
from nas.errors import DocumentError
from nas.records import Trial
from nas.rules import comparison_of, trial_budget
from nas.static_metrics import StaticMetrics, static_metrics_of
from nas.strategies.fixed import FixedStrategy, candidates_of
from search_spaces.errors import DrawsExhausted, InvalidArchitecture
from search_spaces.genotypes import Draw, count, sample
from search_spaces.registry import space_from
from search_spaces.space import Space

WANTED = 20  # feasible candidates
MOST_DRAWS = 60  # at some 2 ms each


@dataclass(frozen=True, kw_only=True, slots=True)
class Spread:
    """A metric over the feasible candidates that were drawn."""

    low: float
    middle: float  # the median
    high: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """One that was drawn, with its static metrics."""

    draw: Draw[Any]
    metrics: dict[str, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawn:
    """What came of drawing at random; `broken` is why one of the infeasible ones is."""

    feasible: tuple[Candidate, ...] = ()
    infeasible: int = 0
    broken: str | None = None
    unknown: str | None = None  # why nothing is known of costs, and so of feasibility


@dataclass(frozen=True, kw_only=True, slots=True)
class Trainings:
    """How many trials there are at most: candidates, the best of them again with other seeds, their controls."""

    candidates: int
    repeats: int = 0
    controls: Mapping[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """All of them."""
        return self.candidates + self.repeats + sum(self.controls.values())


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """What a search would be like. `pictures` are those trained on per epoch, None where that is not known."""

    architectures: int
    drawn: Drawn
    trainings: Trainings
    epochs: int
    pictures: int | None

    @property
    def spreads(self) -> dict[str, Spread]:
        """Every static metric over the feasible candidates."""
        return {name: self._spread(name) for name in (self.drawn.feasible[0].metrics if self.drawn.feasible else ())}

    def _spread(self, name: str) -> Spread:
        values = [candidate.metrics[name] for candidate in self.drawn.feasible]
        return Spread(low=min(values), middle=median(values), high=max(values))


def preview_of(document: SearchDocument) -> Preview:
    """The preview of a valid document; the same one for the same document and data."""
    space, counts = space_from(document.space), counts_of(document.task)
    try:
        metrics = static_metrics_of(with_classes(document.task, counts))
        drawn = _drawn(document, space, metrics)
        trainings = _trainings(document, space, metrics, drawn.feasible)
    except DocumentError as error:
        drawn, trainings = Drawn(unknown=str(error)), _without_controls(document)
    return Preview(
        architectures=count(space),
        drawn=drawn,
        trainings=trainings,
        epochs=document.task.epochs,
        pictures=counts.pictures,
    )


def _drawn(document: SearchDocument, space: Space[Any], static_metrics: StaticMetrics) -> Drawn:
    """Candidates drawn until enough keep the static bounds; those of a fixed list in its order."""
    feasible: list[Candidate] = []
    broken: list[str] = []
    for draw in islice(_draws(document, space), MOST_DRAWS):
        try:
            metrics = static_metrics(draw.architecture)
            reason = violation(metrics, document.constraints)
        except InvalidArchitecture as error:
            metrics, reason = {}, f"no network can be built: {error}"
        if reason is not None:
            broken.append(reason)
            continue
        feasible.append(Candidate(draw=draw, metrics=metrics))
        if len(feasible) == WANTED:
            break
    return Drawn(feasible=tuple(feasible), infeasible=len(broken), broken=broken[0] if broken else None)


def _draws(document: SearchDocument, space: Space[Any]) -> Iterator[Draw[Any]]:
    if isinstance(document.strategy, FixedStrategy):
        yield from candidates_of(document.strategy.candidates, space)
        return
    rng = random.Random(document.seed)
    try:
        while True:
            yield sample(space, rng)
    except DrawsExhausted:
        return


def _trainings(
    document: SearchDocument, space: Space[Any], static_metrics: StaticMetrics, feasible: Sequence[Candidate]
) -> Trainings:
    """The companions are those of a drawn candidate, as many times as there are best ones."""
    known, rules = _without_controls(document), comparison_of(document)
    if rules is None or not feasible:
        return known
    plans = beside(_trial(feasible[0]), rules, document, space.load, static_metrics)
    names = Counter(plan.companion.control for plan in plans if plan.companion.control is not None)
    top = min(rules.top, known.candidates)
    return replace(known, controls={name: top * number for name, number in names.items()})


def _without_controls(document: SearchDocument) -> Trainings:
    candidates, rules = trial_budget(document), comparison_of(document)
    return Trainings(candidates=candidates, repeats=min(rules.top, candidates) * rules.seeds if rules else 0)


def _trial(candidate: Candidate) -> Trial:
    architecture = candidate.draw.architecture
    return Trial(
        search_id="",
        number=0,
        genotype=candidate.draw.genotype,
        architecture=architecture.model_dump(mode="json"),
        architecture_id=architecture.architecture_id,
    )
