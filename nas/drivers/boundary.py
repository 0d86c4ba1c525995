"""The boundary of a trial: whatever its evaluator does becomes a report."""

import logging
import math
from collections.abc import Generator

from nas.artifacts import kept
from nas.errors import MachineLost, TrialFailure
from nas.log_subjects import about
from nas.ports import Evaluator
from nas.records import Assignment, Failed, Failure, FailureKind, Finished, Lost, Measured, Report

log = logging.getLogger(__name__)


def reports(evaluator: Evaluator, assignment: Assignment) -> Generator[Report, None, None]:
    """What happens to the trial: its measurements as they come, their artifacts in the store if there is one; then that
    it finished, failed or lost its machine.

    Whatever the evaluator raises is the failure of its trial. Closing the iterator closes the evaluator's; whoever
    closes it reports the trial finished.
    """
    number = assignment.number
    measurements = None
    try:
        measurements = evaluator(assignment)
        for measurement in measurements:
            yield Measured(number=number, measurement=kept(measurement, assignment))
    except MachineLost as lost:
        yield Lost(number=number, reason=str(lost))
    except Exception as error:  # noqa: BLE001  the trial boundary
        yield Failed(number=number, failure=failure_of(error, assignment))
    else:
        yield Finished(number=number)
    finally:
        close = getattr(measurements, "close", None)
        if close is not None:
            close()


def failure_of(error: Exception, assignment: Assignment) -> Failure:
    """Its own failure for a `TrialFailure`; for anything else an error that names the exception, which is logged."""
    if isinstance(error, TrialFailure):
        return error.failure
    subject = about(search=assignment.search_id, trial=assignment.number)
    log.error("the evaluator of trial %d raised", assignment.number, exc_info=error, extra=subject)
    return Failure(kind=FailureKind.ERROR, message=f"{type(error).__name__}: {error}")


def is_last(assignment: Assignment, report: Report) -> bool:
    """Whether this was the last epoch: then the end can be recorded with it, in one transaction."""
    epochs = assignment.task.get("epochs", math.inf)
    return isinstance(report, Measured) and bool(report.measurement.fidelity >= epochs)
