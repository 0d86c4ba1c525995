"""The controller: owns the state of one search and decides what runs next. It is passive: drivers pull.

A driver calls `next_trial` whenever it has room, `record` for everything that happens to a trial, `should_stop` before
it goes on with one, and `heartbeat` when nothing happens for long. Every call that changes something writes it to the
storage at once; a controller opened on the same storage after a crash goes on with the very same proposals.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from nas.agenda import Again, Agenda, New
from nas.assigning import assignment_of
from nas.clock import Clock, system_clock
from nas.constraints import violation
from nas.document import SearchDocument
from nas.errors import NotFound, QuotaReached
from nas.losses import EVENT, Losses, events_of
from nas.pareto import missing
from nas.ports import NOTHING, Storage, Wanted
from nas.quotas import Spent
from nas.records import (
    LEGAL_SEARCH,
    LEGAL_TRIAL,
    Assignment,
    Failed,
    Failure,
    FailureKind,
    Finished,
    Lease,
    Lost,
    Measured,
    Measurement,
    Pause,
    Promotion,
    Report,
    SearchStatus,
    Signal,
    Trial,
    TrialStatus,
)
from nas.rules import Ending, max_failures
from nas.tally import Tally

LEASE_TTL_S = 60.0
POLL_S = 1.0


class Controller:
    """Decides for one search, under its lease. Made by `nas.opening.open_controller`; used by one thread.

    Every call may raise `LeaseLost`: then another controller has the search, and this one must be dropped.
    """

    def __init__(
        self,
        *,
        storage: Storage,
        lease: Lease,
        document: SearchDocument,
        agenda: Agenda,
        home: Path,
        artifacts: str | None = None,
        clock: Clock = system_clock,
        ttl_s: float = LEASE_TTL_S,
        share: Callable[[], int | None] = lambda: None,
    ) -> None:
        self.storage = storage
        self.document = document
        self.search_id = lease.search_id
        self._lease = lease
        self._agenda = agenda
        self._home = home
        self._artifacts = artifacts
        self._clock = clock
        self._ttl_s = ttl_s
        self._renewed_at = self._polled_at = clock()
        self._running: dict[int, Trial] = {}  # handed out by this controller, with what was measured so far
        self._unassigned: list[Trial] = []  # recorded but not handed out by this controller, ascending
        self._asked_to_stop: set[int] = set()
        self._set_aside: set[int] = set()  # asked to stop, to go on when the search does
        self._unwanted: frozenset[int] = frozenset()  # people want these ended
        self._to_retry: list[int] = []
        self._pause: Pause | None = None
        self._share = share
        self._shared: int | None = None  # the share that was told
        self._upcoming: New | Again | None = None  # decided, but not begun
        self._refused_until = 0.0
        self._refusal = ""  # why it waits
        self._began: dict[int, float] = {}  # when running trials were handed out
        self._losses = Losses(document.resources.retries)
        self._tally = Tally(max_failures(document.budget))
        self._ending: Ending | None = None  # why running trials are to stop
        self._done = False
        self._restore()

    # What drivers call.

    def next_trial(self) -> Assignment | Signal:
        """The next trial to train, or why there is none now."""
        self.heartbeat()
        self._poll_wishes()
        if self._done or self._ending is not None:
            self._conclude()
            return Signal.DONE
        if self._pause is not None:
            return self._paused()
        if self._waits():
            return Signal.WAIT
        if self._unassigned:
            return self._hand_out_again(self._unassigned.pop(0))
        if self._upcoming is None:
            upcoming = self._next_upcoming()
            if isinstance(upcoming, Signal):
                self._conclude()
                return Signal.WAIT if self._running else upcoming  # what runs may lose its machine
            self._upcoming = upcoming
        return self._begin(self._upcoming)

    def record(self, report: Report, *more: Report) -> None:
        """Records what happened to a trial: one report, or several of the same trial in one transaction if it ends.

        Reports about a trial that has ended are ignored.
        """
        self.heartbeat()
        number = report.number
        if not 0 <= number < len(self._agenda):
            raise NotFound(f"search {self.search_id} has trials 0..{len(self._agenda) - 1}, got {number}")
        if number not in self._running:
            return
        unwritten: list[Measurement] = []
        for each in (report, *more):
            self._take(number, each, unwritten)
            if number not in self._running:
                break
        else:
            for measurement in unwritten:
                self.storage.add_measurement(self._lease, number, measurement)
        self._conclude()

    def should_stop(self, number: int) -> bool:
        """Whether the driver should end this trial and report it finished."""
        self.heartbeat()
        self._poll_wishes()
        if number not in self._running or self._agenda.stops(number):
            return True
        if self._ending is not None or number in self._unwanted:
            self._asked_to_stop.add(number)
        elif self._pause is Pause.NOW:
            self._set_aside.add(number)
        return number in self._asked_to_stop or number in self._set_aside

    def heartbeat(self) -> None:
        """Renews the lease when a third of its time is gone; call it at least that often."""
        if self._clock() - self._renewed_at < self._ttl_s / 3:
            return
        self._renewed_at = self._clock()
        self._lease = self.storage.renew_lease(self._lease, self._ttl_s)

    def close(self) -> None:
        """Gives the search free for another controller. Trials still running are handed out again by that one."""
        self.storage.release_lease(self._lease)

    @property
    def running(self) -> Sequence[int]:
        """The trials handed out and not ended, ascending."""
        return sorted(self._running)

    # The state a search is resumed from.

    def _restore(self) -> None:
        search = self.storage.search(self.search_id)
        for trial in self._agenda.restore(self.storage.trials(self.search_id)):
            if LEGAL_TRIAL[trial.status]:
                self._unassigned.append(trial)
            else:
                self._count(trial.number, trial.status, trial.failure)
        self._unassigned.sort(key=lambda trial: trial.number)
        if any(trial.attempt > 1 for trial in self._unassigned):
            self._losses.recall(events_of(self.storage, self.search_id))
        if search.status is not SearchStatus.RUNNING and LEGAL_SEARCH[search.status]:
            self.storage.set_search_status(self._lease, SearchStatus.RUNNING)
            self._tell("started", f"search {search.name} started")
            if self._agenda.begins_with:
                self._tell("begins_with", self._agenda.begins_with)
        elif not LEGAL_SEARCH[search.status]:
            self._done = True
        else:
            self._tell("resumed", f"search {search.name} goes on after {len(self._agenda)} trials")
        self._heed(self.storage.wanted(self.search_id))

    def _count(self, number: int, status: TrialStatus, failure: Failure | None) -> None:
        """Lets the rules know how a trial ended."""
        broken = self._tally.count(number, status, failure)
        self._ending = self._ending or broken

    # How trials begin.

    def _waits(self) -> bool:
        """Whether no trial may begin now: as many run as this search has a share for, or a quota was just reached."""
        wanted, share = self.document.resources.concurrent, self._share()
        share = None if share is None or share >= wanted else share
        if share != self._shared:
            self._shared = share
            self._tell("share", told_of_share(share, wanted))
        return self._clock() < self._refused_until or (share is not None and len(self._running) >= share)

    def _next_upcoming(self) -> New | Again | Signal:
        """What people want tried again, else what the agenda says."""
        if self._to_retry:
            trial = self.storage.trial(self.search_id, self._to_retry.pop(0))
            self._tally.forgive(trial.status)
            return Again(number=trial.number, promotion=self._agenda.retry(trial))
        upcoming = self._agenda.next(running=bool(self._running), recorded=lambda: self.storage.trials(self.search_id))
        for sentence in self._agenda.left_out():
            self._tell("no_control", sentence)
        return upcoming

    def _begin(self, upcoming: New | Again) -> Assignment | Signal:
        """Records that it begins and hands it out; while a quota of its project is reached, it waits."""
        try:
            trial = self._recorded(upcoming)
        except QuotaReached as reached:
            self._refused_until = self._clock() + POLL_S
            if str(reached) != self._refusal:
                self._refusal = str(reached)
                self._tell("waits", self._refusal)
            return Signal.WAIT
        self._upcoming, self._refusal = None, ""
        return self._hand_out(trial)

    def _recorded(self, upcoming: New | Again) -> Trial:
        match upcoming:
            case New(trial=trial, infeasible=infeasible):
                self.storage.add_trial(self._lease, trial, infeasible)
                return trial
            case Again(number=number, promotion=promotion):
                self._losses.forget(number)
                self.storage.promote_trial(self._lease, number, promotion, told_of(number, promotion))
                return self.storage.trial(self.search_id, number)

    def _hand_out_again(self, trial: Trial) -> Assignment:
        """A trial recorded by an earlier controller, which never saw it end."""
        self.storage.move_trial(self._lease, trial.number, TrialStatus.RUNNING)
        self._agenda.resumed(trial.number)
        return self._hand_out(replace(trial, status=TrialStatus.RUNNING, attempt=trial.attempt + 1))

    def _hand_out(self, trial: Trial) -> Assignment:
        self._running[trial.number] = trial
        self._began[trial.number] = self._clock()
        return assignment_of(trial, self.document, self._home, artifacts=self._artifacts)

    # How trials end.

    def _take(self, number: int, report: Report, unwritten: list[Measurement]) -> None:
        match report:
            case Measured(measurement=measurement):
                self._measure(number, measurement, unwritten)
            case Finished():
                self._finish(number, unwritten)
            case Failed(failure=failure):
                self._end(number, TrialStatus.FAILED, failure, unwritten)
            case Lost():
                self._lose(report, unwritten)

    def _measure(self, number: int, measurement: Measurement, unwritten: list[Measurement]) -> None:
        """Takes a measurement in; one that is no number is the end of its trial."""
        broken = [f"{name} is {value}" for name, value in measurement.metrics.items() if not math.isfinite(value)]
        if broken:
            sentence = f"{', '.join(broken)} at fidelity {measurement.fidelity}"
            self._end(number, TrialStatus.FAILED, Failure(kind=FailureKind.DIVERGED, message=sentence), unwritten)
            return
        unwritten.append(measurement)
        self._running[number] = self._running[number].measured(measurement)
        self._agenda.measured(number, measurement)

    def _finish(self, number: int, unwritten: Sequence[Measurement]) -> None:
        if number in self._set_aside:
            self._put_back(number, unwritten)
            return
        metrics = self._running[number].metrics
        unmeasured = missing(metrics, self.document.objectives)
        if number in self._asked_to_stop:
            self._end(number, TrialStatus.CANCELLED, None, unwritten)
        elif self._agenda.stops(number):
            self._end(number, TrialStatus.STOPPED, None, unwritten)
        elif unmeasured:
            sentence = f"no {', '.join(unmeasured)} was measured, only {', '.join(sorted(metrics)) or 'nothing'}"
            failure = Failure(kind=FailureKind.ERROR, message=sentence)
            self._end(number, TrialStatus.FAILED, failure, unwritten)
        else:
            self._end(number, TrialStatus.COMPLETED, None, unwritten)

    def _lose(self, lost: Lost, unwritten: Sequence[Measurement]) -> None:
        """The trial goes on elsewhere, as often as its document allows."""
        number = lost.number
        if number in self._asked_to_stop:
            self._end(number, TrialStatus.CANCELLED, None, unwritten)
            return
        told = self._losses.count(lost)
        if isinstance(told, Failure):
            self._end(number, TrialStatus.FAILED, told, unwritten)
            return
        self._put_back(number, unwritten)
        self._tell(EVENT, told, number)

    def _put_back(self, number: int, unwritten: Sequence[Measurement]) -> None:
        """The trial stays running for the records: it is handed out again, in a paused search when that goes on."""
        for measurement in unwritten:
            self.storage.add_measurement(self._lease, number, measurement)
        self._set_aside.discard(number)
        self._unassigned.append(self._running.pop(number))

    def _end(self, number: int, status: TrialStatus, failure: Failure | None, unwritten: Sequence[Measurement]) -> None:
        """Records the end of a trial, with the measurements that came in the same step."""
        fidelity = self._running[number].fidelity
        told = f"trial {number} {status}" if failure is None else f"trial {number} failed: {failure.message}"
        told += f" after {fidelity} epochs" if status is TrialStatus.STOPPED else ""
        metrics = self._running.pop(number).metrics
        completed = status is TrialStatus.COMPLETED
        broken = violation(metrics, self.document.constraints) if completed else None
        told += f", but {broken}" if broken else ""
        self.storage.move_trial(
            self._lease,
            number,
            status,
            failure,
            measurements=unwritten,
            told=told,
            broken=broken,
            spent=self._spent(number),
        )
        self._asked_to_stop.discard(number)
        self._set_aside.discard(number)
        self._agenda.ended(number, status, metrics=metrics, fidelity=fidelity)
        self._count(number, status, failure)

    def _spent(self, number: int) -> Spent:
        trial_s = self._clock() - self._began.pop(number)
        return Spent(trial_s=trial_s, gpu_s=trial_s * self.document.resources.gpus)

    # How the search ends.

    def _poll_wishes(self) -> None:
        """Takes notice of what people want, at most once per `POLL_S`."""
        if self._done or self._ending is not None or self._clock() - self._polled_at < POLL_S:
            return
        self._polled_at = self._clock()
        self._heed(self.storage.wanted(self.search_id))

    def _heed(self, wanted: Wanted) -> None:
        if wanted.search.cancel_requested:
            self._ending = Ending(SearchStatus.CANCELLED, "cancelled on request")
        if wanted.search.trial_budget is not None:
            self._agenda.raise_budget(wanted.search.trial_budget)
        self._pause, self._unwanted, self._to_retry = wanted.search.pause_requested, wanted.stop, list(wanted.retry)

    def _paused(self) -> Signal:
        """Nothing begins; the search is paused once nothing runs."""
        if self._running:
            return Signal.WAIT
        self._conclude()
        if self._done:
            return Signal.DONE
        self.storage.set_search_status(self._lease, SearchStatus.PAUSED)
        self._done = True
        self._tell("paused", f"search {self.document.name} paused on request")
        return Signal.DONE

    def _conclude(self) -> None:
        """Ends the search once nothing runs and nothing will."""
        if self._done:
            return
        if self._ending is not None:
            self._drop_unassigned()
        waits = self._unassigned or ((self._to_retry or self._upcoming) and not self._ending)
        if self._running or waits or not (self._ending or self._agenda.over):
            return
        exhausted = self._agenda.exhausted
        ending = self._ending or self._tally.ending(exhausted)
        self.storage.set_search_status(
            self._lease,
            ending.status,
            ending.reason,
            infeasible=exhausted.infeasible if exhausted else (),
            redraws=exhausted.redraws if exhausted else NOTHING,
        )
        self._done = True
        self._tell(str(ending.status), ending.reason or f"search {self.document.name} completed")

    def _drop_unassigned(self) -> None:
        for trial in self._unassigned:
            told = f"trial {trial.number} cancelled"
            self.storage.move_trial(self._lease, trial.number, TrialStatus.CANCELLED, told=told)
            self._agenda.ended(trial.number, TrialStatus.CANCELLED, metrics={}, fidelity=0)
        self._unassigned.clear()

    def _tell(self, kind: str, message: str, trial: int | None = None) -> None:
        self.storage.add_event(self._lease, kind, message, trial)


def told_of_share(share: int | None, wanted: int) -> str:
    """What is told of a search whose share of the cluster has changed."""
    if share is None:
        return f"may run all of its {wanted} trials at a time"
    return f"may run {share} of its {wanted} trials at a time: the cluster is shared with other searches"


def told_of(number: int, promotion: Promotion) -> str:
    """What is told of a trial that is taken up again."""
    if promotion.after is TrialStatus.STOPPED:
        return f"trial {number} promoted, after {promotion.fidelity} epochs"
    return f"trial {number}, {promotion.after} before, is tried again"
