"""A trial of a search, with files in its folder."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from api.app import create_app
from api.settings import Settings
from api.storage import SqlStorage
from nas.folders import trial_folder
from nas.records import Artifact, Lease, Measurement, Search, SearchStatus, TrialStatus
from nas.testing.searches import toy_document
from nas.testing.stored import trial

PNG = b"\x89PNG\r\n\x1a\n" + b"pixels"


@dataclass(frozen=True, kw_only=True)
class Filed:
    """A search whose trials have folders."""

    storage: SqlStorage
    lease: Lease
    search: Search
    home: Path

    def folder(self, number: int = 0) -> Path:
        """The folder of a trial, which is there."""
        folder = trial_folder(self.home, self.search.id, number)
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def add(self, number: int = 0, **fields: object) -> None:
        """A trial that runs."""
        self.storage.add_trial(self.lease, trial(number, status=TrialStatus.RUNNING, **fields))

    def measure(self, fidelity: int, *files: Path, number: int = 0, **metrics: float) -> None:
        """A measurement with these files as its artifacts."""
        artifacts = tuple(Artifact(name=file.stem, uri=file.as_uri(), sha256="0" * 64, size_bytes=5) for file in files)
        measurement = Measurement(fidelity=fidelity, metrics=metrics, elapsed_s=float(fidelity), artifacts=artifacts)
        self.storage.add_measurement(self.lease, number, measurement)


@pytest.fixture
def filed(sqlite_storage, tmp_path) -> Filed:
    """A running search without trials."""
    document = toy_document(name="cells", comparison={"top": 0})
    search = sqlite_storage.create_search("cells", document.model_dump(mode="json"))
    lease = sqlite_storage.acquire_lease(search.id, "test", 1000)
    sqlite_storage.set_search_status(lease, SearchStatus.RUNNING)
    return Filed(storage=sqlite_storage, lease=lease, search=search, home=tmp_path)


@pytest.fixture
def page_client(filed, make_client):
    """A client of the service over that search."""
    return make_client(create_app(filed.storage, Settings(home=filed.home)))
