"""The in-memory twin keeps the laws of searches by itself."""

import pytest

from nas.memory import MemoryStorage
from nas.testing.search_laws import SearchLaws


class TestMemorySearches(SearchLaws):
    @pytest.fixture
    def storage(self, clock) -> MemoryStorage:
        return MemoryStorage(clock=clock)
