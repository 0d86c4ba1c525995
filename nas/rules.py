"""The rules of a search that its document leaves to a default."""

from dataclasses import dataclass

from nas.document import Budget, EvolutionStrategy, FixedStrategy, SearchDocument
from nas.history import Lag
from nas.records import SearchStatus

LEAST_FAILURES = 5


@dataclass(frozen=True, slots=True)
class Ending:
    """How a search ends, and why when that is worth a sentence."""

    status: SearchStatus
    reason: str | None = None


def lag_of(document: SearchDocument) -> Lag:
    """The lag of the search: twice the concurrency unless the document names one.

    A strategy that looks at no results is shown none: a lag longer than the search, so it never waits.
    """
    match document.strategy:
        case EvolutionStrategy(lag=None):
            return 2 * document.resources.concurrent
        case EvolutionStrategy(lag=lag) if lag is not None:
            return lag
        case _:
            return document.budget.trials + 1


def trial_budget(document: SearchDocument) -> int:
    """How many trials the search has at most: those of its budget, or as many as there are fixed candidates."""
    if isinstance(document.strategy, FixedStrategy):
        return min(document.budget.trials, len(document.strategy.candidates))
    return document.budget.trials


def max_failures(budget: Budget) -> int:
    """How many failed trials stop the search: half of its trials, at least 5, unless the document says so."""
    return budget.max_failures or max(LEAST_FAILURES, budget.trials // 2)
