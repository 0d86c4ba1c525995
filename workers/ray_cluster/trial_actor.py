"""What runs trials on a worker: it imports what a worker needs and no more, since each new process imports it."""

import os
from collections.abc import Iterator
from typing import Any

from ray import tune

from nas.drivers.boundary import is_last, reports
from nas.ports import Evaluator
from nas.records import Assignment, Measured, Measurement, Report
from workers.ray_cluster.processes import load_evaluator, show_in_process_list


class TrialActor(tune.Trainable):
    """Runs trials one after the other in one process; each step is the next report of the evaluator.

    A failure is a report too, so that the process lives on for the next trial.
    """

    evaluator: Evaluator | str

    def setup(self, config: dict[str, Any]) -> None:
        threads = str(max(1, min(int(config["assignment"].assignment.cpus), os.cpu_count() or 1)))
        os.environ.update(OMP_NUM_THREADS=threads, MKL_NUM_THREADS=threads)  # before the evaluator loads torch
        self.reports: Iterator[Report] = iter(())
        self.reset_config(config)

    def reset_config(self, new_config: dict[str, Any]) -> bool:
        self.take_up(new_config["assignment"].assignment)
        return True

    def take_up(self, assignment: Assignment) -> None:
        """Makes this the trial that the next step belongs to; the one before ends where it is."""
        self.assignment = assignment
        before, self.reports = self.reports, reports(self.evaluate, assignment)
        close(before)

    def evaluate(self, assignment: Assignment) -> Iterator[Measurement]:
        """The evaluator's measurements; it is loaded here, so that an import that fails is a failure of the trial."""
        return load_evaluator(self.evaluator)(assignment)

    def step(self) -> dict[str, Any]:
        show_in_process_list(f"{self.assignment.search_name} trial {self.assignment.number}")
        report = next(self.reports)
        if isinstance(report, Measured) and not is_last(self.assignment, report):
            return {"reports": (report,), "ended": False}
        return {"reports": (report, *self.reports), "ended": True}

    def cleanup(self) -> None:
        close(self.reports)


def close(reports: Iterator[Report]) -> None:
    """Lets an evaluator that has not come to its end close what it holds open."""
    closing = getattr(reports, "close", None)
    if closing is not None:
        closing()


class Sealed:
    """An assignment on its way through Tune, which copies what is in a config and writes it out, again and again."""

    def __init__(self, assignment: Assignment) -> None:
        self.assignment = assignment

    def __deepcopy__(self, memo: dict[int, Any]) -> "Sealed":
        return self  # nobody changes an assignment

    def __repr__(self) -> str:
        return f"trial {self.assignment.number}"
