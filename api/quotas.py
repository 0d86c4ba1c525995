"""Quotas and usage of projects in SQL: checked and counted in the transactions that begin and end trials."""

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import Connection, Executable, Select, Table, bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from api.rows import AnyRow
from api.tables import artifacts, projects, searches, trials, usage
from nas.errors import QuotaReached
from nas.quotas import Quota, Spent, Standing, Usage, search_refused, trial_refused
from nas.records import LEGAL_SEARCH, Artifact, TrialStatus

_OPEN = [status.value for status, following in LEGAL_SEARCH.items() if following]
_COUNTED = ("trials", "trial_s", "gpu_s", "artifact_bytes")
_QUOTA = select(projects, *(usage.c[name].label(f"used_{name}") for name in _COUNTED)).select_from(
    projects.outerjoin(usage, usage.c.project == projects.c.name)
)
_OF_SEARCH = _QUOTA.join(searches, searches.c.project == projects.c.name).where(searches.c.id == bindparam("search"))
_RUNNING = (
    select(func.count())
    .select_from(trials.join(searches, searches.c.id == trials.c.search_id))
    .where(
        searches.c.project == bindparam("project"),
        searches.c.status.in_(_OPEN),
        trials.c.status == TrialStatus.RUNNING.value,
    )
)
_UNFINISHED = select(func.count()).where(searches.c.project == bindparam("project"), searches.c.status.in_(_OPEN))
_RUNNING_BY_PROJECT = (
    select(searches.c.project, func.count().label("number"))
    .select_from(trials.join(searches, searches.c.id == trials.c.search_id))
    .where(searches.c.status.in_(_OPEN), trials.c.status == TrialStatus.RUNNING.value)
    .group_by(searches.c.project)
)
_UNFINISHED_BY_PROJECT = (
    select(searches.c.project, func.count().label("number"))
    .where(searches.c.status.in_(_OPEN))
    .group_by(searches.c.project)
)
_ARTIFACT_BYTES = select(func.coalesce(func.sum(artifacts.c.size_bytes), 0)).where(
    artifacts.c.search_id == bindparam("search")
)


def _adding(dialect_insert: Callable[[Table], sqlite.Insert | postgresql.Insert]) -> Executable:
    """Adds to what the project of a search has used. Built once: every end of a trial runs it."""
    values = [bindparam(f"more_{name}", type_=usage.c[name].type) for name in _COUNTED]
    row = select(searches.c.project, *values).where(searches.c.id == bindparam("search"))
    adding: Any = dialect_insert(usage).from_select(["project", *_COUNTED], row)
    sums = {name: usage.c[name] + adding.excluded[name] for name in _COUNTED}
    statement: Executable = adding.on_conflict_do_update(index_elements=["project"], set_=sums)
    return statement


_ADD_USAGE = {"sqlite": _adding(sqlite.insert), "postgresql": _adding(postgresql.insert)}
_LOCK: dict[str, dict[str, Any]] = {
    "sqlite": {},
    "postgresql": {"of": projects},
}
"""What is locked until a trial is written: no other of the project begins meanwhile."""


def check_search(connection: Connection, project: str) -> None:
    """Raises `QuotaReached` when the project may have no further search."""
    row = connection.execute(_locked(connection, _QUOTA.where(projects.c.name == project))).one_or_none()
    if row is None or row.max_searches is None:
        return
    refused = search_refused(project, _quota(row), connection.execute(_UNFINISHED, {"project": project}).scalar_one())
    if refused:
        raise QuotaReached(refused)


def check_trial(connection: Connection, search_id: str) -> None:
    """Raises `QuotaReached` when the project of the search may run no further trial for now."""
    row = connection.execute(_OF_SEARCH, {"search": search_id}).one_or_none()
    if row is None or _quota(row) == Quota(max_searches=row.max_searches):
        return
    connection.execute(_locked(connection, select(projects.c.name).where(projects.c.name == row.name)))
    running = connection.execute(_RUNNING, {"project": row.name}).scalar_one()
    refused = trial_refused(row.name, _quota(row), _usage(row), running)
    if refused:
        raise QuotaReached(refused)


def count_trial(connection: Connection, search_id: str, spent: Spent | None) -> None:
    """A trial has ended, after so much time."""
    spent = spent or Spent(trial_s=0.0, gpu_s=0.0)
    _count(connection, search_id, Usage(trials=1, trial_s=spent.trial_s, gpu_s=spent.gpu_s))


def count_artifacts(connection: Connection, search_id: str, added: Iterable[Artifact]) -> None:
    """A trial has written these."""
    _count(connection, search_id, Usage(artifact_bytes=sum(artifact.size_bytes for artifact in added)))


def discount_artifacts(connection: Connection, search_id: str, freed: int | None = None) -> None:
    """So many bytes, by default everything that the trials of the search have written, are to be removed."""
    if freed is None:
        freed = connection.execute(_ARTIFACT_BYTES, {"search": search_id}).scalar_one()
    project = select(searches.c.project).where(searches.c.id == search_id).scalar_subquery()
    kept = usage.c.artifact_bytes - freed
    connection.execute(update(usage).where(usage.c.project == project).values(artifact_bytes=kept))


def usage_of(connection: Connection) -> dict[str, Usage]:
    """What every project has used; one that has used nothing yet is left out."""
    rows = connection.execute(select(usage)).all()
    return {row.project: Usage(**{name: getattr(row, name) for name in _COUNTED}) for row in rows}


def standings(connection: Connection, project: str | None = None) -> dict[str, Standing]:
    """How every project, or one, stands to its quotas, by name."""
    running, unfinished = (
        {row.project: row.number for row in connection.execute(statement)}
        for statement in (_RUNNING_BY_PROJECT, _UNFINISHED_BY_PROJECT)
    )
    asked = _QUOTA if project is None else _QUOTA.where(projects.c.name == project)
    return {
        row.name: Standing(
            quota=_quota(row),
            usage=_usage(row),
            unfinished=unfinished.get(row.name, 0),
            running=running.get(row.name, 0),
        )
        for row in connection.execute(asked.order_by(projects.c.name))
    }


def _count(connection: Connection, search_id: str, more: Usage) -> None:
    values = {f"more_{name}": getattr(more, name) for name in _COUNTED}
    connection.execute(_ADD_USAGE[connection.dialect.name], {"search": search_id, **values})


def _locked(connection: Connection, statement: Select[Any]) -> Select[Any]:
    return statement.with_for_update(**_LOCK[connection.dialect.name])


def _quota(row: AnyRow) -> Quota:
    return Quota(
        max_searches=row.max_searches,
        max_concurrent=row.max_concurrent,
        gpu_hours=row.gpu_hours,
        artifact_bytes=row.artifact_bytes,
    )


def _usage(row: AnyRow) -> Usage:
    return Usage(**{name: getattr(row, f"used_{name}") or 0 for name in _COUNTED})
