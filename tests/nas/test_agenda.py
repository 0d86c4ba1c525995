"""What comes next in a search, without a controller and without a storage."""

from dataclasses import replace

import pytest

from nas.agenda import Again, Agenda, New
from nas.early_stopping import EarlyStopping
from nas.proposals import Proposer
from nas.records import Measurement, Signal, TrialStatus
from nas.rules import judged_objective
from nas.schedulers.registry import scheduler_from
from nas.strategies.random import Random
from nas.strategies.registry import asked
from nas.testing.searches import toy_document, toy_metrics
from search_spaces.testing import ToySpace

TASK = {**toy_document().task.model_dump(mode="json"), "epochs": 4}


def agenda_of(**fields):
    document = toy_document(**{"strategy": {"kind": "random"}, "budget": {"trials": 3}, "task": TASK, **fields})
    space = ToySpace()
    return Agenda(
        document,
        search_id="abc",
        proposer=Proposer(asked(Random(), space=space, seed=document.seed), toy_metrics),
        load=space.load,
        early_stopping=EarlyStopping(scheduler_from(document.scheduler, full=4), judged_objective(document)),
    )


@pytest.fixture
def recorded():
    return {}


@pytest.fixture
def take(recorded):
    """Takes what comes next, and remembers it as recorded."""

    def taking(agenda, *, running=False):
        upcoming = agenda.next(running=running, recorded=lambda: list(recorded.values()))
        if isinstance(upcoming, New):
            recorded[upcoming.trial.number] = upcoming.trial
        return upcoming

    return taking


def end(agenda, recorded, number, curve, status=TrialStatus.COMPLETED):
    trial = recorded[number]
    for fidelity, value in curve.items():
        measurement = Measurement(fidelity=fidelity, metrics={"AP": value})
        agenda.measured(number, measurement)
        trial = trial.measured(measurement)
    recorded[number] = replace(trial, status=status)
    agenda.ended(number, status, metrics=trial.metrics, fidelity=trial.fidelity)


def test_candidates_come_as_long_as_the_budget_lasts(take):
    agenda = agenda_of()
    handed = [take(agenda) for _ in range(3)]
    assert [(each.trial.number, each.trial.status, each.trial.attempt) for each in handed] == [
        (number, TrialStatus.RUNNING, 1) for number in range(3)
    ]
    assert take(agenda, running=True) is Signal.DONE
    assert agenda.over
    assert len(agenda) == 3


def test_companions_follow_when_nothing_runs_any_more(take, recorded):
    agenda = agenda_of(budget={"trials": 1}, comparison={"top": 1, "seeds": 2})
    take(agenda)
    assert take(agenda, running=True) is Signal.WAIT
    assert not agenda.over
    end(agenda, recorded, 0, {4: 0.5})
    companions = [take(agenda).trial.companion for _ in range(2)]
    assert [(each.candidate, each.control, each.repeat) for each in companions] == [(0, None, 1), (0, None, 2)]
    assert take(agenda) is Signal.DONE
    assert agenda.over


def test_a_stopped_trial_comes_again_before_another_candidate_does(take, recorded):
    one = {"concurrent": 1}
    strictly = {"strategy": {"kind": "evolution", "lag": 1}, "budget": {"trials": 9}, "resources": one}
    agenda = agenda_of(scheduler={"kind": "asha", "eta": 2}, **strictly)
    for number, value in enumerate((0.4, 0.3, 0.1, 0.1)):
        assert take(agenda).trial.number == number
        agenda.measured(number, Measurement(fidelity=1, metrics={"AP": value}))
        assert agenda.stops(number) == (number > 0)
        end(agenda, recorded, number, {1: value}, TrialStatus.STOPPED if number else TrialStatus.FAILED)
    again = take(agenda)
    assert isinstance(again, Again), "the second best of four is among the best half"
    assert (again.number, again.promotion.job, again.promotion.fidelity, again.promotion.seen) == (1, 4, 1, 4)
    assert take(agenda, running=True) is Signal.WAIT, "with a lag of 1 the next one waits for it"


def test_restored_it_goes_on_where_it_was(take, recorded):
    first, second = agenda_of(), agenda_of()
    for _ in range(2):
        take(first)
    end(first, recorded, 1, {4: 0.5})
    restored = list(second.restore(list(recorded.values())))
    assert [trial.status for trial in restored] == [TrialStatus.RUNNING, TrialStatus.COMPLETED]
    assert take(first).trial == take(second).trial
