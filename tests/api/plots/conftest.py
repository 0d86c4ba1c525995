"""Searches whose plots are looked at."""

import pytest
from sqlalchemy import Connection

from api.database import reading
from nas.ports import Storage
from nas.records import Companion, Lease, Measurement, Search, SearchStatus, TrialStatus
from nas.testing.stored import trial

DOCUMENT = {
    "name": "plotted",
    "objectives": [{"metric": "AP", "goal": "maximize"}, {"metric": "params", "goal": "minimize"}],
    "constraints": [{"metric": "params", "max": 1e9}, {"metric": "latency_ms", "max": 10.0}],
    "resources": {"gpus": 0.5, "cpus": 2, "concurrent": 2},
}


class Plotted:
    """A search that a test fills, trial by trial."""

    def __init__(self, storage: Storage, document: dict) -> None:
        self.storage = storage
        self.search: Search = storage.create_search(document["name"], document)
        self.lease: Lease = storage.acquire_lease(self.search.id, "test", 1e9)
        storage.set_search_status(self.lease, SearchStatus.RUNNING)
        self.trials = 0

    def add(self, curve, status=TrialStatus.COMPLETED, *, params=100.0, genotype=None, beside=None, **metrics) -> int:
        """The next trial, with this AP per epoch, and further metrics at its end."""
        number, self.trials = self.trials, self.trials + 1
        companion = None if beside is None else Companion(candidate=beside, control="plain", repeat=1)
        made = trial(
            number,
            status=TrialStatus.RUNNING,
            static_metrics={"params": params},
            genotype=genotype or (number % 3, number % 2),
            companion=companion,
        )
        self.storage.add_trial(self.lease, made)
        for epoch, value in enumerate(curve, 1):
            known = {"AP": value, **(metrics if epoch == len(curve) else {})}
            self.storage.add_measurement(self.lease, number, Measurement(fidelity=epoch, metrics=known))
        if status is not TrialStatus.RUNNING:
            self.storage.move_trial(self.lease, number, status)
        return number


@pytest.fixture
def plotted(sql_storage) -> Plotted:
    """An empty search with two objectives and a bound on a measured metric, on each database."""
    return Plotted(sql_storage, DOCUMENT)


@pytest.fixture
def connection(sql_storage) -> Connection:
    """A transaction that reads."""
    with reading(sql_storage.engine) as found:
        yield found
