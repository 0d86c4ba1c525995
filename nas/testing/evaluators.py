"""The conformance suite of evaluators.

class TestMine(EvaluatorSuite):
    @pytest.fixture
    def evaluator(self) -> Evaluator: ...
    @pytest.fixture
    def assignment(self, tmp_path: Path) -> Assignment: ...
"""

import json
import math
from dataclasses import asdict, replace
from itertools import pairwise

import pytest

from nas.errors import TrialFailure
from nas.ports import Evaluator
from nas.records import Assignment

WRONG_ARCHITECTURE = {"kind": "nothing the evaluator could build"}


class EvaluatorSuite:
    """Everything an evaluator owes a driver. Supply the fixtures `evaluator` and `assignment`."""

    def test_measurements_come_in_ascending_fidelity_with_finite_metrics(
        self, evaluator: Evaluator, assignment: Assignment
    ) -> None:
        curve = list(evaluator(assignment))
        assert curve, "a trial that completes is measured at least once"
        assert all(earlier.fidelity < later.fidelity for earlier, later in pairwise(curve))
        assert all(math.isfinite(value) for measurement in curve for value in measurement.metrics.values())
        assert all(measurement.elapsed_s >= 0 for measurement in curve)

    def test_measurements_are_plain_data(self, evaluator: Evaluator, assignment: Assignment) -> None:
        for measurement in evaluator(assignment):
            assert json.loads(json.dumps(measurement.metrics)) == measurement.metrics
            json.dumps(asdict(measurement))

    def test_another_attempt_yields_the_earlier_measurements_again(
        self, evaluator: Evaluator, assignment: Assignment
    ) -> None:
        started = evaluator(assignment)
        first = next(started)
        if hasattr(started, "close"):
            started.close()
        again = next(evaluator(replace(assignment, attempt=assignment.attempt + 1)))
        assert (again.fidelity, again.metrics) == (first.fidelity, first.metrics)

    def test_what_cannot_be_judged_fails_the_trial(self, evaluator: Evaluator, assignment: Assignment) -> None:
        with pytest.raises((TrialFailure, ValueError)):
            list(evaluator(replace(assignment, architecture=WRONG_ARCHITECTURE)))
