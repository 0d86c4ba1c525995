"""Trials of a search with files in their folders: what the page of one trial is tested over."""

from dataclasses import dataclass
from pathlib import Path

from api.storage import SqlStorage
from nas.folders import trial_folder
from nas.records import Artifact, Lease, Measurement, Search, TrialStatus
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
