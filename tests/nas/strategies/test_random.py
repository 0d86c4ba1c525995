"""Random search keeps the laws of strategies."""

import pytest

from nas.strategies.random import Random
from nas.testing.strategies import StrategySuite


class TestRandom(StrategySuite):
    @pytest.fixture
    def strategy(self) -> Random:
        return Random()
