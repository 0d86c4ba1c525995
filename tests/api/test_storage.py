"""The SQL storage keeps the laws of storages, on SQLite and on PostgreSQL."""

import pytest

from api.storage import SqlStorage
from nas.drivers.inline import run_inline
from nas.memory import MemoryStorage
from nas.ports import Storage
from nas.testing.searches import ToyEvaluator, toy_controller, toy_document
from nas.testing.storages import StorageSuite


class TestSqlStorage(StorageSuite):
    @pytest.fixture
    def storage(self, sql_storage: SqlStorage) -> SqlStorage:
        return sql_storage


def test_a_search_begins_with_an_earlier_one_as_it_does_in_memory(sql_storage: SqlStorage) -> None:
    assert _begun_with_another(sql_storage) == _begun_with_another(MemoryStorage())


def _begun_with_another(storage: Storage) -> list[tuple[int, ...]]:
    """The genotypes of a search that learns from an earlier one."""
    earlier = toy_document(name="cells", strategy={"kind": "random"}, budget={"trials": 12}, seed=7)
    run_inline(toy_controller(storage, earlier), ToyEvaluator())
    document = toy_document(begin_with={"search": "cells", "top": 2, "learn": True}, budget={"trials": 8})
    controller = toy_controller(storage, document)
    run_inline(controller, ToyEvaluator())
    return [trial.genotype for trial in storage.trials(controller.search_id)]
