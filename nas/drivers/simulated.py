"""Runs a search in simulated time: several trials at once on a virtual clock, thousands of trials per second."""

import heapq
from collections.abc import Callable, Generator
from dataclasses import dataclass, field

from nas.controller import Controller
from nas.drivers.boundary import is_last, reports
from nas.ports import Evaluator
from nas.records import Assignment, Finished, Measured, Report, Signal

Duration = Callable[[Assignment, Measured], float]
"""The simulated second, since the trial began, at which a measurement arrives."""


@dataclass(order=True, slots=True)
class Event:
    """One report of one trial, due at a moment; ties in the order they were scheduled."""

    at_s: float
    order: int
    started_s: float = field(compare=False)
    assignment: Assignment = field(compare=False)
    report: Report = field(compare=False)
    rest: Generator[Report, None, None] = field(compare=False)


def elapsed(assignment: Assignment, measured: Measured) -> float:
    """The duration the evaluator itself reports."""
    return measured.measurement.elapsed_s


def run_simulated(
    controller: Controller,
    evaluator: Evaluator,
    *,
    duration: Duration = elapsed,
    concurrency: int | None = None,
) -> float:
    """The simulated seconds the search took. `concurrency` is by default that of the document.

    The evaluator is asked for its next measurement as soon as one has arrived; the end of a trial takes no time.
    """
    simulation = Simulation(controller, evaluator, duration)
    simulation.fill(concurrency or controller.document.resources.concurrent)
    while simulation.queue:
        simulation.step()
        simulation.fill(concurrency or controller.document.resources.concurrent)
    return simulation.now_s


class Simulation:
    """The queue of what is going to happen."""

    def __init__(self, controller: Controller, evaluator: Evaluator, duration: Duration) -> None:
        self.controller = controller
        self.evaluator = evaluator
        self.duration = duration
        self.queue: list[Event] = []
        self.now_s = 0.0
        self.scheduled = 0

    def fill(self, concurrency: int) -> None:
        """Starts trials until the places are taken or the controller has none now."""
        while len(self.queue) < concurrency:
            assignment = self.controller.next_trial()
            if isinstance(assignment, Signal):
                return
            self._schedule(assignment, self.now_s, reports(self.evaluator, assignment))

    def step(self) -> None:
        """Lets the next event happen."""
        event = heapq.heappop(self.queue)
        self.now_s = event.at_s
        ends = not isinstance(event.report, Measured) or is_last(event.assignment, event.report)
        self.controller.record(event.report, *(event.rest if ends else ()))
        if ends:
            return
        if self.controller.should_stop(event.report.number):
            event.rest.close()
            self.controller.record(Finished(number=event.report.number))
            return
        self._schedule(event.assignment, event.started_s, event.rest)

    def _schedule(self, assignment: Assignment, started_s: float, rest: Generator[Report, None, None]) -> None:
        report = next(rest)
        at_s = self.now_s
        if isinstance(report, Measured):
            at_s = max(at_s, started_s + self.duration(assignment, report))
        self.scheduled += 1
        event = Event(
            at_s=at_s, order=self.scheduled, started_s=started_s, assignment=assignment, report=report, rest=rest
        )
        heapq.heappush(self.queue, event)
