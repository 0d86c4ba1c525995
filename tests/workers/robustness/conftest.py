"""Drawn pictures that the tests of this folder share, and the teacher trained on them."""

from pathlib import Path

import pytest

from tests.workers.tiny_robustness import write_tiny_pictures


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pictures and caches lie."""
    return tmp_path_factory.mktemp("robustness")


@pytest.fixture(scope="session")
def data(folder: Path) -> dict[str, str]:
    """The `data` of a task."""
    return write_tiny_pictures(folder / "pictures")
