"""Runs a search in this process, one trial after the other: for tests, laptops and debuggers."""

import time
from collections.abc import Callable

from nas.controller import POLL_S, Controller
from nas.drivers.boundary import is_last, reports
from nas.ports import Evaluator
from nas.records import Assignment, Finished, Measured, Signal


def run_inline(
    controller: Controller, evaluator: Evaluator, *, rest: Callable[[], None] = lambda: time.sleep(POLL_S)
) -> None:
    """Returns when the search has ended or is paused. Raises `LeaseLost` when another controller has taken it over.

    With nothing running it waits only for others: for a quota of its project, or for its share of a cluster. `rest`
    lets some time go by then.
    """
    while (answer := controller.next_trial()) is not Signal.DONE:
        if isinstance(answer, Assignment):
            _run_trial(controller, evaluator, answer)
        else:
            rest()


def _run_trial(controller: Controller, evaluator: Evaluator, assignment: Assignment) -> None:
    """Trains one trial and records it, until it ends or the controller wants it stopped."""
    told = reports(evaluator, assignment)
    for report in told:
        if is_last(assignment, report):
            controller.record(report, *told)
            return
        controller.record(report)
        if isinstance(report, Measured) and controller.should_stop(report.number):
            told.close()
            controller.record(Finished(number=report.number))
