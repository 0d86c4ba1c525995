"""The ledger beyond the laws of storages: two writers at once, metrics, speed."""

import threading
import time

import pytest

from api.database import reading
from api.ledger import SqlLedger
from api.storage import SqlStorage
from api.tables import trial_metrics
from nas.clock import ManualClock
from nas.errors import LeaseLost, StorageError
from nas.records import Measurement, TrialStatus
from nas.testing.storages import TTL_S, add_completed, add_running, leased, trial


def test_of_two_writers_only_the_newer_writes(sql_storage: SqlStorage, clock: ManualClock):
    old = leased(sql_storage)
    clock.advance(TTL_S + 1)
    new = sql_storage.acquire_lease(old.search_id, "second", TTL_S)
    refused, written = [], []
    start = threading.Barrier(2)

    def write(lease):
        start.wait()
        for number in range(20):
            try:
                sql_storage.add_trial(lease, trial(number))
                written.append(lease.fence)
            except LeaseLost:
                refused.append(lease.fence)

    threads = [threading.Thread(target=write, args=(lease,)) for lease in (old, new)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (set(written), set(refused)) == ({new.fence}, {old.fence})
    assert [each.number for each in sql_storage.trials(old.search_id)] == list(range(20))


def test_of_many_who_want_a_search_one_gets_it(sql_storage: SqlStorage):
    search_id = sql_storage.create_search("cells", {}).id
    got = []
    start = threading.Barrier(6)

    def want(owner):
        start.wait()
        got.append(sql_storage.acquire_lease(search_id, owner, TTL_S))

    threads = [threading.Thread(target=want, args=(f"owner-{n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [lease.fence for lease in got if lease is not None] == [1]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_a_metric_that_is_no_number_is_refused_whole(sql_storage: SqlStorage, value):
    lease = leased(sql_storage)
    add_running(sql_storage, lease, 0)
    with pytest.raises(StorageError, match="metric AP must be finite, got"):
        sql_storage.add_measurement(lease, 0, Measurement(fidelity=1, metrics={"loss": 1.0, "AP": value}))
    with pytest.raises(StorageError, match="must be finite"):
        sql_storage.add_trial(lease, trial(1, static_metrics={"params": value}))
    assert sql_storage.trial(lease.search_id, 0).measurements == ()


def test_the_newest_value_of_a_metric_is_the_one_of_the_highest_fidelity(sql_storage: SqlStorage):
    lease = leased(sql_storage)
    add_running(sql_storage, lease, 0)
    for fidelity, metrics in ((2, {"AP": 0.2}), (1, {"AP": 0.1, "loss": 3.0}), (3, {"loss": 2.0})):
        sql_storage.add_measurement(lease, 0, Measurement(fidelity=fidelity, metrics=metrics))
    with reading(sql_storage.engine) as connection:
        stored = {row.metric: row.value for row in connection.execute(trial_metrics.select())}
    assert stored == sql_storage.trial(lease.search_id, 0).metrics == {"params": 100.0, "AP": 0.2, "loss": 2.0}


def test_moving_a_trial_moves_its_metrics(sql_storage: SqlStorage):
    lease = leased(sql_storage)
    add_completed(sql_storage, lease, [{"AP": 0.5}])
    with reading(sql_storage.engine) as connection:
        assert {row.status for row in connection.execute(trial_metrics.select())} == {TrialStatus.COMPLETED}


def test_a_simulator_is_not_held_up(sqlite_storage: SqlStorage):
    assert isinstance(sqlite_storage, SqlLedger)
    lease = leased(sqlite_storage)
    began = time.process_time()
    for number in range(200):
        add_running(sqlite_storage, lease, number)
        sqlite_storage.add_measurement(lease, number, Measurement(fidelity=1, metrics={"AP": 0.5, "AP50": 0.7}))
        sqlite_storage.move_trial(lease, number, TrialStatus.COMPLETED)
    assert 200 / (time.process_time() - began) > 250  # measured on a quiet machine: over 800
