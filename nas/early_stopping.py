"""Early stopping in a search: how its trials stand, by what a scheduler may know of them, and what it decided.

Under a fixed lag a trial is judged by the results that its own proposal saw, so nothing depends on timing; without one
by everything measured so far.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from nas.objectives import Objective
from nas.ports import Curve, Scheduler, Standing
from nas.records import Measurement, Promotion, Trial, TrialStatus


@dataclass(kw_only=True, slots=True)
class Runner:
    """What is known of one trial."""

    number: int
    job: int  # its first one
    points: dict[int, float] = field(default_factory=dict)  # by fidelity
    promotions: list[Promotion] = field(default_factory=list)
    stopped: bool = False
    horizon: int | None = None  # of its newest job; None: it is judged by all there is
    judged_from: int = 0  # the fidelity from which its newest job is judged
    standing: Standing | None = None  # as it stands now, once asked for

    def curve(self, up_to: int | None = None) -> Curve:
        """What was measured, up to a fidelity."""
        return tuple((f, value) for f, value in sorted(self.points.items()) if up_to is None or f <= up_to)

    def stands(self, horizon: int | None) -> Standing | None:
        """The trial by the results of jobs before the horizon; None where it began later."""
        if horizon is not None and self.job >= horizon:
            return None
        later = [] if horizon is None else [each for each in self.promotions if each.job >= horizon]
        if later:
            return Standing(number=self.number, curve=self.curve(later[0].fidelity))
        if self.standing is None:
            self.standing = Standing(number=self.number, curve=self.curve(), stopped=self.stopped)
        return self.standing


class EarlyStopping:
    """Applies a scheduler to the candidates of a search."""

    def __init__(self, scheduler: Scheduler, objective: Objective) -> None:
        self._scheduler = scheduler
        self._metric = objective.metric
        self._sign = 1.0 if objective.goal == "maximize" else -1.0
        self._runners: dict[int, Runner] = {}
        self._weak: set[int] = set()  # running trials that are to end
        self._stopped = 0

    def begin(self, number: int, *, job: int, horizon: int | None) -> None:
        """A new trial was handed out."""
        self._runners[number] = Runner(number=number, job=job, horizon=horizon)

    def promote(self, number: int, promotion: Promotion, *, horizon: int | None) -> None:
        """A stopped trial was handed out again; it is judged above the fidelity it was stopped at."""
        runner = self._runners[number]
        runner.promotions.append(promotion)
        runner.horizon, runner.judged_from = horizon, promotion.fidelity + 1
        self._set_stopped(runner, stopped=False)

    def resume(self, number: int) -> None:
        """A trial that another controller handed out is handed out again: what it has passed it has passed."""
        runner = self._runners.get(number)
        if runner is not None:
            runner.judged_from = max(runner.judged_from, *runner.points, 0)

    def measured(self, number: int, measurement: Measurement, *, judge: bool = True) -> None:
        """Takes a measurement in, and decides whether its trial ends with it."""
        runner = self._runners.get(number)
        value = measurement.metrics.get(self._metric)
        if runner is None or value is None:
            return
        runner.points.setdefault(measurement.fidelity, self._sign * value)
        runner.standing = None
        if not judge or measurement.fidelity < runner.judged_from:
            return
        if self._scheduler.stops(runner.curve(measurement.fidelity), self._others(runner)):
            self._weak.add(number)

    def stops(self, number: int) -> bool:
        """Whether a running trial is to end now."""
        return number in self._weak

    def ended(self, number: int, status: TrialStatus) -> None:
        """A trial ended in this status."""
        self._weak.discard(number)
        if number in self._runners:
            self._set_stopped(self._runners[number], stopped=status is TrialStatus.STOPPED)

    def promotes(self, horizon: int | None) -> int | None:
        """The stopped trial to go on with, by the results of jobs before the horizon."""
        if not self._stopped:
            return None
        stands = (runner.stands(horizon) for runner in self._runners.values())
        return self._scheduler.promotes([standing for standing in stands if standing is not None])

    def last_fidelity(self, number: int) -> int:
        """The last fidelity at which a trial was measured."""
        return max(self._runners[number].points, default=0)

    def _others(self, runner: Runner) -> Iterator[Standing]:
        for other in self._runners.values():
            standing = other.stands(runner.horizon) if other is not runner else None
            if standing is not None:
                yield standing

    def _set_stopped(self, runner: Runner, *, stopped: bool) -> None:
        self._stopped += stopped - runner.stopped
        runner.stopped, runner.standing = stopped, None


def in_order(trials: Sequence[Trial]) -> Iterator[tuple[Trial, Promotion | None]]:
    """Every job of these trials in its order: a trial as it was proposed, or one of its promotions."""
    promoted = {promotion.job: (trial, promotion) for trial in trials for promotion in trial.promotions}
    proposed = iter(trials)
    for job in range(len(trials) + len(promoted)):
        yield promoted[job] if job in promoted else (next(proposed), None)
