"""The writing side of the SQL storage: one search, one writer, every call one transaction.

Each transaction begins by reading the search's lease row, locked until its end (`FOR UPDATE` on PostgreSQL, the write
lock on SQLite): a controller whose lease was taken over finds a newer fence there and writes nothing, and two writers
never interleave. Statements are built once, so that a trial costs the simulator well below a millisecond.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import Connection, Engine, Table, bindparam, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from api import tables
from api.database import writing
from api.durations import count_first_trial, count_search_move, count_trial_end
from api.quotas import check_trial, count_artifacts, count_trial
from api.rows import (
    NOBODY,
    STATIC,
    AnyRow,
    artifact_values,
    checked,
    infeasible_values,
    metric_values,
    search_record,
    trial_values,
)
from api.telling import tell, tell_begun
from nas.clock import Clock, utc
from nas.errors import IllegalTransition, LeaseLost, NotFound
from nas.ports import NOTHING
from nas.quotas import Spent
from nas.records import (
    LEGAL_SEARCH,
    LEGAL_TRIAL,
    RETRIABLE,
    Failure,
    Infeasible,
    Lease,
    Measurement,
    Promotion,
    Search,
    SearchStatus,
    Trial,
    TrialStatus,
)

_LEASE = select(tables.leases).where(tables.leases.c.search_id == bindparam("search")).with_for_update()
_SET_LEASE = (
    update(tables.leases)
    .where(tables.leases.c.search_id == bindparam("search"))
    .values(owner=bindparam("owner"), fence=bindparam("fence"), expires_at=bindparam("expires_at"))
)
_SEARCH_STATUS = select(tables.searches.c.status, tables.searches.c.started_at).where(
    tables.searches.c.id == bindparam("search")
)
_TRIAL_ROW = select(*(tables.trials.c[name] for name in ("status", "attempt", "started_at", "promotions"))).where(
    tables.trials.c.search_id == bindparam("search"), tables.trials.c.number == bindparam("trial")
)
_NEXT_NUMBER = select(func.max(tables.trials.c.number)).where(tables.trials.c.search_id == bindparam("search"))
_RUN_TRIAL, _END_TRIAL = (
    update(tables.trials)
    .where(tables.trials.c.search_id == bindparam("search"), tables.trials.c.number == bindparam("trial"))
    .values({column: bindparam(f"new_{column}") for column in columns})
    for columns in (
        ("status", "attempt", "started_at", "handed_out_at"),
        ("status", "finished_at", "failure_kind", "failure_message", "broken"),
    )
)
_PROMOTE_TRIAL = (
    update(tables.trials)
    .where(tables.trials.c.search_id == bindparam("search"), tables.trials.c.number == bindparam("trial"))
    .values(
        status=TrialStatus.RUNNING.value,
        attempt=tables.trials.c.attempt + 1,
        promotions=bindparam("new_promotions"),
        failure_kind=None,
        failure_message=None,
        wish=None,
        handed_out_at=bindparam("new_handed_out_at"),
        finished_at=None,
    )
)
_MOVE_METRICS = (
    update(tables.trial_metrics)
    .where(tables.trial_metrics.c.search_id == bindparam("search"), tables.trial_metrics.c.number == bindparam("trial"))
    .values(status=bindparam("moved_to"))
)
_ADD_TRIAL, _ADD_INFEASIBLE = insert(tables.trials), insert(tables.infeasible)
_ADD_METRICS, _ADD_ARTIFACTS = insert(tables.trial_metrics), insert(tables.artifacts)
_DIALECTS: dict[str, Callable[[Table], sqlite.Insert | postgresql.Insert]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}


class SqlLedger:
    """Facts, written under a lease. See `nas.ports.Ledger` for what each call owes."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        # "On conflict" is written alike for both databases, but each has its own construct.
        dialect_insert = _DIALECTS[engine.dialect.name]
        self._add_measurement = (
            dialect_insert(tables.measurements).on_conflict_do_nothing().execution_options(preserve_rowcount=True)
        )
        metric = dialect_insert(tables.trial_metrics)
        self._set_metric = metric.on_conflict_do_update(
            index_elements=["search_id", "number", "metric"],
            set_={"value": metric.excluded.value, "fidelity": metric.excluded.fidelity},
            where=tables.trial_metrics.c.fidelity < metric.excluded.fidelity,
        )
        draw = dialect_insert(tables.redraws)
        self._count_redraws = draw.on_conflict_do_update(
            index_elements=["search_id", "reason"], set_={"draws": tables.redraws.c.draws + draw.excluded.draws}
        )

    def acquire_lease(self, search_id: str, owner: str, ttl_s: float) -> Lease | None:
        """A lease with a fence one higher than before, or None while another owner's has not expired."""
        with writing(self._engine) as connection:
            stored = _stored_lease(connection, search_id)
            now = self._clock()
            if stored.expires_at > now and stored.owner != owner:
                return None
            lease = Lease(search_id=search_id, owner=owner, fence=stored.fence + 1, expires_at=now + ttl_s)
            _write_lease(connection, lease)
            return lease

    def renew_lease(self, lease: Lease, ttl_s: float) -> Lease:
        """The same lease with a later end."""
        with writing(self._engine) as connection:
            stored = _stored_lease(connection, lease.search_id)
            _check_fence(stored, lease)
            renewed = replace(lease, expires_at=self._clock() + ttl_s)
            _write_lease(connection, renewed)
            return renewed

    def release_lease(self, lease: Lease) -> None:
        """Lets the next owner in at once; a lease that was taken over has nothing to release."""
        with writing(self._engine) as connection:
            if _stored_lease(connection, lease.search_id).fence == lease.fence:
                _write_lease(connection, replace(lease, owner=NOBODY, expires_at=0.0))

    def set_search_status(
        self,
        lease: Lease,
        status: SearchStatus,
        reason: str | None = None,
        *,
        infeasible: Sequence[Infeasible] = (),
        redraws: Mapping[str, int] = NOTHING,
    ) -> Search:
        """The search in its new status, with the time it began or ended. Raises `IllegalTransition`."""
        with self._fenced(lease) as connection:
            row = connection.execute(_SEARCH_STATUS, {"search": lease.search_id}).one()
            current = SearchStatus(row.status)
            if status not in LEGAL_SEARCH[current]:
                raise IllegalTransition(f"search {lease.search_id} cannot go from {current} to {status}")
            self._add_thrown(connection, lease.search_id, infeasible, redraws)
            now = utc(self._clock())
            started = row.started_at or (now if status is SearchStatus.RUNNING else None)
            count_search_move(connection, lease.search_id, status, (now - (started or now)).total_seconds())
            moment = {"started_at": started, "finished_at": None if LEGAL_SEARCH[status] else now}
            statement = (
                update(tables.searches)
                .where(tables.searches.c.id == lease.search_id)
                .values(status=status.value, reason=reason, **moment)
                .returning(*tables.searches.c)
            )
            return search_record(connection.execute(statement).one())

    def add_trial(self, lease: Lease, trial: Trial, infeasible: Sequence[Infeasible] = ()) -> None:
        """Records the next trial with the infeasible candidates drawn before it, all or nothing."""
        if not LEGAL_TRIAL[trial.status]:
            raise IllegalTransition(f"trial {trial.number} of search {lease.search_id} cannot begin as {trial.status}")
        status, now = trial.status.value, utc(self._clock())
        begun = dict.fromkeys(("started_at", "handed_out_at"), now if trial.status is TrialStatus.RUNNING else None)
        values = {**trial_values(trial), "search_id": lease.search_id, "created_at": now, **begun}
        with self._fenced(lease) as connection:
            _check_next(connection, lease.search_id, trial.number)
            check_trial(connection, lease.search_id)
            connection.execute(_ADD_TRIAL, [{**values, "status": status}])
            if trial.number == 0:
                count_first_trial(connection, lease.search_id, now)
            if trial.static_metrics:
                connection.execute(_ADD_METRICS, _metrics(lease, trial.number, status, STATIC, trial.static_metrics))
            self._add_thrown(connection, lease.search_id, infeasible, trial.redraws)
        tell_begun(lease.search_id, trial.number)

    def move_trial(
        self,
        lease: Lease,
        number: int,
        status: TrialStatus,
        failure: Failure | None = None,
        *,
        measurements: Sequence[Measurement] = (),
        told: str | None = None,
        broken: str | None = None,
        spent: Spent | None = None,
    ) -> None:
        """A compare-and-set along LEGAL_TRIAL; running to running hands the trial out once more."""
        keys = {"search": lease.search_id, "trial": number}
        with self._fenced(lease) as connection:
            row = _trial_row(connection, lease.search_id, number)
            _check_move(row, lease.search_id, number, status)
            for measurement in measurements:
                self._measure(connection, lease, number, row, measurement)
            self._move(connection, keys, row, status, failure=failure, broken=broken)
            if row.status != status.value:
                connection.execute(_MOVE_METRICS, {**keys, "moved_to": status.value})
            if not LEGAL_TRIAL[status]:
                count_trial(connection, lease.search_id, spent)
                count_trial_end(connection, lease.search_id, status, failure, spent)
            if told is not None:
                tell(
                    connection,
                    lease.search_id,
                    at=utc(self._clock()),
                    kind=f"trial_{status}",
                    message=told,
                    trial=number,
                )

    def promote_trial(self, lease: Lease, number: int, promotion: Promotion, told: str) -> None:
        """From the status that the promotion names to running, with an event."""
        keys = {"search": lease.search_id, "trial": number}
        with self._fenced(lease) as connection:
            row = _trial_row(connection, lease.search_id, number)
            if row.status not in RETRIABLE or row.status != promotion.after:
                named = f"trial {number} of search {lease.search_id}"
                raise IllegalTransition(f"{named} is {row.status}, not {promotion.after}, and cannot go on")
            check_trial(connection, lease.search_id)
            new = {"new_promotions": [*(row.promotions or ()), asdict(promotion)]}
            connection.execute(_PROMOTE_TRIAL, {**keys, **new, "new_handed_out_at": utc(self._clock())})
            connection.execute(_MOVE_METRICS, {**keys, "moved_to": TrialStatus.RUNNING.value})
            self._tell(connection, lease, "trial_promoted", told, number)

    def add_measurement(self, lease: Lease, number: int, measurement: Measurement) -> None:
        """Idempotent per fidelity: the first value stays."""
        with self._fenced(lease) as connection:
            self._measure(connection, lease, number, _trial_row(connection, lease.search_id, number), measurement)

    def add_event(self, lease: Lease, kind: str, message: str, trial: int | None = None) -> None:
        """Records that something happened, after everything recorded before."""
        with self._fenced(lease) as connection:
            self._tell(connection, lease, kind, message, trial)

    # The parts of a transaction.

    @contextmanager
    def _fenced(self, lease: Lease) -> Iterator[Connection]:
        """A transaction that nobody with another lease of this search can enter before it has ended."""
        with writing(self._engine) as connection:
            stored = _stored_lease(connection, lease.search_id)
            _check_fence(stored, lease)
            if stored.expires_at <= self._clock():
                raise LeaseLost(f"the lease {lease.fence} of search {lease.search_id} has expired; renew it first")
            yield connection

    def _move(
        self,
        connection: Connection,
        keys: dict[str, Any],
        row: AnyRow,
        status: TrialStatus,
        *,
        failure: Failure | None,
        broken: str | None,
    ) -> None:
        """Sets the columns of a legal move."""
        now = utc(self._clock())
        new = {**keys, "new_status": status.value}
        if status is TrialStatus.RUNNING:
            new |= {"new_attempt": row.attempt + 1, "new_started_at": row.started_at or now, "new_handed_out_at": now}
            connection.execute(_RUN_TRIAL, new)
            return
        kind, message = (None, None) if failure is None else (failure.kind.value, failure.message)
        new |= {"new_finished_at": now, "new_failure_kind": kind, "new_failure_message": message, "new_broken": broken}
        connection.execute(_END_TRIAL, new)

    def _measure(
        self, connection: Connection, lease: Lease, number: int, row: AnyRow, measurement: Measurement
    ) -> None:
        """Adds a measurement of a running trial, unless its fidelity was measured before."""
        metrics = checked(measurement.metrics)
        if row.status != TrialStatus.RUNNING:
            raise IllegalTransition(
                f"trial {number} of search {lease.search_id} is {row.status}; only a running one is measured"
            )
        key = {"search_id": lease.search_id, "number": number, "fidelity": measurement.fidelity}
        values = {**key, "metrics": metrics, "elapsed_s": measurement.elapsed_s, "measured_at": utc(self._clock())}
        if connection.execute(self._add_measurement, values).rowcount == 0:
            return
        if metrics:
            rows = _metrics(lease, number, row.status, measurement.fidelity, metrics)
            connection.execute(self._set_metric, rows)
        if measurement.artifacts:
            connection.execute(_ADD_ARTIFACTS, [artifact_values(key, each) for each in measurement.artifacts])
            count_artifacts(connection, lease.search_id, measurement.artifacts)

    def _tell(self, connection: Connection, lease: Lease, kind: str, message: str, trial: int | None) -> None:
        tell(connection, lease.search_id, at=utc(self._clock()), kind=kind, message=message, trial=trial)

    def _add_thrown(
        self, connection: Connection, search_id: str, infeasible: Sequence[Infeasible], redraws: Mapping[str, int]
    ) -> None:
        """What was drawn and thrown away on the way to a trial, or to the end of the search."""
        if infeasible:
            connection.execute(_ADD_INFEASIBLE, [infeasible_values(search_id, candidate) for candidate in infeasible])
        if redraws:
            counts = [{"search_id": search_id, "reason": reason, "draws": draws} for reason, draws in redraws.items()]
            connection.execute(self._count_redraws, counts)


