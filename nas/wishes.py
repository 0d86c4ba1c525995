"""Rules of what people may want of a search, shared by every storage."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from nas.errors import IllegalTransition
from nas.ports import Wanted
from nas.records import LEGAL_SEARCH, RETRIABLE, Search, SearchStatus, TrialStatus, TrialWish

REOPENED: dict[str, Any] = {
    "status": SearchStatus.QUEUED,
    "reason": None,
    "cancel_requested": False,
    "pause_requested": None,
    "finished_at": None,
}
"""What an ended search is like that is to go on."""
_GRANTED: Mapping[TrialWish, frozenset[TrialStatus]] = MappingProxyType(
    {TrialWish.STOP: frozenset({TrialStatus.RUNNING}), TrialWish.RETRY: RETRIABLE}
)


def budget_of(search: Search) -> int:
    """How many candidates the search is to have: those of its document, unless that was raised since."""
    return search.trial_budget or int(search.document["budget"]["trials"])


def check_more_trials(search: Search, trials: int) -> None:
    """Raises `IllegalTransition` unless that is more than the search is to have."""
    now = budget_of(search)
    if trials <= now:
        named = f"search {search.name} ({search.id})"
        raise IllegalTransition(f"{named} must get more than the {now} trials it is to have, got {trials}")


def check_wish(number: int, status: TrialStatus, wish: TrialWish) -> None:
    """Raises `IllegalTransition` unless a trial in that status can be stopped, or retried."""
    if status not in _GRANTED[wish]:
        words = " or ".join(sorted(_GRANTED[wish]))
        raise IllegalTransition(f"trial {number} is {status}; to {wish} it, it must be {words}")


def check_deletable(search: Search) -> None:
    """Raises `IllegalTransition` unless the search has ended."""
    if LEGAL_SEARCH[search.status]:
        raise IllegalTransition(f"search {search.name} ({search.id}) is {search.status}; cancel it before deleting it")


def check_prunable(search: Search) -> None:
    """Raises `IllegalTransition` unless the search has ended."""
    if LEGAL_SEARCH[search.status]:
        raise IllegalTransition(f"search {search.name} ({search.id}) is {search.status}; only ended ones are pruned")


def reopened(search: Search) -> Search:
    """The search, queued again if it had ended."""
    return search if LEGAL_SEARCH[search.status] else replace(search, **REOPENED)


def wanted_of(search: Search, wishes: Iterable[tuple[int, TrialStatus, TrialWish]]) -> Wanted:
    """The wishes that the statuses of their trials still leave to be done."""
    open_wishes = [(number, wish) for number, status, wish in wishes if status in _GRANTED[wish]]
    return Wanted(
        search=search,
        stop=frozenset(number for number, wish in open_wishes if wish is TrialWish.STOP),
        retry=tuple(sorted(number for number, wish in open_wishes if wish is TrialWish.RETRY)),
    )
