"""Searches and trials as a controller leaves them in a storage: what the laws of storages are tried on."""

from collections.abc import Sequence

import pytest

from nas.clock import ManualClock
from nas.ports import Query, Storage
from nas.records import Companion, Lease, Measurement, SearchStatus, Trial, TrialStatus

TTL_S = 60.0


def leased(storage: Storage, name: str = "cells") -> Lease:
    """A lease on a new running search."""
    search = storage.create_search(name, {"name": name})
    lease = storage.acquire_lease(search.id, "first", TTL_S)
    assert lease is not None
    storage.set_search_status(lease, SearchStatus.RUNNING)
    return lease


def trial(number: int, **fields: object) -> Trial:
    """A trial as a controller adds it."""
    values: dict[str, object] = {
        "search_id": "",
        "genotype": (number, 1),
        "architecture": {"kind": "toy", "number": number},
        "architecture_id": f"{number:016x}",
        "seed": number,
        "static_metrics": {"params": 100.0 + number},
    }
    return Trial(number=number, **{**values, **fields})  # type: ignore[arg-type]


def add_running(storage: Storage, lease: Lease, number: int) -> None:
    """The next trial, handed out."""
    storage.add_trial(lease, trial(number))
    storage.move_trial(lease, number, TrialStatus.RUNNING)


def add_completed(storage: Storage, lease: Lease, metrics: Sequence[dict[str, float]]) -> None:
    """One completed trial per dict of metrics, after those the search has."""
    start = len(storage.trials(lease.search_id))
    for number, measured in enumerate(metrics, start):
        add_running(storage, lease, number)
        storage.add_measurement(lease, number, Measurement(fidelity=1, metrics=measured))
        storage.move_trial(lease, number, TrialStatus.COMPLETED)


def add_beside(storage: Storage, lease: Lease, companion: Companion, metrics: dict[str, float]) -> None:
    """The next trial, a companion that runs and was measured."""
    number = len(storage.trials(lease.search_id))
    storage.add_trial(lease, trial(number, companion=companion))
    storage.move_trial(lease, number, TrialStatus.RUNNING)
    storage.add_measurement(lease, number, Measurement(fidelity=1, metrics=metrics))


def numbers(storage: Storage, lease: Lease, query: Query) -> list[int]:
    """The numbers of one leaderboard page."""
    return [row.number for row in storage.leaderboard(lease.search_id, query).trials]


class ClockFixture:
    """The clock that a storage under test is made with."""

    @pytest.fixture
    def clock(self) -> ManualClock:
        """A clock that the tests move."""
        return ManualClock()
