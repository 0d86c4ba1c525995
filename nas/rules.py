"""The rules of a search that its document leaves to a default."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nas.document import Budget, ComparisonOptions, SearchDocument
from nas.history import Lag
from nas.objectives import Objective
from nas.records import SearchStatus
from nas.screening import SCORES
from nas.static_metrics import RESIZER_METRICS, STATIC_METRICS, static_names
from nas.strategies.fixed import FixedStrategy
from nas.strategies.learning import LearningOptions
from search_spaces.controls import CONTROLS
from search_spaces.joint.options import FixedOptions
from search_spaces.registry import published_architecture

LEAST_FAILURES = 5
KNOWN = (*STATIC_METRICS, *RESIZER_METRICS, *SCORES)  # before any training, of tasks of ours


@dataclass(frozen=True, slots=True)
class Ending:
    """How a search ends, and why when that is worth a sentence."""

    status: SearchStatus
    reason: str | None = None


def lag_of(document: SearchDocument) -> Lag:
    """The lag of the search: twice the concurrency unless the document names one.

    A strategy that looks at no results is shown none: a lag longer than the search, so it never waits, unless a
    scheduler has to.
    """
    usual = 2 * document.resources.concurrent
    if isinstance(document.strategy, LearningOptions):
        return document.strategy.lag or usual
    return document.budget.trials + 1 if document.scheduler is None else usual


def unseen_by(document: SearchDocument) -> int:
    """How many trials before a proposal it does not see the results of, at most."""
    lag = lag_of(document)
    return document.resources.concurrent - 1 if lag == "none" else lag - 1


def judged_objective(document: SearchDocument) -> Objective:
    """What early stopping goes by: the first objective that is not known before training."""
    known = (*static_names(document.task), *SCORES)
    return next((each for each in document.objectives if each.metric not in known), document.objectives[0])


def trial_budget(document: SearchDocument, raised: int | None = None) -> int:
    """How many candidates the search has at most: those of its budget, which may have been raised, or as many as there
    are fixed candidates and others that it begins with."""
    budget = raised or document.budget.trials
    if isinstance(document.strategy, FixedStrategy):
        begun = document.begin_with
        first = 0 if begun is None else len(begun.candidates) + begun.best
        return min(budget, first + len(document.strategy.candidates))
    return budget


def max_failures(budget: Budget) -> int:
    """How many failed trials stop the search: half of its trials, at least 5, unless the document says so."""
    return budget.max_failures or max(LEAST_FAILURES, budget.trials // 2)


def comparison_of(document: SearchDocument) -> ComparisonOptions | None:
    """How the best candidates are compared; None: not at all. By default they are where the space has controls."""
    if document.comparison is None:
        return ComparisonOptions() if _has_controls(document.space) else None
    return document.comparison if document.comparison.top else None


def _has_controls(space: Mapping[str, Any]) -> bool:
    """Whether candidates of a space with these options have controls."""
    match space["kind"]:
        case "joint":
            return any(_has_controls(part) for part in space["parts"].values())
        case "fixed":
            return any(_listed_kind(given) in CONTROLS for given in FixedOptions.model_validate(space).listed.values())
        case kind:
            return kind in CONTROLS


def _listed_kind(given: str | Mapping[str, Any]) -> str:
    """The kind of an architecture, published or given."""
    return str((published_architecture(given).model_dump() if isinstance(given, str) else given)["kind"])
