"""Makes the golden SQLite file of the present schema version, with one row of every kind: python -m ... FILE."""

import sqlite3
import sys
from contextlib import closing, suppress
from pathlib import Path

from api.data_sets.records import Checking
from api.data_sets.store import DataSets
from api.people.desk import Desk, People
from api.people.forms import NewProject, NewToken
from api.people.records import Principal, Role
from api.storage import SqlStorage, open_storage
from nas.clock import ManualClock
from nas.records import (
    Artifact,
    Failure,
    FailureKind,
    Infeasible,
    Lease,
    Measurement,
    SearchStatus,
    TrialStatus,
)
from nas.testing.storages import trial


def make(path: Path) -> None:
    """Writes the file anew."""
    with suppress(FileNotFoundError):
        path.unlink()
    storage = open_storage(f"sqlite:///{path}", clock=ManualClock())
    _people(storage)
    _data(storage)
    search = storage.create_search("golden", {"name": "golden"}, idempotency_key="golden")
    lease = storage.acquire_lease(search.id, "golden", 60)
    assert lease is not None
    storage.set_search_status(lease, SearchStatus.RUNNING)
    _trials(storage, lease)
    storage.add_event(lease, "search", "it ended")
    storage.set_search_status(lease, SearchStatus.COMPLETED, "budget spent")
    storage.close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE").close()  # one file, nothing beside it
        connection.execute("VACUUM").close()


def _people(storage: SqlStorage) -> None:
    admin = Principal(name="golden", role=Role.ADMIN)
    desk = Desk(People.over(storage.engine, storage.clock), admin)
    desk.create_project(NewProject(name="vision", max_searches=3))
    desk.create_token(NewToken(name="nightly", role=Role.SUBMIT, project="vision"))


def _data(storage: SqlStorage) -> None:
    data_sets = DataSets(storage.engine, storage.clock)
    split = {"images": "/data/images", "annotations": "/data/labels.json"}
    data_sets.add("golden", "detection", {"train": split, "val": split, "classes": None}, check=Checking.SAMPLE)


def _trials(storage: SqlStorage, lease: Lease) -> None:
    refused = Infeasible(number=1, draw=0, genotype=(1, 2), architecture_id="a" * 16, reason="params must be less")
    storage.add_trial(lease, trial(0, redraws={"dead_block": 2}))
    storage.add_trial(lease, trial(1, seen=(0, 1)), [refused])
    storage.add_trial(lease, trial(2))
    for number in range(3):
        storage.move_trial(lease, number, TrialStatus.RUNNING)
    checkpoint = Artifact(name="checkpoint", uri="trials/0/checkpoint.pt", sha256="0" * 64, size_bytes=10)
    for number in (0, 2):
        measured = Measurement(fidelity=1, metrics={"AP": 0.25 + number / 4}, elapsed_s=2.5, artifacts=(checkpoint,))
        storage.add_measurement(lease, number, measured)
        storage.move_trial(lease, number, TrialStatus.COMPLETED)
    storage.move_trial(lease, 1, TrialStatus.FAILED, Failure(kind=FailureKind.DIVERGED, message="the loss was NaN"))


if __name__ == "__main__":
    make(Path(sys.argv[1]))
