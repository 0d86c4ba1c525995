"""How trials stand, by what a scheduler may know of them."""

from nas.early_stopping import EarlyStopping, in_order
from nas.objectives import Objective
from nas.records import Measurement, Promotion, TrialStatus
from nas.testing.stored import trial


class Spy:
    """Stops what is told in `weak`, and remembers what it was shown."""

    def __init__(self, weak=()):
        self.weak = set(weak)
        self.shown = []

    def stops(self, curve, others):
        self.shown.append((curve, {other.number: other.curve for other in others}))
        return curve[-1] in self.weak

    def promotes(self, standings):
        self.shown.append([(each.number, each.curve, each.stopped) for each in standings])
        return next((each.number for each in standings if each.stopped), None)


def measured(early, number, fidelity, loss, **how):
    early.measured(number, Measurement(fidelity=fidelity, metrics={"loss": loss}), **how)


def early_stopping(spy):
    return EarlyStopping(spy, Objective(metric="loss", goal="minimize"))


def test_a_trial_is_judged_by_jobs_before_its_horizon_and_larger_is_better():
    spy = Spy()
    early = early_stopping(spy)
    for number, horizon in enumerate((0, 0, 1, None)):
        early.begin(number, job=number, horizon=horizon)
    for number in range(4):
        measured(early, number, 1, 0.1 * number)
    assert [sorted(others) for _, others in spy.shown] == [[], [], [0], [0, 1, 2]]
    assert spy.shown[3][0] == ((1, -0.1 * 3),)


def test_a_weak_trial_is_stopped_until_it_is_promoted_and_then_judged_beyond():
    spy = Spy(weak=[(1, -0.5)])
    early = early_stopping(spy)
    early.begin(0, job=0, horizon=None)
    measured(early, 0, 1, 0.5)
    assert early.stops(0)
    early.ended(0, TrialStatus.STOPPED)
    assert not early.stops(0)
    assert early.promotes(None) == 0
    early.promote(0, Promotion(job=1, fidelity=1), horizon=None)
    assert early.promotes(None) is None, "it runs"
    measured(early, 0, 1, 0.5)
    assert not early.stops(0), "what it was stopped for is past"
    measured(early, 0, 2, 0.4)
    assert spy.shown[-1][0] == ((1, -0.5), (2, -0.4))


def test_before_its_promotion_is_seen_a_trial_stands_as_it_was_stopped():
    spy = Spy()
    early = early_stopping(spy)
    early.begin(0, job=0, horizon=0)
    measured(early, 0, 1, 0.5)
    early.ended(0, TrialStatus.STOPPED)
    early.promote(0, Promotion(job=2, fidelity=1), horizon=0)
    measured(early, 0, 2, 0.1)
    for number, horizon in ((1, 2), (2, 3)):
        early.begin(number, job=number + 2, horizon=horizon)
        measured(early, number, 1, 0.3)
    assert [others[0] for _, others in spy.shown[-2:]] == [((1, -0.5),), ((1, -0.5), (2, -0.1))]


def test_a_resumed_trial_is_judged_again_where_it_was_and_not_below():
    spy = Spy(weak=[(1, -0.9), (2, -0.8)])
    early = early_stopping(spy)
    early.begin(0, job=0, horizon=None)
    for fidelity, loss in ((1, 0.9), (2, 0.8)):
        measured(early, 0, fidelity, loss, judge=False)
    early.resume(0)
    measured(early, 0, 1, 0.9)
    assert not early.stops(0)
    measured(early, 0, 2, 0.8)
    assert early.stops(0)


def test_other_metrics_and_companions_say_nothing():
    spy = Spy(weak=[(1, -0.5)])
    early = early_stopping(spy)
    early.begin(0, job=0, horizon=None)
    early.measured(0, Measurement(fidelity=1, metrics={"AP": 0.5}))
    measured(early, 7, 1, 0.5)
    early.ended(7, TrialStatus.COMPLETED)
    assert spy.shown == []


def test_jobs_come_in_their_order():
    first = trial(0, promotions=(Promotion(job=2, fidelity=1), Promotion(job=4, fidelity=3)))
    jobs = [(each.number, promotion and promotion.job) for each, promotion in in_order([first, trial(1), trial(2)])]
    assert jobs == [(0, None), (1, None), (0, 2), (2, None), (0, 4)]
