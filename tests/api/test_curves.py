"""Measurements are read whole, or reduced to their end for a page."""

from api.curves import curves_of, ends_of
from api.database import reading
from api.storage import SqlStorage
from nas.leaderboard import reduced
from nas.records import Artifact, Measurement
from nas.testing.storages import add_running, leased


def test_ends_are_what_the_rule_reduces_curves_to(sql_storage: SqlStorage):
    lease = leased(sql_storage)
    log = Artifact(name="log", uri="file:///log", sha256="0" * 64, size_bytes=1)
    for number in range(3):
        add_running(sql_storage, lease, number)
    for fidelity in (1, 2, 4):
        curve = Measurement(fidelity=fidelity, metrics={"AP": fidelity / 8}, elapsed_s=1.5, artifacts=(log,))
        sql_storage.add_measurement(lease, 0, curve)
    sql_storage.add_measurement(lease, 0, Measurement(fidelity=3, metrics={"loss": 0.3}))
    sql_storage.add_measurement(lease, 2, Measurement(fidelity=1, metrics={}))
    trials = sql_storage.trials(lease.search_id)
    with reading(sql_storage.engine) as connection:
        ends = ends_of(connection, lease.search_id, [0, 1, 2])
        curves = curves_of(connection, lease.search_id)
    assert ends == {number: reduced(trials[number]).measurements[0] for number in (0, 2)}
    assert [measurement.fidelity for measurement in curves[0]] == [1, 2, 3, 4]
    assert set(curves) == {0, 2}
