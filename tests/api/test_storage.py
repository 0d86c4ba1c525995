"""The SQL storage keeps the laws of storages, on SQLite and on PostgreSQL."""

import pytest

from api.storage import SqlStorage
from nas.testing.storages import StorageSuite


class TestSqlStorage(StorageSuite):
    @pytest.fixture
    def storage(self, sql_storage: SqlStorage) -> SqlStorage:
        return sql_storage
