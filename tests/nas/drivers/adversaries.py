"""Drivers that finish trials in the worst orders, and die in the middle."""

import random
from collections.abc import Callable, Sequence
from typing import Any

from nas.controller import Controller
from nas.document import SearchDocument
from nas.drivers.boundary import reports
from nas.drivers.inline import run_inline
from nas.memory import MemoryStorage
from nas.ports import Screener
from nas.records import Assignment, Finished, Measured, Signal, Trial
from nas.testing.searches import ToyEvaluator, toy_controller

Pick = Callable[[Sequence[Assignment]], Assignment]
"""Which of the running trials moves next."""

ORDERS: dict[str, Callable[[], Pick]] = {
    "oldest first": lambda: lambda running: running[0],
    "newest first": lambda: lambda running: running[-1],
    "random": lambda: random.Random(7).choice,
    "another random": lambda: random.Random(8).choice,
    "slowest first": lambda: lambda running: max(running, key=lambda a: (a.seed % 5, a.number)),
    "first one starves": lambda: lambda running: running[min(1, len(running) - 1)],
}


def run_adversary(
    document: SearchDocument,
    *,
    concurrency: int,
    pick: Pick,
    evaluator: ToyEvaluator | None = None,
    crash: Callable[[], bool] = lambda: False,
    told: Callable[[Trial], Any] = lambda trial: trial.genotype,
    screener: Screener | None = None,
    earlier: SearchDocument | None = None,
) -> list[Any]:
    """What is told of every trial of the search, by default its genotype.

    Trials move one report at a time in the order of `pick`; after every report `crash` says whether the process dies,
    and everything but the storage is lost. A search of the document `earlier` has ended before.
    """
    storage = MemoryStorage()
    evaluator = evaluator or ToyEvaluator()
    if earlier is not None:
        run_inline(toy_controller(storage, earlier), ToyEvaluator(epochs=evaluator.epochs))
    controller = toy_controller(storage, document, screener=screener)
    running = _filled(controller, {}, evaluator, concurrency)
    while running:
        assignment = pick([told for told, _ in running.values()])
        _move(controller, running, assignment.number)
        if crash():
            controller = toy_controller(storage, document, search_id=controller.search_id, screener=screener)
            running = {}
        running = _filled(controller, running, evaluator, concurrency)
    assert controller.next_trial() is Signal.DONE
    return [told(trial) for trial in storage.trials(controller.search_id)]


def _filled(controller: Controller, running: dict, evaluator: ToyEvaluator, concurrency: int) -> dict:
    while len(running) < concurrency:
        assignment = controller.next_trial()
        if isinstance(assignment, Signal):
            assert running or assignment is Signal.DONE, "nothing runs and nothing is handed out"
            break
        running[assignment.number] = (assignment, reports(evaluator, assignment))
    return running


def _move(controller: Controller, running: dict, number: int) -> None:
    report = next(running[number][1])
    controller.record(report)
    if not isinstance(report, Measured):
        del running[number]
    elif controller.should_stop(number):
        running.pop(number)[1].close()
        controller.record(Finished(number=number))
