"""The in-memory storage keeps the laws of storages."""

import pytest

from nas.clock import ManualClock
from nas.memory import MemoryStorage
from nas.testing.storages import StorageSuite


class TestMemoryStorage(StorageSuite):
    @pytest.fixture
    def storage(self, clock: ManualClock) -> MemoryStorage:
        return MemoryStorage(clock=clock)
