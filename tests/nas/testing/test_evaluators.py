"""The toy evaluator keeps the laws of evaluators."""

import pytest

from nas.memory import MemoryStorage
from nas.testing.evaluators import EvaluatorSuite
from nas.testing.searches import ToyEvaluator, toy_controller, toy_document


class TestToyEvaluator(EvaluatorSuite):
    @pytest.fixture
    def evaluator(self) -> ToyEvaluator:
        return ToyEvaluator()

    @pytest.fixture
    def assignment(self):
        return toy_controller(MemoryStorage(), toy_document()).next_trial()
