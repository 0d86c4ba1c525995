"""The ports of the core: what strategies, storages and evaluators owe it. Conformance suites stand in nas/testing/."""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Protocol

from nas.estimates import Estimates
from nas.quotas import Spent
from nas.records import (
    DEFAULT_PROJECT,
    Artifact,
    Assignment,
    Event,
    Failure,
    Genotype,
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
from search_spaces.genotypes import Draw
from search_spaces.space import Architecture, Space

NOTHING: Mapping[str, int] = MappingProxyType({})  # no draws thrown away


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """One earlier trial as a strategy sees it. `values` holds the objectives, larger is better, in the document's
    order; None for a trial that failed, measured nothing or is not shown yet.

    Of a trial that was stopped early they are those of its last measurement, and `fidelity` says how much of the task
    it has received, 1 being all. `violation` sums how far measured constraints are broken, each in units of its bound.
    """

    number: int  # below 0: of an earlier search, which ended before this one was created
    genotype: Genotype
    values: tuple[float, ...] | None
    pending: bool = False  # runs, or its result is not shown yet
    fidelity: float = 1.0
    violation: float = 0.0


class Strategy(Protocol):
    """Proposes candidates. A pure function of its arguments: caches are its only state, `rng` is all its randomness."""

    def ask(
        self, space: Space[Any], history: Sequence[Outcome], number: int, rng: random.Random
    ) -> Iterator[Draw[Any]]:
        """Candidates for trial `number`, best first, given the outcomes in ascending number.

        Those below 0 are of an earlier search: results like any other, but no trials of this one. So a start-up phase
        does not go by the number alone.

        The first is taken that is new and feasible; so many are drawn, and no more. Ends only when none is left.
        """
        ...


Curve = tuple[tuple[int, float], ...]
"""A value per fidelity, ascending; larger is better."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """One trial as a scheduler sees it."""

    number: int
    curve: Curve
    stopped: bool = False  # it waits to be promoted


class Scheduler(Protocol):
    """Stops weak trials early and takes stopped ones up again. A pure function of its arguments."""

    def stops(self, curve: Curve, others: Iterable[Standing]) -> bool:
        """Whether a trial that was just measured, last in its curve, ends here, given how others stand."""
        ...

    def promotes(self, standings: Sequence[Standing]) -> int | None:
        """The number of the stopped trial to go on with; None when none deserves it."""
        ...


class Evaluator(Protocol):
    """Judges one candidate. Yields a measurement per rung and returns when done; closing the iterator stops it early.

    Raises `TrialFailure`. Called again with the same assignment and a higher `attempt`, it goes on from its last
    checkpoint and yields the earlier measurements again, equal.
    """

    def __call__(self, assignment: Assignment) -> Iterator[Measurement]: ...


class Screener(Protocol):
    """Scores candidates before any training. A function of the architectures alone: neither time nor place matter."""

    def __call__(self, architectures: Sequence[Architecture]) -> Sequence[Mapping[str, float] | str]:
        """For each, in their order, its scores by name, or the reason why this one has none.

        Raises `ScreeningFailed` for a reason that lies in none of them.
        """
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """One filter of a leaderboard query: metric, one of < <= > >= == !=, bound."""

    metric: str
    operator: str
    bound: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """A leaderboard page: trials sorted by a metric (ties by ascending number), filtered, after a cursor.

    Metrics are those of `Trial.metrics`; `number` is one too, which every trial has. A trial that lacks the sorted
    metric or one of a condition is left out. Parsing and the cursor codec stand in nas/leaderboard.py.
    """

    sort: str
    descending: bool = True
    where: tuple[Condition, ...] = ()
    limit: int = 50
    cursor: str | None = None
    statuses: tuple[TrialStatus, ...] = (TrialStatus.COMPLETED,)
    estimated: tuple[str, ...] = ()  # measured metrics in which the page tells of repeats


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """Trials with their curve reduced to one measurement: the last fidelity, holding the newest value of every metric,
    so `metrics` of each is complete. `repeats` tells what those candidates among them reached that were trained again.
    `next_cursor` is None on the last page."""

    trials: tuple[Trial, ...]
    repeats: Estimates = field(default_factory=dict)
    next_cursor: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchSummary:
    """What a list of searches shows beside the search itself."""

    search: Search
    trials_by_status: dict[TrialStatus, int] = field(default_factory=dict)
    infeasible: int = 0
    redraws: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchPage:
    """A page of searches, newest first."""

    searches: tuple[Search, ...]
    next_cursor: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Underway:
    """A search that somebody runs now, and what its project weighs beside others."""

    search: Search
    owner: str  # of its lease
    weight: float = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What people want of a search that has not been done yet: its own wishes stand in the search."""

    search: Search
    stop: frozenset[int] = frozenset()  # running trials that are to end
    retry: tuple[int, ...] = ()  # ended trials that are to be handed out again, ascending


class Ledger(Protocol):
    """The writing side of the storage: one search, one writer, every call one transaction.

    Every call that takes a lease raises `LeaseLost` when the stored fence is newer, the lease was released, or (all but
    renewal) it has expired.
    """

    def acquire_lease(self, search_id: str, owner: str, ttl_s: float) -> Lease | None:
        """A lease with a fence one higher than before, or None while another owner's has not expired."""
        ...

    def renew_lease(self, lease: Lease, ttl_s: float) -> Lease:
        """The same fence with a later end; also after it expired, as long as nobody has taken the search over."""
        ...

    def release_lease(self, lease: Lease) -> None:
        """Anybody may take the search at once, and this lease writes no more. An older lease changes nothing."""
        ...

    def set_search_status(
        self,
        lease: Lease,
        status: SearchStatus,
        reason: str | None = None,
        *,
        infeasible: Sequence[Infeasible] = (),
        redraws: Mapping[str, int] = NOTHING,
    ) -> Search:
        """Compare-and-set along LEGAL_SEARCH, with what was drawn in vain for a trial that never came, all or nothing.

        Raises `IllegalTransition`.
        """
        ...

    def add_trial(self, lease: Lease, trial: Trial, infeasible: Sequence[Infeasible] = ()) -> None:
        """Records the next trial with the infeasible candidates drawn before it, all or nothing.

        It is queued, or running when it is handed out at once. Raises `IllegalTransition` for any other status, and
        unless its number is the next one; `QuotaReached` while its project may run no more.
        """
        ...

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
        """Compare-and-set along LEGAL_TRIAL; to running raises `attempt` by one, also from running (handed out again).

        With it, all or nothing, `measurements` taken while it still ran, an event `trial_<status>` that says `told`,
        which measured bound it breaks, and what it took of its project's quotas.
        Raises `IllegalTransition`.
        """
        ...

    def promote_trial(self, lease: Lease, number: int, promotion: Promotion, told: str) -> None:
        """From a status in RETRIABLE to running, with an event `trial_promoted` that says `told`; raises `attempt` by
        one, and a wish to retry it is fulfilled.

        Raises `IllegalTransition` unless the trial is in the status that the promotion names; `QuotaReached` while its
        project may run no more.
        """
        ...

    def add_measurement(self, lease: Lease, number: int, measurement: Measurement) -> None:
        """Idempotent per fidelity: the first value stays. Raises `IllegalTransition` unless the trial is running."""
        ...

    def add_event(self, lease: Lease, kind: str, message: str, trial: int | None = None) -> None: ...


class Wishes(Protocol):
    """What people want. None of it needs a lease; all of it raises `NotFound`."""

    def create_search(
        self,
        name: str,
        document: dict[str, Any],
        idempotency_key: str | None = None,
        *,
        project: str = DEFAULT_PROJECT,
        priority: int = 0,
    ) -> Search:
        """A queued search. The same key again in the same project returns the first search; with another document
        `IdempotencyConflict`. Raises `QuotaReached`."""
        ...

    def keyed_search(self, idempotency_key: str, *, project: str = DEFAULT_PROJECT) -> Search | None:
        """The search that was created with this key in the project, if any."""
        ...

    def request_cancel(self, search_id: str) -> Search:
        """Records the wish; its controller acts on it. A search that has ended stays as it is."""
        ...

    def request_pause(self, search_id: str, pause: Pause | None) -> Search:
        """Records the wish to pause, or with None to go on. A search that has ended stays as it is."""
        ...

    def request_trials(self, search_id: str, trials: int) -> Search:
        """Records how many candidates the search is to have; one that has ended is queued again.

        Raises `IllegalTransition` unless that is more than it has by now.
        """
        ...

    def request_trial(self, search_id: str, number: int, wish: TrialWish) -> Search:
        """Records what is wanted of a trial; to retry one, a search that has ended is queued again.

        Raises `IllegalTransition` for a trial to stop that does not run, or one to retry that is not in RETRIABLE.
        """
        ...

    def wanted(self, search_id: str) -> Wanted:
        """What its controller has yet to do."""
        ...

    def prune_trials(self, search_id: str, numbers: Sequence[int]) -> list[Artifact]:
        """Records that the files of these trials are gone: returned are their artifacts, which stand there no longer.
        Raises `IllegalTransition` for a search that has not ended."""
        ...

    def delete_search(self, search_id: str) -> None:
        """Removes a search that has ended with everything recorded of it. Raises `IllegalTransition` for another."""
        ...


class Records(Protocol):
    """The reading side. None of it needs a lease; all of it raises `NotFound`."""

    def search(self, name_or_id: str, *, project: str | None = None) -> Search:
        """By id, else the newest with that name; only of the project, where one is given."""
        ...

    def searches(
        self,
        *,
        status: SearchStatus | None = None,
        project: str | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> SearchPage:
        """Newest first, of all projects or one."""
        ...

    def underway(self) -> list[Underway]:
        """Every running search whose lease has not expired, oldest first."""
        ...

    def summary(self, search_id: str) -> SearchSummary: ...

    def lease_of(self, search_id: str) -> Lease | None:
        """The last lease, expired or not, so that people learn who holds it; None once it was released."""
        ...

    def trial(self, search_id: str, number: int) -> Trial: ...

    def trials(self, search_id: str) -> list[Trial]:
        """All trials with their measurements, ascending number: what a controller is rebuilt from."""
        ...

    def compared(self, search_id: str) -> list[Trial]:
        """Companions and the candidates they stand beside, ascending number, curves reduced as on a page."""
        ...

    def infeasible(self, search_id: str) -> list[Infeasible]: ...

    def leaderboard(self, search_id: str, query: Query) -> Page:
        """A page of trials. Raises `InvalidQuery` and, once a trial has completed, `NotFound` for a metric none has."""
        ...

    def events(self, search_id: str, after: int = 0, limit: int = 1000) -> list[Event]: ...


class Storage(Ledger, Wishes, Records, Protocol):
    """All sides; what the in-memory twin and the SQL storage implement."""
