"""The rules every storage shares keep the laws of leaderboards by themselves."""

import pytest

from nas.memory import MemoryStorage
from nas.testing.leaderboards import LeaderboardLaws


class TestMemoryLeaderboard(LeaderboardLaws):
    @pytest.fixture
    def storage(self, clock) -> MemoryStorage:
        return MemoryStorage(clock=clock)
