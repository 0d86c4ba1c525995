"""What a worker does with the trials that it is given one after the other."""

import copy
from collections.abc import Iterator
from dataclasses import replace

import pytest

from nas.records import Assignment, Finished, Measured, Measurement
from workers.ray_cluster.trial_actor import Sealed, TrialActor

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of Tune's own Trainable
ASSIGNMENT = Assignment(
    search_id="s",
    search_name="toy",
    number=0,
    attempt=1,
    seed=7,
    architecture={},
    task={"epochs": 3},
    cpus=1,
    gpus=0,
    directory="trial",
    cache_directory="cache",
    timeout_s=None,
)


def worker(closed: list[int]) -> TrialActor:
    """A worker whose evaluator measures once per epoch and notes which trials it closed."""

    def evaluator(assignment: Assignment) -> Iterator[Measurement]:
        try:
            for epoch in range(1, assignment.task["epochs"] + 1):
                yield Measurement(fidelity=epoch, metrics={"AP": assignment.number / 10})
        finally:
            closed.append(assignment.number)

    kind = type("toy", (TrialActor,), {"evaluator": staticmethod(evaluator)})
    return kind({"assignment": Sealed(ASSIGNMENT)})


def test_each_step_is_a_measurement_and_the_last_one_tells_the_end_too():
    actor = worker(closed=[])
    first, second, third = (actor.step() for _ in range(3))
    assert (first["ended"], second["ended"], third["ended"]) == (False, False, True)
    assert [type(report) for report in third["reports"]] == [Measured, Finished]


def test_a_trial_that_another_takes_the_place_of_is_closed_and_reports_nothing_more():
    closed: list[int] = []
    actor = worker(closed)
    actor.step()
    actor.take_up(replace(ASSIGNMENT, number=5))
    assert closed == [0]
    (report,) = actor.step()["reports"]
    assert report.number == 5
    assert report.measurement.metrics == {"AP": 0.5}


def test_an_assignment_is_not_copied_on_its_way_through_tune():
    sealed = Sealed(ASSIGNMENT)
    assert copy.deepcopy({"assignment": sealed})["assignment"] is sealed
    assert repr(sealed) == "trial 0"
