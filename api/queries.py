"""The reading side of the SQL storage, and the wishes of people. Nothing here needs a lease."""

import hashlib
import json
import secrets
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, select
from sqlalchemy.exc import IntegrityError

from api.curves import curves_of
from api.database import reading, writing
from api.identifiers import id_after
from api.pages import leaderboard_page, rows_of
from api.quotas import check_search
from api.repeats import repeats_of
from api.rows import NOBODY, AnyRow, event_record, infeasible_record, search_record, trial_record
from api.tables import events, infeasible, leases, projects, redraws, searches, trial_metrics, trials
from nas.clock import Clock, utc
from nas.errors import IdempotencyConflict, InvalidQuery, NotFound
from nas.estimates import Estimates
from nas.leaderboard import FOREIGN_CURSOR, MAX_LIMIT, decode_cursor, encode_cursor
from nas.ports import Page, Query, SearchPage, SearchSummary, Underway
from nas.records import (
    DEFAULT_PROJECT,
    Event,
    Infeasible,
    Lease,
    Search,
    SearchStatus,
    Trial,
    TrialStatus,
)

_ATTEMPTS = 5  # of making a search beside others that are made at the same moment


class SqlRecords:
    """What people and controllers read. See `nas.ports.Records` for what each call owes."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def create_search(
        self,
        name: str,
        document: dict[str, Any],
        idempotency_key: str | None = None,
        *,
        project: str = DEFAULT_PROJECT,
        priority: int = 0,
    ) -> Search:
        """A queued search; the same key again in its project returns the first one. Raises `IdempotencyConflict`."""
        for attempt in range(_ATTEMPTS):
            try:
                return self._create(name, document, idempotency_key, project=project, priority=priority)
            except IntegrityError:
                # Another process took the same id or the same key between our look and our write.
                if attempt == _ATTEMPTS - 1:
                    raise
        raise AssertionError("the last attempt returns or raises")

    def keyed_search(self, idempotency_key: str, *, project: str = DEFAULT_PROJECT) -> Search | None:
        """The search that was created with this key in the project, if any."""
        with reading(self._engine) as connection:
            row = _with_key(connection, _digest([project, idempotency_key]))
        return None if row is None else search_record(row)

    def search(self, name_or_id: str, *, project: str | None = None) -> Search:
        """By id, else the newest with that name; only of the project, where one is given."""
        seen = select(searches) if project is None else select(searches).where(searches.c.project == project)
        newest = seen.where(searches.c.name == name_or_id).order_by(searches.c.id.desc()).limit(1)
        with reading(self._engine) as connection:
            row = connection.execute(seen.where(searches.c.id == name_or_id)).one_or_none()
            row = row or connection.execute(newest).one_or_none()
        if row is None:
            raise NotFound(f"no search has the name or id {name_or_id!r}")
        return search_record(row)

    def searches(
        self,
        *,
        status: SearchStatus | None = None,
        project: str | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> SearchPage:
        """Newest first, of all projects or one."""
        if not 1 <= limit <= MAX_LIMIT:
            raise InvalidQuery(f"limit must be in 1..{MAX_LIMIT}, got {limit}")
        binding = f"searches {status} {project}"
        statement = select(searches).order_by(searches.c.id.desc()).limit(limit + 1)
        if status is not None:
            statement = statement.where(searches.c.status == status.value)
        if project is not None:
            statement = statement.where(searches.c.project == project)
        if cursor is not None:
            statement = statement.where(searches.c.id < last_seen(cursor, binding))
        with reading(self._engine) as connection:
            found = [search_record(row) for row in connection.execute(statement)]
        more = encode_cursor(binding, [found[limit - 1].id]) if len(found) > limit else None
        return SearchPage(searches=tuple(found[:limit]), next_cursor=more)

    def underway(self) -> list[Underway]:
        """Every running search whose lease has not expired, oldest first."""
        weighed = searches.outerjoin(projects, projects.c.name == searches.c.project)
        statement = (
            select(searches, leases.c.owner, func.coalesce(projects.c.weight, 1.0).label("weight"))
            .select_from(weighed.join(leases, leases.c.search_id == searches.c.id))
            .where(searches.c.status == SearchStatus.RUNNING.value, leases.c.expires_at > self._clock())
            .order_by(searches.c.id)
        )
        with reading(self._engine) as connection:
            return [
                Underway(search=search_record(row), owner=row.owner, weight=row.weight)
                for row in connection.execute(statement)
            ]

    def summary(self, search_id: str) -> SearchSummary:
        """The search with the counts a list shows."""
        by_status = (
            select(trials.c.status, func.count()).where(trials.c.search_id == search_id).group_by(trials.c.status)
        )
        drawn = select(redraws.c.reason, redraws.c.draws).where(redraws.c.search_id == search_id)
        refused = select(func.count()).select_from(infeasible).where(infeasible.c.search_id == search_id)
        with reading(self._engine) as connection:
            return SearchSummary(
                search=_search(connection, search_id),
                trials_by_status={TrialStatus(status): count for status, count in connection.execute(by_status)},
                infeasible=connection.execute(refused).scalar_one(),
                redraws={row.reason: row.draws for row in connection.execute(drawn)},
            )

    def trial(self, search_id: str, number: int) -> Trial:
        """One trial with its measurements."""
        statement = select(trials).where(trials.c.search_id == search_id, trials.c.number == number)
        with reading(self._engine) as connection:
            row = connection.execute(statement).one_or_none()
            if row is None:
                _search(connection, search_id)
                raise NotFound(f"search {search_id} has no trial {number}")
            return trial_record(row, curves_of(connection, search_id, number).get(number, ()))

    def trials(self, search_id: str) -> list[Trial]:
        """All trials with their measurements, ascending number: what a controller is rebuilt from."""
        statement = select(trials).where(trials.c.search_id == search_id).order_by(trials.c.number)
        with reading(self._engine) as connection:
            _search(connection, search_id)
            curves = curves_of(connection, search_id)
            return [trial_record(row, curves.get(row.number, ())) for row in connection.execute(statement)]

    def compared(self, search_id: str) -> list[Trial]:
        """Companions and their candidates, as on a leaderboard page, ascending number."""
        beside = select(trials.c.number, trials.c.beside).where(
            trials.c.search_id == search_id, trials.c.beside.is_not(None)
        )
        with reading(self._engine) as connection:
            _search(connection, search_id)
            numbers = {number for row in connection.execute(beside) for number in row}
            return rows_of(connection, search_id, sorted(numbers))

    def infeasible(self, search_id: str) -> list[Infeasible]:
        """All candidates that cost no training, in the order they were drawn."""
        statement = (
            select(infeasible)
            .where(infeasible.c.search_id == search_id)
            .order_by(infeasible.c.number, infeasible.c.draw)
        )
        with reading(self._engine) as connection:
            _search(connection, search_id)
            return [infeasible_record(row) for row in connection.execute(statement)]

    def leaderboard(self, search_id: str, query: Query) -> Page:
        """A page of trials in the order the query asks for."""
        with reading(self._engine) as connection:
            _search(connection, search_id)
            return leaderboard_page(connection, search_id, query)

    def completed_metrics(self, search_id: str, metrics: Iterable[str]) -> dict[int, dict[str, float]]:
        """The newest values of these metrics of every completed trial that has one, by number; quick at 100,000."""
        metric = trial_metrics.c
        statement = select(metric.number, metric.metric, metric.value).where(
            metric.search_id == search_id,
            metric.metric.in_(sorted(set(metrics))),
            metric.status == TrialStatus.COMPLETED.value,
        )
        found: dict[int, dict[str, float]] = defaultdict(dict)
        with reading(self._engine) as connection:
            _search(connection, search_id)
            for number, name, value in connection.execute(statement):
                found[number][name] = value
        return dict(found)

    def rows(self, search_id: str, numbers: list[int]) -> list[Trial]:
        """The trials of these numbers, in their order, as on a leaderboard page."""
        with reading(self._engine) as connection:
            return rows_of(connection, search_id, numbers)

    def repeats(self, search_id: str, numbers: Sequence[int], metrics: Sequence[str]) -> Estimates:
        """What these candidates reached in these measured metrics, over their repeats, as on a leaderboard page."""
        with reading(self._engine) as connection:
            return repeats_of(connection, search_id, numbers, metrics)

    def events(self, search_id: str, after: int = 0, limit: int = 1000) -> list[Event]:
        """What happened after the event with sequence `after`, oldest first."""
        statement = (
            select(events)
            .where(events.c.search_id == search_id, events.c.sequence > after)
            .order_by(events.c.sequence)
            .limit(limit)
        )
        with reading(self._engine) as connection:
            _search(connection, search_id)
            return [event_record(row) for row in connection.execute(statement)]

    def lease_of(self, search_id: str) -> Lease | None:
        """The last lease, expired or not; None once it was released."""
        with reading(self._engine) as connection:
            _search(connection, search_id)
            row = connection.execute(select(leases).where(leases.c.search_id == search_id)).one()
        if row.owner == NOBODY:
            return None
        return Lease(search_id=search_id, owner=row.owner, fence=row.fence, expires_at=row.expires_at)

    def _create(self, name: str, document: dict[str, Any], key: str | None, *, project: str, priority: int) -> Search:
        digest = _digest([name, document])
        stored_key = None if key is None else _digest([project, key])
        with writing(self._engine) as connection:
            if stored_key is not None and (first := _with_key(connection, stored_key)) is not None:
                return _same(first, digest, key)
            check_search(connection, project)
            now = self._clock()
            newest = connection.execute(select(func.max(searches.c.id))).scalar_one()
            row = {
                "id": id_after(newest, now, secrets.randbits(15)),
                "name": name,
                "document": document,
                "document_digest": digest,
                "idempotency_key": stored_key,
                "project": project,
                "priority": priority,
                "status": SearchStatus.QUEUED.value,
                "cancel_requested": False,
                "created_at": utc(now),
            }
            made = connection.execute(insert(searches).values(row).returning(*searches.c)).one()
            connection.execute(insert(leases).values(search_id=made.id, owner=NOBODY, fence=0, expires_at=0.0))
            return search_record(made)


def _search(connection: Connection, search_id: str) -> Search:
    row = connection.execute(select(searches).where(searches.c.id == search_id)).one_or_none()
    if row is None:
        raise NotFound(f"no search has the id {search_id!r}")
    return search_record(row)


def _with_key(connection: Connection, stored_key: str) -> AnyRow | None:
    """The row of the search that this idempotency key made."""
    return connection.execute(select(searches).where(searches.c.idempotency_key == stored_key)).one_or_none()


def _same(row: AnyRow, digest: str, key: str | None) -> Search:
    """The search of the row. Raises `IdempotencyConflict` when it was made of something else."""
    if row.document_digest != digest:
        raise IdempotencyConflict(f"the idempotency key {key!r} was used for another document (search {row.id})")
    return search_record(row)


def _digest(content: list[Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def last_seen(cursor: str, binding: str) -> str:
    (last,) = decode_cursor(cursor, binding, fields=1)
    if not (isinstance(last, str) and last.isascii() and last.isalnum()):
        raise InvalidQuery(FOREIGN_CURSOR)
    return last
