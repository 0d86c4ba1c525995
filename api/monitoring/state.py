"""How searches stand, read at every look of Prometheus: each row of what runs, and the few rows that count what ended.

Nothing here reads the trials that have ended, so a look costs the same with a million of them as with none.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, Engine, func, select

from api.database import reading
from api.durations import What
from api.quotas import usage_of
from api.rows import NOBODY, AnyRow
from api.tables import durations, events, leases, measurements, projects, searches, trials
from nas.clock import utc
from nas.quotas import Usage
from nas.records import SearchStatus, TrialStatus


class LeaseState(StrEnum):
    """Who holds a running search."""

    HELD = "held"
    EXPIRED = "expired"  # its holder is gone without a word
    FREE = "free"  # given back; nobody has taken it up


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """The searches of a project in a status: how many, and since when the oldest is submitted."""

    project: str
    status: SearchStatus
    searches: int
    oldest_s: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Running:
    """A running search. `silence_s`: since its quietest running trial was handed out or measured; without one, since
    anything happened to the search."""

    project: str
    search_id: str
    lease: LeaseState
    trials: int
    silence_s: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Duration:
    """What ended alike and took about as long; see table `durations`."""

    what: What
    project: str
    outcome: str
    failure: str
    up_to_s: int
    times: int
    total_s: float


@dataclass(frozen=True, kw_only=True, slots=True)
class State:
    """All of it, at one moment."""

    projects: Sequence[str]
    standings: Sequence[Standing]
    running: Sequence[Running]
    durations: Sequence[Duration]
    usage: Mapping[str, Usage]


def read_state(engine: Engine, now_s: float) -> State:
    """What the database says now."""
    now = utc(now_s)
    with reading(engine) as connection:
        return State(
            projects=connection.execute(select(projects.c.name).order_by(projects.c.name)).scalars().all(),
            standings=list(_standings(connection, now)),
            running=list(_running(connection, now)),
            durations=[_duration(row) for row in connection.execute(select(durations))],
            usage=usage_of(connection),
        )


_STANDINGS = select(
    searches.c.project, searches.c.status, func.count().label("number"), func.min(searches.c.created_at).label("oldest")
).group_by(searches.c.project, searches.c.status)
_LAST_EVENT = (
    select(events.c.at)
    .where(events.c.search_id == searches.c.id)
    .order_by(events.c.sequence.desc())
    .limit(1)
    .scalar_subquery()
)
_SEARCHES = (
    select(
        searches.c.id,
        searches.c.project,
        searches.c.created_at,
        leases.c.owner,
        leases.c.expires_at,
        _LAST_EVENT.label("last_event"),
    )
    .join(leases, leases.c.search_id == searches.c.id)
    .where(searches.c.status == SearchStatus.RUNNING.value)
    .order_by(searches.c.id)
)
_LAST_MEASURED = (
    select(measurements.c.measured_at)
    .where(measurements.c.search_id == trials.c.search_id, measurements.c.number == trials.c.number)
    .order_by(measurements.c.fidelity.desc())
    .limit(1)
    .scalar_subquery()
)
_TRIALS = (
    select(trials.c.search_id, trials.c.handed_out_at, trials.c.started_at, _LAST_MEASURED.label("last_measured"))
    .join(searches, searches.c.id == trials.c.search_id)
    .where(searches.c.status == SearchStatus.RUNNING.value, trials.c.status == TrialStatus.RUNNING.value)
)


def _standings(connection: Connection, now: datetime) -> Iterator[Standing]:
    for row in connection.execute(_STANDINGS):
        yield Standing(
            project=row.project,
            status=SearchStatus(row.status),
            searches=row.number,
            oldest_s=_since(row.oldest, now),
        )


def _running(connection: Connection, now: datetime) -> Iterator[Running]:
    heard: dict[str, list[datetime]] = {}
    for row in connection.execute(_TRIALS):
        moments = [moment for moment in (row.handed_out_at or row.started_at, row.last_measured) if moment]
        heard.setdefault(row.search_id, []).append(max(moments, default=now))
    for search in connection.execute(_SEARCHES):
        trials_heard = heard.get(search.id, [])
        yield Running(
            project=search.project,
            search_id=search.id,
            lease=_lease_state(search, now),
            trials=len(trials_heard),
            silence_s=_since(min(trials_heard, default=search.last_event or search.created_at), now),
        )


def _lease_state(row: AnyRow, now: datetime) -> LeaseState:
    if row.owner == NOBODY:
        return LeaseState.FREE
    return LeaseState.HELD if row.expires_at > now.timestamp() else LeaseState.EXPIRED


def _duration(row: AnyRow) -> Duration:
    what, project, outcome, failure, up_to_s, times, total_s = row
    return Duration(
        what=What(what),
        project=project,
        outcome=outcome,
        failure=failure,
        up_to_s=up_to_s,
        times=times,
        total_s=total_s,
    )


def _since(moment: datetime, now: datetime) -> float:
    return max(0.0, (now - moment).total_seconds())
