"""The beginning of a search: what is trained before its strategy proposes, and what an earlier search has taught.

An earlier search has ended before a new one that names it is created, which keeps its id. So its records stay as they
are, and what a search begins with is the same at any time and in any process.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nas.begin_with import BeginWith
from nas.constraints import excess
from nas.document import SearchDocument, stored_document
from nas.errors import DocumentError
from nas.pareto import outcome_point
from nas.ports import Outcome, Records
from nas.records import Search, Trial, TrialStatus
from nas.strategies.excerpts import leaders
from nas.strategies.fixed import candidate_of, candidates_of
from search_spaces.errors import SpaceError
from search_spaces.genotypes import Draw
from search_spaces.space import Space

UNPINNED = "is missing: nas.creation.create_search writes it"


@dataclass(frozen=True, kw_only=True, slots=True)
class Beginning:
    """What there is before the first proposal; nothing, unless the document says otherwise."""

    first: tuple[Draw[Any], ...] = ()
    """Trained first, in this order, each once."""
    earlier: tuple[Outcome, ...] = ()
    """Outcomes of an earlier search that the strategy sees, numbered .. -2, -1."""
    measured: frozenset[str] = frozenset()
    """The ids of their architectures, which are not trained again unless they are among the first."""
    told: str | None = None
    """What it is, for people."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Earlier:
    """An earlier search, seen from another space: its completed candidates that this one holds, in their order."""

    search: Search
    document: SearchDocument
    trials: tuple[Trial, ...]
    draws: tuple[Draw[Any], ...]  # their architectures, as candidates of this space
    left_out: int  # completed candidates that this space does not hold

    @classmethod
    def read(cls, search: Search, records: Records, space: Space[Any]) -> "Earlier":
        """The search as it is stored."""
        candidates = [trial for trial in records.trials(search.id) if trial.companion is None]
        completed = [trial for trial in candidates if trial.status is TrialStatus.COMPLETED]
        held = [(trial, draw) for trial in completed if (draw := _draw(trial, space)) is not None]
        return cls(
            search=search,
            document=stored_document(search),
            trials=tuple(trial for trial, _ in held),
            draws=tuple(draw for _, draw in held),
            left_out=len(completed) - len(held),
        )

    def outcomes(self, document: SearchDocument) -> tuple[Outcome, ...]:
        """The trials by the objectives and constraints of a document, numbered up to -1."""
        return tuple(
            Outcome(
                number=place - len(self.trials),
                genotype=draw.genotype,
                values=outcome_point(trial.metrics, document.objectives),
                violation=excess(trial.metrics, document.constraints),
            )
            for place, (trial, draw) in enumerate(zip(self.trials, self.draws, strict=True))
        )

    def best(self, count: int) -> list[Draw[Any]]:
        """The best candidates by its own objectives and constraints, best first."""
        return [self.draws[outcome.number] for outcome in leaders(self.outcomes(self.document), count)]


def beginning_of(document: SearchDocument, space: Space[Any], records: Records) -> Beginning:
    """What a search of this document begins with, given the space of its candidates.

    Raises `SpaceError` for an architecture that the space does not hold, `NotFound`, and `DocumentError` where nobody
    wrote down which search is meant.
    """
    options = document.begin_with
    if options is None:
        return Beginning()
    given = candidates_of(options.candidates, space)
    earlier = _earlier(options, space, records)
    best = [] if earlier is None else earlier.best(options.best)
    shown = earlier if options.learn else None
    return Beginning(
        first=_distinct([*given, *best]),
        earlier=() if shown is None else shown.outcomes(document),
        measured=frozenset() if shown is None else _ids(shown.draws),
        told=_sentence(options, earlier, best=len(best)),
    )


def _earlier(options: BeginWith, space: Space[Any], records: Records) -> Earlier | None:
    if options.search is None:
        return None
    if options.search_id is None:
        raise DocumentError([("begin_with.search_id", UNPINNED)])
    return Earlier.read(records.search(options.search_id), records, space)


def _draw(trial: Trial, space: Space[Any]) -> Draw[Any] | None:
    """The architecture of a trial as a candidate; None where the space does not hold it."""
    try:
        return candidate_of(trial.architecture, space)
    except SpaceError:
        return None


def _distinct(draws: Sequence[Draw[Any]]) -> tuple[Draw[Any], ...]:
    return tuple({draw.architecture.architecture_id: draw for draw in draws}.values())


def _ids(draws: Sequence[Draw[Any]]) -> frozenset[str]:
    return frozenset(draw.architecture.architecture_id for draw in draws)


def _sentence(options: BeginWith, earlier: Earlier | None, *, best: int) -> str:
    """What is trained first, what the strategy has learned from, and how many trials it could not."""
    parts = [f"{len(options.candidates)} given"] if options.candidates else []
    if earlier is not None and options.best:
        parts.append(f"the best {best} of search {earlier.search.name} ({earlier.search.id})")
    told = [f"trained first: {' and '.join(parts)}"] if parts else []
    if earlier is not None and options.learn:
        told.append(f"the strategy learns from {len(earlier.trials)} completed trials of {earlier.search.name}")
    if earlier is not None and earlier.left_out:
        told.append(
            f"{earlier.left_out} completed trials of {earlier.search.name} are left out, as this space does "
            "not hold their architectures"
        )
    return "; ".join(told)
