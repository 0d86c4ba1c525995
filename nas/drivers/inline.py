"""Runs a search in this process, one trial after the other: for tests, laptops and debuggers."""

from nas.agenda import Signal
from nas.controller import Controller
from nas.drivers.boundary import reports
from nas.ports import Evaluator
from nas.records import Assignment, Finished, Measured


def run_inline(controller: Controller, evaluator: Evaluator) -> None:
    """Returns when the search has ended. Raises `LeaseLost` when another controller has taken it over."""
    while isinstance(assignment := controller.next_trial(), Assignment):
        _run_trial(controller, evaluator, assignment)
    assert assignment is Signal.DONE, "with nothing running there is nothing to wait for"


def _run_trial(controller: Controller, evaluator: Evaluator, assignment: Assignment) -> None:
    """Trains one trial and records it, until it ends or the controller wants it stopped."""
    told = reports(evaluator, assignment)
    for report in told:
        controller.record(report)
        if isinstance(report, Measured) and controller.should_stop(report.number):
            told.close()
            controller.record(Finished(number=report.number))
