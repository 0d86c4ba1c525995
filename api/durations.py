"""How long things took, counted where they end: trials, searches, and the wait of a search for its first trial.

Table `durations` is a histogram by project and outcome: a row per bound that was met. Whoever watches the service reads
these few rows, never the trials. What ended stays counted when its search is deleted.
"""

from bisect import bisect_left
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Table, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from api.tables import durations, searches
from nas.quotas import Spent
from nas.records import LEGAL_SEARCH, Failure, SearchStatus, TrialStatus

BOUNDS_S = (1, 10, 60, 300, 1800, 7200, 28_800, 86_400, 604_800)
BEYOND = 0  # stands for what took longer than the last bound


class What(StrEnum):
    """What took that long."""

    TRIAL = "trial"  # since it was handed out, until it ended
    SEARCH = "search"  # since it first ran, until it ended, pauses included
    WAIT = "wait"  # since a search was submitted, until its first trial was handed out


def bound_of(seconds: float) -> int:
    """The least bound that these seconds meet, `BEYOND` when they meet none."""
    place = bisect_left(BOUNDS_S, seconds)
    return BOUNDS_S[place] if place < len(BOUNDS_S) else BEYOND


def count_trial_end(
    connection: Connection, search_id: str, status: TrialStatus, failure: Failure | None, spent: Spent | None
) -> None:
    """A trial has ended, after so much time; no time when it was never handed out."""
    kind = "" if failure is None else failure.kind.value
    _count(connection, search_id, What.TRIAL, outcome=status, failure=kind, seconds=spent.trial_s if spent else 0.0)


def count_search_move(connection: Connection, search_id: str, status: SearchStatus, seconds: float) -> None:
    """A search has moved, that many seconds after it first ran; only ends count."""
    if not LEGAL_SEARCH[status]:
        _count(connection, search_id, What.SEARCH, outcome=status, failure="", seconds=seconds)


def count_first_trial(connection: Connection, search_id: str, now: datetime) -> None:
    """The first trial of a search is handed out now."""
    submitted = connection.execute(_SUBMITTED, {"search": search_id}).scalar_one()
    _count(connection, search_id, What.WAIT, outcome="", failure="", seconds=(now - submitted).total_seconds())


def _count(connection: Connection, search_id: str, what: What, *, outcome: str, failure: str, seconds: float) -> None:
    seconds = max(0.0, seconds)  # a clock may be set back
    key = {"search": search_id, "what": what.value, "outcome": outcome, "failure": failure}
    connection.execute(_ADD[connection.dialect.name], {**key, "up_to_s": bound_of(seconds), "total_s": seconds})


def _adding(insert: Callable[[Table], Any]) -> Any:
    """The statement that counts one thing more in the row of its bound; built once, for trials end often."""
    given = {name: bindparam(name, type_=durations.c[name].type) for name in ("what", "outcome", "failure", "up_to_s")}
    one = {"times": bindparam("times", 1, type_=durations.c.times.type)}
    total = {"total_s": bindparam("total_s", type_=durations.c.total_s.type)}
    columns = {"project": searches.c.project, **given, **one, **total}
    row = select(*columns.values()).where(searches.c.id == bindparam("search"))
    adding = insert(durations).from_select(list(columns), row)
    sums = {name: durations.c[name] + adding.excluded[name] for name in ("times", "total_s")}
    return adding.on_conflict_do_update(index_elements=list(durations.primary_key.columns), set_=sums)


_SUBMITTED = select(searches.c.created_at).where(searches.c.id == bindparam("search"))
_ADD = {"sqlite": _adding(sqlite.insert), "postgresql": _adding(postgresql.insert)}
