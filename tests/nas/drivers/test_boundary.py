"""Whatever an evaluator does becomes a report of its trial."""

from dataclasses import replace

from nas.drivers.boundary import is_last, reports
from nas.errors import MachineLost, TrialFailure
from nas.memory import MemoryStorage
from nas.records import Failed, FailureKind, Finished, Lost, Measured, Measurement
from nas.testing.searches import toy_controller, toy_document

ASSIGNMENT = toy_controller(MemoryStorage(), toy_document()).next_trial()
MEASUREMENT = Measurement(fidelity=1, metrics={"AP": 0.5})


def test_measurements_then_the_end():
    told = list(reports(lambda assignment: iter([MEASUREMENT]), ASSIGNMENT))
    assert told == [Measured(number=0, measurement=MEASUREMENT), Finished(number=0)]


def test_a_failure_keeps_its_kind():
    def evaluator(assignment):
        yield MEASUREMENT
        raise TrialFailure(FailureKind.OUT_OF_MEMORY, "21 GiB were asked for")

    *_, last = reports(evaluator, ASSIGNMENT)
    assert isinstance(last, Failed)
    assert (last.failure.kind, last.failure.message) == (FailureKind.OUT_OF_MEMORY, "21 GiB were asked for")


def test_any_other_exception_is_an_error_that_names_it():
    def evaluator(assignment):
        raise KeyError("missing")

    (only,) = reports(evaluator, ASSIGNMENT)
    assert (only.failure.kind, only.failure.message) == (FailureKind.ERROR, "KeyError: 'missing'")


def test_closing_closes_the_evaluator():
    closed = []

    def evaluator(assignment):
        try:
            yield MEASUREMENT
            yield MEASUREMENT
        finally:
            closed.append(assignment.number)

    told = reports(evaluator, ASSIGNMENT)
    next(told)
    told.close()
    assert closed == [0]


def test_the_last_epoch_is_told_by_its_fidelity():
    epochs = ASSIGNMENT.task["epochs"]
    told = [Measured(number=0, measurement=replace(MEASUREMENT, fidelity=fidelity)) for fidelity in (1, epochs)]
    assert [is_last(ASSIGNMENT, report) for report in (*told, Finished(number=0))] == [False, True, False]
    assert not is_last(replace(ASSIGNMENT, task={}), told[1])


def test_a_lost_machine_is_no_failure():
    def evaluator(assignment):
        yield MEASUREMENT
        raise MachineLost("nobody answers at node 3")

    *_, last = reports(evaluator, ASSIGNMENT)
    assert last == Lost(number=0, reason="nobody answers at node 3")
