"""The in-memory twin of the SQL storage: the same answers and refusals, nothing kept when the process ends."""

import secrets
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from nas.clock import Clock, system_clock, utc
from nas.errors import IdempotencyConflict, IllegalTransition, InvalidQuery, LeaseLost, NotFound
from nas.leaderboard import FOREIGN_CURSOR, check_metrics, decode_cursor, encode_cursor, reduced, select
from nas.memory_quotas import MemoryQuotas
from nas.ports import NOTHING, Page, Query, SearchPage, SearchSummary, Underway, Wanted
from nas.quotas import Quota, Spent, Usage
from nas.records import (
    DEFAULT_PROJECT,
    LEGAL_SEARCH,
    LEGAL_TRIAL,
    RETRIABLE,
    Artifact,
    Event,
    Failure,
    Infeasible,
    Lease,
    Measurement,
    Pause,
    Promotion,
    Search,
    SearchStatus,
    Trial,
    TrialStatus,
    TrialWish,
)
from nas.wishes import check_deletable, check_more_trials, check_prunable, check_wish, reopened, wanted_of

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(slots=True)
class Shelf:
    """Everything stored about one search."""

    search: Search
    lease: Lease | None = None
    fence: int = 0
    trials: list[Trial] = field(default_factory=list)
    infeasible: list[Infeasible] = field(default_factory=list)
    redraws: Counter[str] = field(default_factory=Counter)
    events: list[Event] = field(default_factory=list)
    wishes: dict[int, TrialWish] = field(default_factory=dict)


def one_at_a_time(
    method: Callable[Concatenate["MemoryStorage", P], R],
) -> Callable[Concatenate["MemoryStorage", P], R]:
    """The method under the storage's lock: each call is one transaction."""

    @wraps(method)
    def locked(self: "MemoryStorage", /, *args: P.args, **kwargs: P.kwargs) -> R:
        with self.lock:
            return method(self, *args, **kwargs)

    return locked


