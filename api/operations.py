"""How the service stands, for whoever operates it: what runs, what waits and why, who holds what, what failed lately.

All of it is read from the records, bounded, and within the projects that somebody sees.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from platform import python_version
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select, true

from api.operation_views import (
    FailuresView,
    LeaseView,
    OperationsView,
    ProjectStandingView,
    RunningView,
    VersionsView,
    WaitingView,
)
from api.quotas import standings
from api.rows import NOBODY, AnyRow
from api.schema import newest_version
from api.tables import events, leases, projects, searches, trials
from nas.controller import told_of_share
from nas.quotas import HOUR_S
from nas.records import LEGAL_SEARCH, SearchStatus, TrialStatus

MOST = 200  # of each list
LOOKED_THROUGH = 50  # newest searches, for their failures
DAY = timedelta(days=1)
DISTRIBUTIONS = ("spinesearch", "ray", "torch", "sqlalchemy", "fastapi", "optuna")
OPEN = [status.value for status, following in LEGAL_SEARCH.items() if following]
LOOKED_BACK = 2_000  # newest events of a search, for what its share is
WAITS, SHARE = "waits", "share"  # events of a controller: a quota holds it up, its share of the cluster has changed


def operations_of(connection: Connection, *, project: str | None, now: datetime) -> OperationsView:
    """How everything of a project stands, or with None of all."""
    seen = true() if project is None else searches.c.project == project
    return OperationsView(
        at=now,
        running=[_trial(row) for row in connection.execute(_running(seen))],
        running_total=connection.execute(_count(seen)).scalar_one(),
        waiting=list(_waiting(connection, seen)),
        leases=[_lease(row, now) for row in connection.execute(_leases(seen))],
        projects=list(_projects(connection, project)),
        failures=[_failures(row) for row in connection.execute(_failed(seen, now))],
        versions=_versions(connection),
        cluster=None,
    )


_OF_SEARCH = (searches.c.id.label("search"), searches.c.name, searches.c.project)
_RUNS = trials.c.status == TrialStatus.RUNNING.value
_TRIALS = trials.join(searches, searches.c.id == trials.c.search_id)
_NEWEST = events.alias("newest")
_LAST = select(func.max(_NEWEST.c.sequence)).where(_NEWEST.c.search_id == searches.c.id).correlate(searches)
_HELD_UP = (  # by a quota, and nothing has happened since
    select(events.c.message)
    .where(events.c.search_id == searches.c.id, events.c.sequence == _LAST.scalar_subquery(), events.c.kind == WAITS)
    .correlate(searches)
    .scalar_subquery()
)
_SHARED = (  # how its share of the cluster was last told
    select(events.c.message)
    .where(events.c.search_id == searches.c.id, events.c.sequence > _LAST.scalar_subquery() - LOOKED_BACK)
    .where(events.c.kind == SHARE)
    .order_by(events.c.sequence.desc())
    .limit(1)
    .correlate(searches)
    .scalar_subquery()
)
_RUNNING_TRIALS = select(func.count()).where(trials.c.search_id == searches.c.id, _RUNS).scalar_subquery()


def _running(seen: ColumnElement[bool]) -> Select[Any]:
    since = func.coalesce(trials.c.handed_out_at, trials.c.started_at)
    columns = (trials.c.number, trials.c.attempt, since.label("since"), searches.c.document)
    statement = select(*_OF_SEARCH, *columns).select_from(_TRIALS).where(seen, _RUNS, searches.c.status.in_(OPEN))
    return statement.order_by(since, searches.c.id, trials.c.number).limit(MOST)


def _count(seen: ColumnElement[bool]) -> Select[Any]:
    return select(func.count()).select_from(_TRIALS).where(seen, _RUNS, searches.c.status.in_(OPEN))


def _trial(row: AnyRow) -> RunningView:
    resources = row.document.get("resources") or {}
    return RunningView(
        search=row.search,
        name=row.name,
        project=row.project,
        number=row.number,
        attempt=row.attempt,
        since=row.since,
        cpus=resources.get("cpus", 1),
        gpus=resources.get("gpus", 0),
    )


def _waiting(connection: Connection, seen: ColumnElement[bool]) -> Iterator[WaitingView]:
    """The unfinished searches that could run more than they do: those of higher priority first, then the older."""
    columns = [searches.c[name] for name in ("priority", "status", "document", "created_at", "pause_requested")]
    told = (_HELD_UP.label("waits"), _SHARED.label("share"), _RUNNING_TRIALS.label("running"), leases.c.owner)
    statement = (
        select(*_OF_SEARCH, *columns, *told)
        .join(leases, leases.c.search_id == searches.c.id)
        .where(seen, searches.c.status.in_(OPEN))
        .order_by(searches.c.priority.desc(), searches.c.id)
        .limit(MOST)
    )
    for row in connection.execute(statement):
        wanted = int((row.document.get("resources") or {}).get("concurrent", 1))
        why = _why(row, wanted)
        if row.running < wanted and why is not None:
            yield WaitingView(
                search=row.search,
                name=row.name,
                project=row.project,
                priority=row.priority,
                status=SearchStatus(row.status),
                since=row.created_at,
                running=row.running,
                wanted=wanted,
                why=why,
            )


def _why(row: AnyRow, wanted: int) -> str | None:
    """Why a search runs fewer trials than it may, as far as the records say."""
    if row.pause_requested is not None or row.status == SearchStatus.PAUSED.value:
        return "paused by wish; `nas resume` lets it go on"
    if row.owner == NOBODY:
        return "no controller has taken it up: all run as many searches as they may, or none runs"
    if row.waits:
        return str(row.waits)
    if row.share not in (None, told_of_share(None, wanted)):
        return str(row.share)
    if row.running:
        return None
    return "its controller has fewer trials to hand out, or the cluster no room"


def _leases(seen: ColumnElement[bool]) -> Select[Any]:
    columns = [leases.c[name] for name in ("owner", "fence", "expires_at")]
    statement = select(*_OF_SEARCH, *columns).join(leases, leases.c.search_id == searches.c.id)
    held = statement.where(seen, searches.c.status.in_(OPEN), leases.c.owner != NOBODY)
    return held.order_by(searches.c.id).limit(MOST)


def _lease(row: AnyRow, now: datetime) -> LeaseView:
    return LeaseView(
        search=row.search,
        name=row.name,
        project=row.project,
        owner=row.owner,
        fence=row.fence,
        expires_in_s=row.expires_at - now.timestamp(),
    )


def _projects(connection: Connection, project: str | None) -> Iterator[ProjectStandingView]:
    weights = {row.name: row.weight for row in connection.execute(select(projects.c.name, projects.c.weight))}
    for name, standing in standings(connection, project).items():
        quota, usage = standing.quota, standing.usage
        yield ProjectStandingView(
            name=name,
            weight=weights[name],
            unfinished=standing.unfinished,
            max_searches=quota.max_searches,
            running=standing.running,
            max_concurrent=quota.max_concurrent,
            gpu_hours=usage.gpu_s / HOUR_S,
            max_gpu_hours=quota.gpu_hours,
            artifact_bytes=usage.artifact_bytes,
            max_artifact_bytes=quota.artifact_bytes,
            trials=usage.trials,
            trial_hours=usage.trial_s / HOUR_S,
        )


def _failed(seen: ColumnElement[bool], now: datetime) -> Select[Any]:
    """The failures of the last day in the newest searches, by kind."""
    newest = select(searches.c.id).where(seen).order_by(searches.c.id.desc()).limit(LOOKED_THROUGH)
    failed = trials.c.status == TrialStatus.FAILED.value
    lately = trials.c.finished_at >= now - DAY
    ranked = (
        select(
            *_OF_SEARCH,
            trials.c.number,
            trials.c.failure_kind,
            trials.c.failure_message,
            trials.c.finished_at,
            func.count().over(partition_by=trials.c.failure_kind).label("times"),
            func.row_number()
            .over(partition_by=trials.c.failure_kind, order_by=trials.c.finished_at.desc())
            .label("place"),
        )
        .select_from(_TRIALS)
        .where(trials.c.search_id.in_(newest), failed, lately)
        .subquery()
    )
    return select(ranked).where(ranked.c.place == 1).order_by(ranked.c.times.desc(), ranked.c.failure_kind)


def _failures(row: AnyRow) -> FailuresView:
    return FailuresView(
        kind=row.failure_kind,
        times=row.times,
        search=row.search,
        name=row.name,
        number=row.number,
        message=row.failure_message,
        at=row.finished_at,
    )


def _versions(connection: Connection) -> VersionsView:
    found = {name: installed for name in DISTRIBUTIONS if (installed := _installed(name)) is not None}
    dialect = connection.dialect
    server = ".".join(str(part) for part in dialect.server_version_info or ())
    return VersionsView(
        schema=newest_version(), database=f"{dialect.name} {server}".strip(), python=python_version(), packages=found
    )


def _installed(name: str) -> str | None:
    """The version of a distribution, found without loading it."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None
