"""The package keeps the laws that SpineSearch asks of its parts: `pytest examples/own_space`."""

from pathlib import Path

import pytest
from own_space.evaluator import EVALUATOR, FitWave, params
from own_space.space import RandomFeatures, RandomFeaturesOptions, RandomFeaturesSpace
from own_space.strategy import Narrowing

from nas.ports import Evaluator, Strategy
from nas.records import Assignment
from nas.testing.evaluators import EvaluatorSuite
from nas.testing.strategies import StrategySuite
from search_spaces.testing import SpaceLaws

NETWORK = RandomFeatures(widths=(8, 4), activation="tanh", scale=1.0)


class TestSpace(SpaceLaws):
    """All laws of spaces; `golden` pairs hold the meaning of genotypes fixed."""

    space = RandomFeaturesSpace(RandomFeaturesOptions())
    golden = (((1, 1, 0, 2, 20), NETWORK),)


class TestStrategy(StrategySuite):
    """All that a strategy owes the search, on the toy space that the suite brings."""

    @pytest.fixture
    def strategy(self) -> Strategy:
        """The strategy under test."""
        return Narrowing(pace=10)


class TestEvaluator(EvaluatorSuite):
    """All that an evaluator owes whatever runs it."""

    @pytest.fixture
    def evaluator(self) -> Evaluator:
        """The evaluator under test."""
        assert not isinstance(EVALUATOR.evaluate, str)
        return EVALUATOR.evaluate

    @pytest.fixture
    def assignment(self, tmp_path: Path) -> Assignment:
        """What a worker is told of one trial."""
        return Assignment(
            search_id="a",
            search_name="a",
            number=0,
            attempt=1,
            seed=0,
            architecture=NETWORK.model_dump(mode="json"),
            task=FitWave().model_dump(mode="json"),
            cpus=1,
            gpus=0,
            directory=str(tmp_path),
            cache_directory=str(tmp_path),
        )


def test_the_params_of_a_small_network_are_counted() -> None:
    assert params(NETWORK) == (1 + 1) * 8 + (8 + 1) * 4 + (4 + 1) * 1