class MemoryStorage:
    """Implements `nas.ports.Storage`; safe to share between threads."""

    def __init__(
        self,
        *,
        clock: Clock = system_clock,
        quotas: Mapping[str, Quota] | None = None,
        weights: Mapping[str, float] | None = None,
    ) -> None:
        self.clock = clock
        self.weights = dict(weights or {})  # of projects; 1 where there is none
        self.lock = threading.RLock()
        self.quotas = MemoryQuotas(quotas or {})
        self.shelves: dict[str, Shelf] = {}
        self.keys: dict[tuple[str, str], str] = {}  # by project and key the id of the search it made

    # The writing side.

    @one_at_a_time
    def acquire_lease(self, search_id: str, owner: str, ttl_s: float) -> Lease | None:
        """See `Ledger`."""
        shelf = self._shelf(search_id)
        held = shelf.lease
        if held is not None and held.owner != owner and held.expires_at > self.clock():
            return None
        shelf.fence += 1
        shelf.lease = Lease(search_id=search_id, owner=owner, fence=shelf.fence, expires_at=self.clock() + ttl_s)
        return shelf.lease

    @one_at_a_time
    def renew_lease(self, lease: Lease, ttl_s: float) -> Lease:
        """See `Ledger`."""
        shelf = self._shelf(lease.search_id)
        if shelf.lease is None or shelf.fence != lease.fence:
            raise LeaseLost(f"the lease {lease.fence} of search {lease.search_id} was taken over or released")
        shelf.lease = replace(lease, expires_at=self.clock() + ttl_s)
        return shelf.lease

    @one_at_a_time
    def release_lease(self, lease: Lease) -> None:
        """See `Ledger`."""
        shelf = self._shelf(lease.search_id)
        if shelf.fence == lease.fence:
            shelf.lease = None

    @one_at_a_time
    def set_search_status(
        self,
        lease: Lease,
        status: SearchStatus,
        reason: str | None = None,
        *,
        infeasible: Sequence[Infeasible] = (),
        redraws: Mapping[str, int] = NOTHING,
    ) -> Search:
        """See `Ledger`."""
        shelf = self._held(lease)
        search = shelf.search
        if status not in LEGAL_SEARCH[search.status]:
            raise IllegalTransition(f"search {search.id} is {search.status} and cannot become {status}")
        now = utc(self.clock())
        shelf.search = replace(
            search,
            status=status,
            reason=reason,
            started_at=search.started_at or (now if status is SearchStatus.RUNNING else None),
            finished_at=None if LEGAL_SEARCH[status] else now,
        )
        shelf.infeasible.extend(infeasible)
        shelf.redraws.update(redraws)
        return shelf.search

    @one_at_a_time
    def add_trial(self, lease: Lease, trial: Trial, infeasible: Sequence[Infeasible] = ()) -> None:
        """See `Ledger`."""
        shelf = self._held(lease)
        if not LEGAL_TRIAL[trial.status]:
            raise IllegalTransition(f"trial {trial.id} cannot begin as {trial.status}")
        if trial.number != len(shelf.trials):
            raise IllegalTransition(
                f"the next trial of search {lease.search_id} is {len(shelf.trials)}, got {trial.number}"
            )
        self._check_quota(shelf)
        now = utc(self.clock())
        started = now if trial.status is TrialStatus.RUNNING else None
        shelf.trials.append(replace(trial, search_id=lease.search_id, created_at=now, started_at=started))
        shelf.infeasible.extend(infeasible)
        shelf.redraws.update(trial.redraws)

    @one_at_a_time
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
        """See `Ledger`."""
        shelf = self._held(lease)
        trial = self._trial(shelf, number)
        again = trial.status is status is TrialStatus.RUNNING
        if status not in LEGAL_TRIAL[trial.status] and not again:
            raise IllegalTransition(f"trial {trial.id} is {trial.status} and cannot become {status}")
        for measurement in measurements:
            trial = self._measured(shelf, trial, measurement)
        now = utc(self.clock())
        shelf.trials[number] = replace(
            trial,
            status=status,
            failure=failure,
            broken=broken,
            attempt=trial.attempt + (status is TrialStatus.RUNNING),
            started_at=trial.started_at or (now if status is TrialStatus.RUNNING else None),
            finished_at=None if LEGAL_TRIAL[status] else now,
        )
        if not LEGAL_TRIAL[status]:
            spent = spent or Spent(trial_s=0.0, gpu_s=0.0)
            self.quotas.use(shelf.search.project, Usage(trials=1, trial_s=spent.trial_s, gpu_s=spent.gpu_s))
        if told is not None:
            self.add_event(lease, f"trial_{status}", told, number)

    @one_at_a_time
    def promote_trial(self, lease: Lease, number: int, promotion: Promotion, told: str) -> None:
        """See `Ledger`."""
        shelf = self._held(lease)
        trial = self._trial(shelf, number)
        if trial.status not in RETRIABLE or trial.status is not promotion.after:
            raise IllegalTransition(f"trial {trial.id} is {trial.status}, not {promotion.after}, and cannot go on")
        self._check_quota(shelf)
        shelf.trials[number] = replace(
            trial,
            status=TrialStatus.RUNNING,
            attempt=trial.attempt + 1,
            promotions=(*trial.promotions, promotion),
            failure=None,
            finished_at=None,
        )
        shelf.wishes.pop(number, None)
        self.add_event(lease, "trial_promoted", told, number)

    @one_at_a_time
    def add_measurement(self, lease: Lease, number: int, measurement: Measurement) -> None:
        """See `Ledger`."""
        shelf = self._held(lease)
        shelf.trials[number] = self._measured(shelf, self._trial(shelf, number), measurement)

    @one_at_a_time
    def add_event(self, lease: Lease, kind: str, message: str, trial: int | None = None) -> None:
        """See `Ledger`."""
        events = self._held(lease).events
        events.append(
            Event(
                search_id=lease.search_id,
                sequence=len(events) + 1,
                at=utc(self.clock()),
                kind=kind,
                message=message,
                trial=trial,
            )
        )

    # The reading side, and the wishes of people.

    @one_at_a_time
    def create_search(
        self,
        name: str,
        document: dict[str, Any],
        idempotency_key: str | None = None,
        *,
        project: str = DEFAULT_PROJECT,
        priority: int = 0,
    ) -> Search:
        """See `Records`."""
        if idempotency_key is not None and (project, idempotency_key) in self.keys:
            return self._same_search(project, idempotency_key, name, document)
        unfinished = [each for each in self.shelves.values() if LEGAL_SEARCH[each.search.status]]
        self.quotas.check_search(project, sum(each.search.project == project for each in unfinished))
        search = Search(
            id=secrets.token_hex(6),
            name=name,
            document=document,
            project=project,
            priority=priority,
            created_at=utc(self.clock()),
        )
        self.shelves[search.id] = Shelf(search=search)
        if idempotency_key is not None:
            self.keys[project, idempotency_key] = search.id
        return search

    @one_at_a_time
    def keyed_search(self, idempotency_key: str, *, project: str = DEFAULT_PROJECT) -> Search | None:
        """See `Records`."""
        search_id = self.keys.get((project, idempotency_key))
        return None if search_id is None else self.shelves[search_id].search

    @one_at_a_time
    def request_cancel(self, search_id: str) -> Search:
        """See `Records`."""
        shelf = self._shelf(search_id)
        if LEGAL_SEARCH[shelf.search.status]:
            shelf.search = replace(shelf.search, cancel_requested=True)
        return shelf.search

    @one_at_a_time
    def request_pause(self, search_id: str, pause: Pause | None) -> Search:
        """See `Wishes`."""
        shelf = self._shelf(search_id)
        if LEGAL_SEARCH[shelf.search.status]:
            shelf.search = replace(shelf.search, pause_requested=pause)
        return shelf.search

    @one_at_a_time
    def request_trials(self, search_id: str, trials: int) -> Search:
        """See `Wishes`."""
        shelf = self._shelf(search_id)
        check_more_trials(shelf.search, trials)
        shelf.search = replace(reopened(shelf.search), trial_budget=trials)
        return shelf.search

    @one_at_a_time
    def request_trial(self, search_id: str, number: int, wish: TrialWish) -> Search:
        """See `Wishes`."""
        shelf = self._shelf(search_id)
        check_wish(number, self._trial(shelf, number).status, wish)
        shelf.wishes[number] = wish
        if wish is TrialWish.RETRY:
            shelf.search = reopened(shelf.search)
        return shelf.search

    @one_at_a_time
    def wanted(self, search_id: str) -> Wanted:
        """See `Wishes`."""
        shelf = self._shelf(search_id)
        return wanted_of(shelf.search, ((number, shelf.trials[number].status, w) for number, w in shelf.wishes.items()))

    @one_at_a_time
    def prune_trials(self, search_id: str, numbers: Sequence[int]) -> list[Artifact]:
        """See `Wishes`."""
        shelf = self._shelf(search_id)
        check_prunable(shelf.search)
        gone: list[Artifact] = []
        for number in numbers:
            trial = self._trial(shelf, number)
            gone += [artifact for measured in trial.measurements for artifact in measured.artifacts]
            curve = tuple(replace(measured, artifacts=()) for measured in trial.measurements)
            shelf.trials[number] = replace(trial, measurements=curve, pruned_at=utc(self.clock()))
        freed = sum(artifact.size_bytes for artifact in gone)
        self.quotas.use(shelf.search.project, Usage(artifact_bytes=-freed))
        return gone

    @one_at_a_time
    def delete_search(self, search_id: str) -> None:
        """See `Wishes`."""
        shelf = self._shelf(search_id)
        check_deletable(shelf.search)
        written = (measured for trial in shelf.trials for measured in trial.measurements)
        freed = sum(artifact.size_bytes for measured in written for artifact in measured.artifacts)
        self.quotas.use(shelf.search.project, Usage(artifact_bytes=-freed))
        del self.shelves[search_id]
        self.keys = {key: made for key, made in self.keys.items() if made != search_id}

    @one_at_a_time
    def search(self, name_or_id: str, *, project: str | None = None) -> Search:
        """See `Records`."""
        seen = [s.search for s in reversed(self.shelves.values()) if project in (None, s.search.project)]
        for search in (*(s for s in seen if s.id == name_or_id), *(s for s in seen if s.name == name_or_id)):
            return search
        raise NotFound(f"no search has the name or id {name_or_id!r}")

    @one_at_a_time
    def searches(
        self,
        *,
        status: SearchStatus | None = None,
        project: str | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> SearchPage:
        """See `Records`."""
        binding = f"searches {status} {project}"
        order = {search_id: place for place, search_id in enumerate(self.shelves)}
        before = len(order) if cursor is None else self._place(order, cursor, binding)
        found = [
            shelf.search
            for shelf in reversed(self.shelves.values())
            if order[shelf.search.id] < before
            and status in (None, shelf.search.status)
            and project in (None, shelf.search.project)
        ]
        more = encode_cursor(binding, [found[limit - 1].id]) if len(found) > limit else None
        return SearchPage(searches=tuple(found[:limit]), next_cursor=more)

    @one_at_a_time
    def underway(self) -> list[Underway]:
        """See `Records`."""
        running = [shelf for shelf in self.shelves.values() if shelf.search.status is SearchStatus.RUNNING]
        held = [(shelf.search, shelf.lease) for shelf in running if shelf.lease is not None]
        return [
            Underway(search=search, owner=lease.owner, weight=self.weights.get(search.project, 1.0))
            for search, lease in held
            if lease.expires_at > self.clock()
        ]

    @one_at_a_time
    def summary(self, search_id: str) -> SearchSummary:
        """See `Records`."""
        shelf = self._shelf(search_id)
        return SearchSummary(
            search=shelf.search,
            trials_by_status=dict(Counter(trial.status for trial in shelf.trials)),
            infeasible=len(shelf.infeasible),
            redraws=dict(shelf.redraws),
        )

    @one_at_a_time
    def lease_of(self, search_id: str) -> Lease | None:
        """See `Records`."""
        return self._shelf(search_id).lease

    @one_at_a_time
    def trial(self, search_id: str, number: int) -> Trial:
        """See `Records`."""
        return self._trial(self._shelf(search_id), number)

    @one_at_a_time
    def trials(self, search_id: str) -> list[Trial]:
        """See `Records`."""
        return list(self._shelf(search_id).trials)

    @one_at_a_time
    def compared(self, search_id: str) -> list[Trial]:
        """See `Records`."""
        trials = self._shelf(search_id).trials
        candidates = {trial.companion.candidate for trial in trials if trial.companion is not None}
        return [reduced(trial) for trial in trials if trial.companion is not None or trial.number in candidates]

    @one_at_a_time
    def infeasible(self, search_id: str) -> list[Infeasible]:
        """See `Records`."""
        return list(self._shelf(search_id).infeasible)

    @one_at_a_time
    def leaderboard(self, search_id: str, query: Query) -> Page:
        """See `Records`."""
        trials = self._shelf(search_id).trials
        page = select(trials, query)
        if not page.trials and any(trial.status is TrialStatus.COMPLETED for trial in trials):
            check_metrics(query, sorted({metric for trial in trials for metric in trial.metrics}), search_id)
        return page

    @one_at_a_time
    def events(self, search_id: str, after: int = 0, limit: int = 1000) -> list[Event]:
        """See `Records`."""
        return self._shelf(search_id).events[after : after + limit]

    # What both sides share.

    def _shelf(self, search_id: str) -> Shelf:
        shelf = self.shelves.get(search_id)
        if shelf is None:
            raise NotFound(f"no search has the id {search_id!r}")
        return shelf

    def _held(self, lease: Lease) -> Shelf:
        """The shelf, if the lease may write to it now."""
        shelf = self._shelf(lease.search_id)
        if shelf.lease is None or shelf.fence != lease.fence:
            raise LeaseLost(f"the lease {lease.fence} of search {lease.search_id} was taken over or released")
        if shelf.lease.expires_at <= self.clock():
            raise LeaseLost(f"the lease {lease.fence} of search {lease.search_id} has expired; renew it first")
        return shelf

    def _trial(self, shelf: Shelf, number: int) -> Trial:
        if not 0 <= number < len(shelf.trials):
            raise NotFound(f"search {shelf.search.id} has trials 0..{len(shelf.trials) - 1}, got {number}")
        return shelf.trials[number]

    def _measured(self, shelf: Shelf, trial: Trial, measurement: Measurement) -> Trial:
        if trial.status is not TrialStatus.RUNNING:
            raise IllegalTransition(f"trial {trial.id} is {trial.status}; only a running trial is measured")
        measured = trial.measured(measurement)
        if measured is not trial:
            self.quotas.use(
                shelf.search.project,
                Usage(artifact_bytes=sum(artifact.size_bytes for artifact in measurement.artifacts)),
            )
        return measured

    def _check_quota(self, shelf: Shelf) -> None:
        project = shelf.search.project
        self.quotas.check_trial(project, lambda: self._running(project))

    def _running(self, project: str) -> int:
        ours = [each for each in self.shelves.values() if each.search.project == project]
        return sum(trial.status is TrialStatus.RUNNING for each in ours for trial in each.trials)

    def _same_search(self, project: str, key: str, name: str, document: dict[str, Any]) -> Search:
        """The search this key made. Raises `IdempotencyConflict` when it was made of something else."""
        search = self.shelves[self.keys[project, key]].search
        if (search.name, search.document) != (name, document):
            raise IdempotencyConflict(f"the idempotency key {key!r} was used for another document (search {search.id})")
        return search

    def _place(self, order: dict[str, int], cursor: str, binding: str) -> int:
        """Where the search stands that a cursor names."""
        (last,) = decode_cursor(cursor, binding, fields=1)
        if not isinstance(last, str) or last not in order:
            raise InvalidQuery(FOREIGN_CURSOR)
        return order[last]
