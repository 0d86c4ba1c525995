"""The agenda of a search: what comes next, by what is known of its trials.

First candidates, as many as the budget has or the space gives, and between them promotions of stopped trials; then the
last promotions; then companions. It is rebuilt from the trials recorded: whatever was lost is decided again, alike.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from nas.beginning import Beginning
from nas.companions import Companions, Load
from nas.constraints import excess
from nas.document import SearchDocument
from nas.early_stopping import EarlyStopping, in_order
from nas.errors import SpaceExhausted
from nas.history import History
from nas.pareto import missing, outcome_point
from nas.proposals import Proposer
from nas.records import LEGAL_TRIAL, Infeasible, Measurement, Promotion, Signal, Trial, TrialStatus
from nas.rules import lag_of, trial_budget
from nas.seeds import trial_seed

NO_JOB = -1  # of a companion that is retried: it is no part of history


@dataclass(frozen=True, kw_only=True, slots=True)
class New:
    """A trial to be recorded and handed out, with the infeasible candidates drawn before it."""

    trial: Trial
    infeasible: tuple[Infeasible, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Again:
    """A stopped trial to be promoted."""

    number: int
    promotion: Promotion


class Agenda:
    """Decides what the next trial of a search is. Writes nothing down: that is the controller's."""

    def __init__(
        self,
        document: SearchDocument,
        *,
        search_id: str,
        proposer: Proposer,
        load: Load,
        early_stopping: EarlyStopping,
        beginning: Beginning | None = None,
        raised: int | None = None,
    ) -> None:
        beginning = beginning or Beginning()
        self._document = document
        self._search_id = search_id
        self._proposer = proposer
        self._early = early_stopping
        self._history = History(lag_of(document), beginning.earlier)
        self._trials = trial_budget(document, raised)
        self._raised = raised is not None
        self._count = 0  # of all trials, companions included
        self._barrier = 0  # jobs before it have ended, and all later promotions were decided on their results
        self._settled = document.scheduler is None  # nothing more will be promoted
        self._companions = Companions(document, load, proposer.static_metrics)
        self.exhausted: SpaceExhausted | None = None  # why nothing more is proposed
        self.begins_with = beginning.told  # a sentence, if there is anything to tell

    def __len__(self) -> int:
        """How many trials there are."""
        return self._count

    # What comes next.

    def next(self, *, running: bool, recorded: Callable[[], Sequence[Trial]]) -> New | Again | Signal:
        """What is to be handed out now; `recorded` gives all trials there are. Done once nothing more will come."""
        if self._candidates_to_come():
            if not self._history.ready():
                return Signal.WAIT
            candidate = self._promotion() or self._candidate()
            if candidate is not None:
                return candidate
        if not self._settled:
            promotion = self._last_promotion(running=running)
            if promotion is not None:
                return promotion
        return self._companion(running=running, recorded=recorded)

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return not self._candidates_to_come() and self._settled and self._companions.over

    def left_out(self) -> list[str]:
        """Sentences about controls that could not be built, since it was asked last."""
        told, self._companions.left_out = self._companions.left_out, []
        return told

    def _candidates_to_come(self) -> bool:
        """Whether more candidates are to be proposed; none are once companions were planned."""
        return not self._companions.planned and self.exhausted is None and len(self._history) < self._trials

    def _candidate(self) -> New | None:
        """The next candidate; None when the space gives no more."""
        number = self._count
        seen = self._history.seen()
        try:
            proposal = self._proposer.propose(self._history.shown(), number)
        except SpaceExhausted as exhausted:
            self.exhausted = exhausted
            return None
        seed = trial_seed(self._document.seed, number)
        trial = proposal.trial(search_id=self._search_id, number=number, seed=seed, seen=seen)
        return self._new(trial, proposal.infeasible)

    def _promotion(self) -> Again | None:
        """The stopped trial that proves to be among the best after all."""
        horizon = self._horizon(max(self._history.horizon(), self._barrier))
        number = self._early.promotes(horizon)
        if number is None:
            return None
        promotion = Promotion(job=self._history.jobs, fidelity=self._early.last_fidelity(number), seen=horizon)
        self._restarted(number, promotion)
        return Again(number=number, promotion=promotion)

    def _last_promotion(self, *, running: bool) -> Again | Signal | None:
        """Promotions after the last candidate, decided whenever everything handed out has ended; None: no more."""
        if not self._history.ready():
            return Signal.WAIT
        promoted = self._promotion()
        if promoted is None and running:
            return Signal.WAIT
        if promoted is None:
            self._barrier = self._history.jobs
            promoted = self._promotion()
        self._settled = promoted is None
        return promoted

    def _companion(self, *, running: bool, recorded: Callable[[], Sequence[Trial]]) -> New | Signal:
        """The next companion, planned when the last candidate has ended."""
        if not self._companions.planned:
            if running and not self._companions.over:
                return Signal.WAIT
            self._companions.plan(recorded)
        trial = self._companions.next(search_id=self._search_id, number=self._count)
        return Signal.DONE if trial is None else self._new(trial)

    def _new(self, trial: Trial, infeasible: Sequence[Infeasible] = ()) -> New:
        self._count += 1
        if trial.companion is None:
            self._begun(trial)
        return New(trial=trial, infeasible=tuple(infeasible))

    def _horizon(self, jobs: int) -> int | None:
        """What decides on early stopping: the results of so many jobs; without a fixed lag None, all there are."""
        return None if self._history.lag == "none" else jobs

    # What becomes of trials.

    def _begun(self, candidate: Trial) -> None:
        job = self._history.add(candidate.number, candidate.genotype)
        self._early.begin(candidate.number, job=job, horizon=self._horizon(self._history.horizon(job)))

    def _restarted(self, number: int, promotion: Promotion) -> None:
        job = self._history.promote(number)
        self._barrier = max(self._barrier, promotion.seen or 0)
        self._early.promote(number, promotion, horizon=self._horizon(self._history.horizon(job)))

    def retry(self, trial: Trial) -> Promotion:
        """A trial that has ended is to run again, because people want that: the promotion it is handed out with."""
        job = self._history.jobs if trial.companion is None else NO_JOB
        promotion = Promotion(job=job, fidelity=trial.fidelity, after=trial.status)
        if trial.companion is None:
            self._restarted(trial.number, promotion)
        return promotion

    def raise_budget(self, trials: int) -> None:
        """The search is to have so many candidates; more than it was to have."""
        more = trial_budget(self._document, trials)
        if more > self._trials:
            self._trials, self._raised = more, True
            self._settled = self._document.scheduler is None
            self._companions.replan()

    def resumed(self, number: int) -> None:
        """A trial that another controller handed out was handed out again."""
        self._early.resume(number)

    def measured(self, number: int, measurement: Measurement) -> None:
        """A running trial was measured."""
        self._early.measured(number, measurement)

    def stops(self, number: int) -> bool:
        """Whether a running trial is to be stopped early."""
        return self._early.stops(number)

    def ended(self, number: int, status: TrialStatus, *, metrics: Mapping[str, float], fidelity: int) -> None:
        """A trial ended, or was stopped, with these metrics at its last fidelity."""
        if number not in self._history:
            return  # a companion: nothing is learned from it
        goals, bounds = self._document.objectives, self._document.constraints
        judged = status in (TrialStatus.COMPLETED, TrialStatus.STOPPED) and not missing(metrics, goals)
        self._history.finish(
            number,
            outcome_point(metrics, goals) if judged else None,
            fidelity=min(1.0, fidelity / self._document.task.epochs) if status is TrialStatus.STOPPED else 1.0,
            violation=excess(metrics, bounds) if judged else 0.0,
        )
        self._early.ended(number, status)

    # The state a search is resumed from.

    def restore(self, trials: Sequence[Trial]) -> Iterator[Trial]:
        """Takes over all trials recorded; yields each that has ended, or has yet to be handed out again."""
        candidates = [trial for trial in trials if trial.companion is None]
        self._count = len(trials)
        for trial, promotion in in_order(candidates):
            yield from self._remember(trial, promotion)
        if len(candidates) < len(trials):
            if not (self._raised and self._candidates_to_come()):
                self._settled = True
                self.exhausted = self._why_no_more_candidates(candidates[-1].number + 1 if candidates else 0)
                self._companions.plan(lambda: trials)
            yield from (trial for trial in trials if trial.companion is not None)

    def _remember(self, trial: Trial, promotion: Promotion | None) -> Iterator[Trial]:
        """Takes over one job of a candidate; yields the trial after its last."""
        ahead = [later for later in trial.promotions if promotion is None or later.job > promotion.job]
        if promotion is None:
            self._begun(trial)
        else:
            self._restarted(trial.number, promotion)
        known = trial.up_to(ahead[0].fidelity) if ahead else trial
        for measurement in known.measurements:
            self._early.measured(trial.number, measurement, judge=False)
        status = ahead[0].after if ahead else trial.status
        if not LEGAL_TRIAL[status]:
            self.ended(trial.number, status, metrics=known.metrics, fidelity=known.fidelity)
        if not ahead:
            yield trial

    def _why_no_more_candidates(self, number: int) -> SpaceExhausted | None:
        """What ended the candidates before the budget did, drawn once more: it is recorded when the search ends."""
        try:
            if len(self._history) < self._trials:
                self._proposer.propose(self._history.shown(), number)
        except SpaceExhausted as exhausted:
            return exhausted
        return None