def _stored_lease(connection: Connection, search_id: str) -> AnyRow:
    stored = connection.execute(_LEASE, {"search": search_id}).one_or_none()
    if stored is None:
        raise NotFound(f"no search with id {search_id!r}")
    return stored


def _check_fence(stored: AnyRow, lease: Lease) -> None:
    if stored.fence != lease.fence or stored.owner == NOBODY:
        raise LeaseLost(f"the lease {lease.fence} of search {lease.search_id} was taken over or released")


def _write_lease(connection: Connection, lease: Lease) -> None:
    values = {"owner": lease.owner, "fence": lease.fence, "expires_at": lease.expires_at}
    connection.execute(_SET_LEASE, {"search": lease.search_id, **values})


def _check_next(connection: Connection, search_id: str, number: int) -> None:
    last = connection.execute(_NEXT_NUMBER, {"search": search_id}).scalar_one()
    expected = 0 if last is None else last + 1
    if number != expected:
        raise IllegalTransition(f"the next trial of search {search_id} must have number {expected}, got {number}")


def _check_move(row: AnyRow, search_id: str, number: int, status: TrialStatus) -> None:
    """Raises `IllegalTransition` unless the trial may move there; a running one may be handed out again."""
    current, running = TrialStatus(row.status), TrialStatus.RUNNING
    again = current is running and status is running
    if not again and status not in LEGAL_TRIAL[current]:
        raise IllegalTransition(f"trial {number} of search {search_id} cannot go from {current} to {status}")


def _trial_row(connection: Connection, search_id: str, number: int) -> AnyRow:
    row = connection.execute(_TRIAL_ROW, {"search": search_id, "trial": number}).one_or_none()
    if row is None:
        raise NotFound(f"search {search_id} has no trial {number}")
    return row


def _metrics(lease: Lease, number: int, status: str, fidelity: int, metrics: Mapping[str, float]) -> list[Any]:
    return metric_values(metrics, search_id=lease.search_id, number=number, status=status, fidelity=fidelity)
