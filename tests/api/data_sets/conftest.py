"""An empty table of data sets, and one set's data on the disk."""

import pytest

from api.data_sets.store import DataSets


@pytest.fixture
def data_sets(sql_storage):
    """On SQLite and on PostgreSQL."""
    return DataSets(sql_storage.engine, sql_storage.clock)


@pytest.fixture
def cells(tmp_path):
    """Data of detection whose paths lead somewhere."""
    folder = tmp_path / "cells"
    folder.mkdir()
    parts = {}
    for part in ("train", "val"):
        (folder / f"{part}.json").touch()
        parts[part] = {"images": str(folder), "annotations": str(folder / f"{part}.json")}
    return {**parts, "classes": None}
