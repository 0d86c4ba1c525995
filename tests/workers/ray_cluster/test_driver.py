"""Ray Tune drives a controller as the inline driver does: same trials, failures as data, searches that stop."""

import os
import signal
from itertools import count
from pathlib import Path
from threading import Event

import pytest

from nas.controller import Controller
from nas.drivers.inline import run_inline
from nas.errors import LeaseLost
from nas.records import FailureKind, Measured, Measurement, SearchStatus, TrialStatus
from nas.testing.searches import ToyEvaluator, toy_controller, toy_document
from tests.workers.ray_cluster.toy_runs import outcome, start

pytestmark = pytest.mark.ray


def test_a_search_that_begins_with_an_earlier_one_is_the_one_the_inline_driver_runs(storage, drive):
    earlier = toy_document(name="cells", strategy={"kind": "random"}, budget={"trials": 12}, seed=7)
    run_inline(toy_controller(storage, earlier), ToyEvaluator())
    begin_with = {"search": "cells", "top": 2, "learn": True}
    on_ray, inline = start(storage, 8, begin_with=begin_with), start(storage, 8, begin_with=begin_with)
    drive(on_ray, ToyEvaluator())
    run_inline(inline, ToyEvaluator())
    assert outcome(storage, on_ray) == outcome(storage, inline)


def test_the_search_is_the_one_the_inline_driver_runs(storage, drive):
    evaluator = ToyEvaluator({2: FailureKind.DIVERGED})
    on_ray, inline = start(storage, 10), start(storage, 10)
    drive(on_ray, evaluator)
    run_inline(inline, evaluator)
    assert outcome(storage, on_ray) == outcome(storage, inline)
    assert storage.search(on_ray.search_id).status is SearchStatus.COMPLETED
    assert storage.trial(on_ray.search_id, 2).failure.kind is FailureKind.DIVERGED


def test_trials_are_stopped_early_and_promoted_as_inline(storage, drive):
    task = {**toy_document().task.model_dump(mode="json"), "epochs": 9}
    strategy = {"kind": "evolution", "population": 6, "sample": 3, "lag": 16}
    fields = {"task": task, "scheduler": {"kind": "asha", "eta": 2}, "strategy": strategy, "seed": 3}
    on_ray, inline = start(storage, 40, **fields), start(storage, 40, **fields)
    drive(on_ray, ToyEvaluator(epochs=9))
    run_inline(inline, ToyEvaluator(epochs=9))
    assert outcome(storage, on_ray) == outcome(storage, inline)
    trials = storage.trials(on_ray.search_id)
    assert TrialStatus.STOPPED in {trial.status for trial in trials}
    assert len([trial for trial in trials if trial.promotions]) > 1
    assert [trial.promotions for trial in trials] == [trial.promotions for trial in storage.trials(inline.search_id)]


def test_a_worker_goes_on_with_the_next_trial(storage, drive):
    def judge(assignment):
        yield Measurement(fidelity=3, metrics={"AP": assignment.number / 10, "pid": float(os.getpid())})

    controller = start(storage, 12, strategy={"kind": "random"}, resources={"cpus": 1, "concurrent": 2})
    drive(controller, judge)
    trials = storage.trials(controller.search_id)
    assert [trial.metrics["AP"] for trial in trials] == [number / 10 for number in range(12)]
    assert len({trial.metrics["pid"] for trial in trials}) <= 2


def test_exceptions_and_dead_workers_fail_their_trial_and_nothing_else(storage, drive):
    toy = ToyEvaluator()

    def judge(assignment):
        if assignment.number == 1:
            raise OSError("no such picture")
        if assignment.number == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        yield from toy(assignment)

    controller = start(storage)
    drive(controller, judge)
    raised, killed = (storage.trial(controller.search_id, number).failure for number in (1, 2))
    assert (raised.kind, raised.message) == (FailureKind.ERROR, "OSError: no such picture")
    assert killed.kind is FailureKind.CRASHED
    assert "the worker process died" in killed.message
    statuses = [trial.status for trial in storage.trials(controller.search_id)]
    assert statuses.count(TrialStatus.COMPLETED) == 4


def test_the_dashboard_and_the_process_list_name_search_and_trial(storage, drive):
    def judge(assignment):
        import ray

        title = Path("/proc/self/cmdline").read_text().strip("\0")
        named = [title == f"ray::toy trial {assignment.number}"]
        named.append(ray.get_runtime_context().get_task_name() == f"toy trial {assignment.number}")
        threads = float(os.environ["OMP_NUM_THREADS"])
        yield Measurement(fidelity=1, metrics={"AP": float(all(named)), "threads": threads, "pid": float(os.getpid())})

    controller = start(storage)
    drive(controller, judge)
    metrics = [trial.metrics for trial in storage.trials(controller.search_id)]
    assert [(each["AP"], each["threads"]) for each in metrics] == [(1.0, 1.0)] * 6
    assert len({each["pid"] for each in metrics}) <= 2, "workers are reused"


def test_an_evaluator_is_loaded_in_the_worker(storage, drive):
    controller = start(storage, 1)
    drive(controller, "workers.no_such_module:evaluate")
    failure = storage.trial(controller.search_id, 0).failure
    assert "No module named 'workers.no_such_module'" in failure.message


class Cancelled(Controller):
    """Learns after the first measurement that people want the search cancelled."""

    def record(self, report, *more):
        super().record(report, *more)
        if isinstance(report, Measured):
            self.storage.request_cancel(self.search_id)


def test_a_cancelled_search_stops_its_trials(storage, drive):
    def judge(assignment):
        for fidelity in count(1):
            yield Measurement(fidelity=fidelity, metrics={"AP": 0.5})

    task = {**toy_document().task.model_dump(mode="json"), "epochs": 10**6}
    moments = count(step=2)  # every look at the clock is two seconds later, so every poll for a wish is due
    controller = toy_controller(storage, toy_document(task=task), clock=lambda: next(moments))
    controller.__class__ = Cancelled
    drive(controller, judge)
    assert storage.search(controller.search_id).status is SearchStatus.CANCELLED
    assert {trial.status for trial in storage.trials(controller.search_id)} == {TrialStatus.CANCELLED}


class CancelledAtOnce(Controller):
    """Learns, when it has handed the first trial out, that people want the search cancelled."""

    def next_trial(self):
        answer = super().next_trial()
        self.storage.request_cancel(self.search_id)
        return answer


@pytest.mark.parametrize("cpus", [1, 1000])
def test_trials_that_train_for_long_or_wait_for_room_are_cancelled_too(storage, drive, cpus):
    def judge(assignment):
        Event().wait()
        yield

    moments = count(step=2)
    controller = toy_controller(storage, toy_document(), clock=lambda: next(moments))
    controller.__class__ = CancelledAtOnce
    drive(controller, judge, cpus=cpus)
    assert storage.search(controller.search_id).status is SearchStatus.CANCELLED
    assert {trial.status for trial in storage.trials(controller.search_id)} == {TrialStatus.CANCELLED}


class TakenOver(Controller):
    """Finds at the first report that another controller has the search."""

    def record(self, report, *more):
        raise LeaseLost("taken over")


def test_a_lost_lease_ends_the_run_and_is_told(storage, drive):
    controller = start(storage)
    controller.__class__ = TakenOver
    with pytest.raises(LeaseLost, match="taken over"):
        drive(controller, ToyEvaluator())
    assert {trial.status for trial in storage.trials(controller.search_id)} == {TrialStatus.RUNNING}
