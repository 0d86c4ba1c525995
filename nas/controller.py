"""The controller: owns the state of one search and decides what runs next. It is passive: drivers pull.

A driver calls `next_trial` whenever it has room, `record` for everything that happens to a trial, `should_stop` before
it goes on with one, and `heartbeat` when nothing happens for long. Every call that changes something writes it to the
storage at once; a controller opened on the same storage after a crash goes on with the very same proposals.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path

from nas.clock import Clock, system_clock
from nas.companions import Load, Planned, planned
from nas.constraints import excess, violation
from nas.document import SearchDocument
from nas.early_stopping import EarlyStopping, in_order
from nas.errors import NotFound, SpaceExhausted
from nas.history import History
from nas.pareto import point
from nas.ports import NOTHING, Storage
from nas.proposals import Proposer
from nas.records import (
    LEGAL_SEARCH,
    LEGAL_TRIAL,
    Assignment,
    Failed,
    Failure,
    FailureKind,
    Finished,
    Infeasible,
    Lease,
    Measured,
    Measurement,
    Promotion,
    Report,
    SearchStatus,
    Trial,
    TrialStatus,
)
from nas.rules import Ending, comparison_of, lag_of, max_failures, trial_budget
from nas.seeds import trial_seed
from search_spaces.errors import InvalidArchitecture

LEASE_TTL_S = 60.0
POLL_S = 1.0


class Signal(StrEnum):
    """What `next_trial` answers when it hands nothing out."""

    WAIT = "wait"  # ask again after the next report
    DONE = "done"  # nothing more will come; running trials may still have to end


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
        proposer: Proposer,
        load: Load,
        early_stopping: EarlyStopping,
        home: Path,
        clock: Clock = system_clock,
        ttl_s: float = LEASE_TTL_S,
    ) -> None:
        self.storage = storage
        self.document = document
        self.search_id = lease.search_id
        self._lease = lease
        self._proposer = proposer
        self._load = load
        self._home = home
        self._clock = clock
        self._ttl_s = ttl_s
        self._renewed_at = self._polled_at = clock()
        self._trials = trial_budget(document)
        self._history = History(lag_of(document))
        self._running: dict[int, Trial] = {}  # handed out by this controller, with what was measured so far
        self._unassigned: list[Trial] = []  # recorded but not handed out by this controller, ascending
        self._asked_to_stop: set[int] = set()
        self._failures = 0
        self._completed = 0
        self._last_failure = ""
        self._early = early_stopping
        self._barrier = 0  # jobs before it have ended, and all later promotions were decided on their results
        self._settled = document.scheduler is None  # nothing more will be promoted
        self._exhausted: SpaceExhausted | None = None  # why nothing more is proposed
        self._companions: list[Planned] | None = None  # still to be trained; None: not planned, candidates come first
        self._comparing = comparison_of(document) is not None
        self._ending: Ending | None = None  # why running trials are to stop
        self._done = False
        self._restore()

    # What drivers call.

    def next_trial(self) -> Assignment | Signal:
        """The next trial to train, or why there is none now."""
        self.heartbeat()
        self._poll_cancel()
        if self._done or self._ending is not None:
            self._conclude()
            return Signal.DONE
        if self._unassigned:
            return self._hand_out_again(self._unassigned.pop(0))
        if self._settled and not self._candidates_to_come():
            return self._next_companion()
        if not self._history.ready():
            return Signal.WAIT
        if self._candidates_to_come():
            return self._promote() or self._propose()
        return self._after_the_candidates()

    def record(self, report: Report, *more: Report) -> None:
        """Records what happened to a trial: one report, or several of the same trial in one transaction if it ends.

        Reports about a trial that has ended are ignored.
        """
        self.heartbeat()
        number = report.number
        if not 0 <= number < len(self._history):
            raise NotFound(f"search {self.search_id} has trials 0..{len(self._history) - 1}, got {number}")
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
        self._poll_cancel()
        if number not in self._running or self._early.stops(number):
            return True
        if self._ending is not None:
            self._asked_to_stop.add(number)
        return self._ending is not None

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
        trials = self.storage.trials(self.search_id)
        companions = [trial for trial in trials if trial.companion is not None]
        for trial, promotion in in_order(trials[: len(trials) - len(companions)]):
            self._remember(trial, promotion)
        if companions:
            self._settled = True
            self._exhausted = self._why_no_more_candidates()
            self._companions = self._planned(trials)
        for trial in companions:
            self._remember(trial)
        if search.status is SearchStatus.QUEUED:
            self.storage.set_search_status(self._lease, SearchStatus.RUNNING)
            self._tell("started", f"search {search.name} started")
        elif not LEGAL_SEARCH[search.status]:
            self._done = True
        else:
            self._tell("resumed", f"search {search.name} goes on after {len(self._history)} trials")
        if search.cancel_requested:
            self._ending = Ending(SearchStatus.CANCELLED, "cancelled on request")

    def _why_no_more_candidates(self) -> SpaceExhausted | None:
        """What ended the candidates before the budget did, drawn once more: it is recorded when the search ends."""
        try:
            if len(self._history) < self._trials:
                self._proposer.propose(self._history.shown(), len(self._history))
        except SpaceExhausted as exhausted:
            return exhausted
        return None

    def _remember(self, trial: Trial, promotion: Promotion | None = None) -> None:
        """Takes over what was recorded about a trial, up to the end of one of its jobs."""
        ahead = [later for later in trial.promotions if promotion is None or later.job > promotion.job]
        if promotion is None:
            self._started(trial)
        else:
            self._restarted(trial.number, promotion)
        for measurement in trial.measurements:
            if not ahead or measurement.fidelity <= ahead[0].fidelity:
                self._early.measured(trial.number, measurement, judge=False)
        if ahead:
            metrics = trial.up_to(ahead[0].fidelity).metrics
            self._count(trial.number, TrialStatus.STOPPED, metrics=metrics, fidelity=ahead[0].fidelity)
        elif LEGAL_TRIAL[trial.status]:
            self._unassigned.append(trial)
        else:
            self._count(
                trial.number, trial.status, metrics=trial.metrics, failure=trial.failure, fidelity=trial.fidelity
            )

    def _count(
        self,
        number: int,
        status: TrialStatus,
        *,
        metrics: Mapping[str, float],
        fidelity: int,
        failure: Failure | None = None,
    ) -> None:
        """Lets history and rules know how a trial, or a job of it, ended."""
        judged = status in (TrialStatus.COMPLETED, TrialStatus.STOPPED) and self._missing(metrics) == []
        self._history.finish(
            number,
            point(metrics, self.document.objectives) if judged else None,
            fidelity=min(1.0, fidelity / self.document.task.epochs) if status is TrialStatus.STOPPED else 1.0,
            violation=excess(metrics, self.document.constraints) if judged else 0.0,
        )
        self._early.ended(number, status)
        self._completed += status is TrialStatus.COMPLETED
        if failure is None:
            return
        self._failures += 1
        self._last_failure = f"trial {number}: {failure.message}"
        if self._failures >= max_failures(self.document.budget):
            failed = "1 trial failed:" if self._failures == 1 else f"{self._failures} trials failed; the last,"
            reason = f"{failed} {self._last_failure}"
            self._ending = self._ending or Ending(SearchStatus.FAILED, reason)

    # How trials begin.

    def _propose(self) -> Assignment | Signal:
        number = len(self._history)
        seen = self._history.seen()
        try:
            proposal = self._proposer.propose(self._history.shown(), number)
        except SpaceExhausted as exhausted:
            self._exhausted = exhausted
            return self._after_the_candidates()
        seed = trial_seed(self.document.seed, number)
        trial = proposal.trial(search_id=self.search_id, number=number, seed=seed, seen=seen)
        return self._begin(trial, proposal.infeasible)

    def _promote(self) -> Assignment | None:
        """The stopped trial that proves to be among the best after all, handed out again."""
        horizon = self._horizon(max(self._history.horizon(), self._barrier))
        number = self._early.promotes(horizon)
        if number is None:
            return None
        promotion = Promotion(job=self._history.jobs, fidelity=self._early.last_fidelity(number), seen=horizon)
        self.storage.promote_trial(
            self._lease, number, promotion, f"trial {number} promoted, after {promotion.fidelity} epochs"
        )
        self._restarted(number, promotion)
        return self._hand_out(self.storage.trial(self.search_id, number))

    def _after_the_candidates(self) -> Assignment | Signal:
        """The last promotions, decided whenever everything handed out has ended; then the companions."""
        if not self._settled:
            promoted = self._promote()
            if promoted is not None:
                return promoted
            if self._running:
                return Signal.WAIT
            self._barrier = self._history.jobs
            promoted = self._promote()
            if promoted is not None:
                return promoted
            self._settled = True
        return self._next_companion()

    def _horizon(self, jobs: int) -> int | None:
        """What decides on early stopping: the results of so many jobs; without a fixed lag None, all there are."""
        return None if self._history.lag == "none" else jobs

    def _candidates_to_come(self) -> bool:
        """Whether more candidates are to be proposed; none are once a companion was recorded."""
        return self._companions is None and self._exhausted is None and len(self._history) < self._trials

    def _next_companion(self) -> Assignment | Signal:
        """The next companion, planned when the last candidate has ended; then the search is over."""
        if self._comparing and self._companions is None:
            if self._running:
                return Signal.WAIT
            self._companions = self._planned(self.storage.trials(self.search_id))
        while self._companions:
            trial = self._companion(self._companions.pop(0))
            if trial is not None:
                return self._begin(trial)
        self._conclude()
        return Signal.DONE

    def _planned(self, trials: Sequence[Trial]) -> list[Planned]:
        return planned(trials, self.document, self._load, self._proposer.static_metrics)

    def _companion(self, plan: Planned) -> Trial | None:
        """The trial of a companion, None when no network can be built: a control may lie outside the space."""
        try:
            metrics = self._proposer.static_metrics(plan.architecture)
        except InvalidArchitecture as error:
            self._tell("no_control", f"no {plan.companion.control} for trial {plan.companion.candidate}: {error}")
            return None
        return plan.trial(search_id=self.search_id, number=len(self._history), metrics=metrics)

    def _begin(self, trial: Trial, infeasible: Sequence[Infeasible] = ()) -> Assignment:
        """Records a trial and hands it out."""
        self.storage.add_trial(self._lease, trial, infeasible)
        self._started(trial)
        return self._hand_out(trial)

    def _started(self, trial: Trial) -> None:
        job = self._history.add(trial.genotype)
        if trial.companion is None:
            self._early.begin(trial.number, job=job, horizon=self._horizon(self._history.horizon(job)))

    def _restarted(self, number: int, promotion: Promotion) -> None:
        job = self._history.promote(number)
        self._barrier = max(self._barrier, promotion.seen or 0)
        self._early.promote(number, promotion, horizon=self._horizon(self._history.horizon(job)))

    def _hand_out_again(self, trial: Trial) -> Assignment:
        """A trial recorded by an earlier controller, which never saw it end."""
        self.storage.move_trial(self._lease, trial.number, TrialStatus.RUNNING)
        self._early.resume(trial.number)
        return self._hand_out(replace(trial, status=TrialStatus.RUNNING, attempt=trial.attempt + 1))

    def _hand_out(self, trial: Trial) -> Assignment:
        self._running[trial.number] = trial
        return Assignment(
            search_id=self.search_id,
            search_name=self.document.name,
            number=trial.number,
            attempt=trial.attempt,
            seed=trial.seed,
            architecture=trial.architecture,
            task=self.document.task.model_dump(mode="json"),
            cpus=self.document.resources.cpus,
            gpus=self.document.resources.gpus,
            directory=str(self._home / "trials" / self.search_id / f"{trial.number:05d}"),
            cache_directory=str(self._home / "cache"),
            timeout_s=self.document.budget.trial_timeout_s,
        )

    # How trials end.

    def _take(self, number: int, report: Report, unwritten: list[Measurement]) -> None:
        match report:
            case Measured(measurement=measurement):
                self._measure(number, measurement, unwritten)
            case Finished():
                self._finish(number, unwritten)
            case Failed(failure=failure):
                self._end(number, TrialStatus.FAILED, failure, unwritten)

    def _measure(self, number: int, measurement: Measurement, unwritten: list[Measurement]) -> None:
        """Takes a measurement in; one that is no number is the end of its trial."""
        broken = [f"{name} is {value}" for name, value in measurement.metrics.items() if not math.isfinite(value)]
        if broken:
            sentence = f"{', '.join(broken)} at fidelity {measurement.fidelity}"
            self._end(number, TrialStatus.FAILED, Failure(kind=FailureKind.DIVERGED, message=sentence), unwritten)
            return
        unwritten.append(measurement)
        self._running[number] = self._running[number].measured(measurement)
        self._early.measured(number, measurement)

    def _finish(self, number: int, unwritten: Sequence[Measurement]) -> None:
        metrics = self._running[number].metrics
        missing = self._missing(metrics)
        if number in self._asked_to_stop:
            self._end(number, TrialStatus.CANCELLED, None, unwritten)
        elif self._early.stops(number):
            self._end(number, TrialStatus.STOPPED, None, unwritten)
        elif missing:
            sentence = f"no {', '.join(missing)} was measured, only {', '.join(sorted(metrics)) or 'nothing'}"
            failure = Failure(kind=FailureKind.ERROR, message=sentence)
            self._end(number, TrialStatus.FAILED, failure, unwritten)
        else:
            self._end(number, TrialStatus.COMPLETED, None, unwritten)

    def _missing(self, metrics: Mapping[str, float]) -> list[str]:
        """The objectives that were not measured."""
        return [objective.metric for objective in self.document.objectives if objective.metric not in metrics]

    def _end(self, number: int, status: TrialStatus, failure: Failure | None, unwritten: Sequence[Measurement]) -> None:
        """Records the end of a trial, with the measurements that came in the same step."""
        fidelity = self._running[number].fidelity
        told = f"trial {number} {status}" if failure is None else f"trial {number} failed: {failure.message}"
        told += f" after {fidelity} epochs" if status is TrialStatus.STOPPED else ""
        metrics = self._running.pop(number).metrics
        completed = status is TrialStatus.COMPLETED
        broken = violation(metrics, self.document.constraints) if completed else None
        told += f", but {broken}" if broken else ""
        self.storage.move_trial(self._lease, number, status, failure, measurements=unwritten, told=told, broken=broken)
        self._asked_to_stop.discard(number)
        self._count(number, status, metrics=metrics, fidelity=fidelity, failure=failure)

    # How the search ends.

    def _poll_cancel(self) -> None:
        """Takes notice of a wish to cancel, at most once per `POLL_S`."""
        if self._done or self._ending is not None or self._clock() - self._polled_at < POLL_S:
            return
        self._polled_at = self._clock()
        if self.storage.search(self.search_id).cancel_requested:
            self._ending = Ending(SearchStatus.CANCELLED, "cancelled on request")

    def _conclude(self) -> None:
        """Ends the search once nothing runs and nothing will."""
        if self._done:
            return
        if self._ending is not None:
            self._drop_unassigned()
        ending = self._ending or self._natural_ending()
        if ending is None or self._running or self._unassigned:
            return
        self.storage.set_search_status(
            self._lease,
            ending.status,
            ending.reason,
            infeasible=self._exhausted.infeasible if self._exhausted else (),
            redraws=self._exhausted.redraws if self._exhausted else NOTHING,
        )
        self._done = True
        self._tell(str(ending.status), ending.reason or f"search {self.document.name} completed")

    def _drop_unassigned(self) -> None:
        for trial in self._unassigned:
            told = f"trial {trial.number} cancelled"
            self.storage.move_trial(self._lease, trial.number, TrialStatus.CANCELLED, told=told)
            self._history.finish(trial.number, None)
            self._early.ended(trial.number, TrialStatus.CANCELLED)
        self._unassigned.clear()

    def _natural_ending(self) -> Ending | None:
        """How the search ends when it is let run, or None while more trials are to come."""
        if (
            self._candidates_to_come()
            or not self._settled
            or self._companions
            or (self._comparing and self._companions is None)
        ):
            return None
        exhausted = str(self._exhausted) if self._exhausted else None
        if self._completed:
            return Ending(SearchStatus.COMPLETED, exhausted)
        if self._failures:
            return Ending(SearchStatus.FAILED, f"no trial completed; the last, {self._last_failure}")
        return Ending(SearchStatus.FAILED, exhausted)

    def _tell(self, kind: str, message: str, trial: int | None = None) -> None:
        self.storage.add_event(self._lease, kind, message, trial)
