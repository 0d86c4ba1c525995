"""Which trials' files may go: those that rules name, of searches that have ended, unless something refers to them."""

import json
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from nas.errors import InvalidQuery
from nas.records import LEGAL_SEARCH, Search, TrialStatus

AGE = re.compile(r"(?P<number>\d+(?:\.\d+)?)(?P<unit>[hdw])")
UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
ENDED = frozenset({TrialStatus.COMPLETED, TrialStatus.STOPPED, TrialStatus.FAILED, TrialStatus.CANCELLED})
FILE_OF_TRIAL = re.compile(r"/trials/(?P<search>\w+)/(?P<number>\d{5,})/")


@dataclass(frozen=True, kw_only=True, slots=True)
class PruneRules:
    """What goes: trials that meet all that is given."""

    keep_best: int | None = None  # of each search by its first objective, with what was trained beside them
    older_than: timedelta | None = None  # since they ended
    statuses: frozenset[TrialStatus] = ENDED


@dataclass(frozen=True, kw_only=True, slots=True)
class EndedTrial:
    """What the rules ask of a trial."""

    number: int
    status: TrialStatus
    finished_at: datetime | None
    beside: int | None = None  # the candidate it was trained beside


@dataclass(frozen=True, kw_only=True, slots=True)
class References:
    """What documents of other searches refer to: whole searches, and single trials by search and number."""

    searches: dict[str, str]  # id -> the name of who refers to it
    trials: frozenset[tuple[str, int]]


def prunable(
    trials: Iterable[EndedTrial], rules: PruneRules, *, best: Collection[int], kept: Collection[int], now: datetime
) -> tuple[int, ...]:
    """The numbers of the trials that the rules name; `best` are the candidates to keep, `kept` further trials."""
    return tuple(trial.number for trial in trials if trial.number not in kept and _meets(trial, rules, best, now))


def age(text: str) -> timedelta:
    """The time that 12h, 30d or 2w stand for. Raises `InvalidQuery`."""
    match = AGE.fullmatch(text)
    if match is None:
        raise InvalidQuery(f"an age must be a number and h, d or w, as in 30d, got {text!r}")
    return float(match["number"]) * UNITS[match["unit"]]


def references(searches: Sequence[Search]) -> References:
    """What the documents refer to: earlier searches to begin with, trials that are retrained, files of trials."""
    whole: dict[str, str] = {}
    trials: set[tuple[str, int]] = set()
    for search in searches:
        begun = (search.document.get("begin_with") or {}).get("search_id")
        if begun is not None:
            whole[begun] = search.name
        retrained = search.document.get("retrains")
        if retrained is not None:
            trials.add((retrained["search"], retrained["trial"]))
        for found in FILE_OF_TRIAL.finditer(json.dumps(search.document)):
            trials.add((found["search"], int(found["number"])))
    return References(searches=whole, trials=frozenset(trials))


def has_ended(search: Search) -> bool:
    """Whether nothing of the search runs any more."""
    return not LEGAL_SEARCH[search.status]


def _meets(trial: EndedTrial, rules: PruneRules, best: Collection[int], now: datetime) -> bool:
    candidate = trial.number if trial.beside is None else trial.beside
    if trial.status not in rules.statuses & ENDED or candidate in best:
        return False
    return rules.older_than is None or (trial.finished_at is not None and trial.finished_at <= now - rules.older_than)
