"""Measurements with their artifacts: of one trial, of a whole search, or only the last of each trial on a page."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BindParameter, Connection, Select, bindparam, func, select, tuple_

from api.rows import STATIC, measurement_records
from api.tables import artifacts, measurements, trial_metrics
from nas.records import Measurement

_ALL = (
    select(measurements)
    .where(measurements.c.search_id == bindparam("search"))
    .order_by(measurements.c.number, measurements.c.fidelity)
)
_ALL_ARTIFACTS = select(artifacts).where(artifacts.c.search_id == bindparam("search")).order_by(artifacts.c.name)
_OF_TRIAL = _ALL.where(measurements.c.number == bindparam("trial"))
_ARTIFACTS_OF_TRIAL = _ALL_ARTIFACTS.where(artifacts.c.number == bindparam("trial"))

_NUMBERS: BindParameter[list[int]] = bindparam("numbers", expanding=True)
_ENDS = (
    select(measurements.c.number, func.max(measurements.c.fidelity))
    .where(measurements.c.search_id == bindparam("search"), measurements.c.number.in_(_NUMBERS))
    .group_by(measurements.c.number)
)
_LAST = select(measurements).where(
    measurements.c.search_id == bindparam("search"),
    tuple_(measurements.c.number, measurements.c.fidelity).in_(_ENDS),
)
_LAST_ARTIFACTS = _ALL_ARTIFACTS.where(tuple_(artifacts.c.number, artifacts.c.fidelity).in_(_ENDS))
_NEWEST = select(trial_metrics.c.number, trial_metrics.c.metric, trial_metrics.c.value).where(
    trial_metrics.c.search_id == bindparam("search"),
    trial_metrics.c.number.in_(_NUMBERS),
    trial_metrics.c.fidelity > STATIC,
)


def curves_of(connection: Connection, search_id: str, number: int | None = None) -> dict[int, list[Measurement]]:
    """The measurements of one trial, or of every trial of the search, by number and in ascending fidelity."""
    if number is None:
        return _read(connection, _ALL, _ALL_ARTIFACTS, {"search": search_id})
    return _read(connection, _OF_TRIAL, _ARTIFACTS_OF_TRIAL, {"search": search_id, "trial": number})


def ends_of(connection: Connection, search_id: str, numbers: Sequence[int]) -> dict[int, Measurement]:
    """For each measured trial of these, one measurement: the last fidelity, with the newest value of every metric."""
    keys = {"search": search_id, "numbers": list(numbers)}
    ends = _read(connection, _LAST, _LAST_ARTIFACTS, keys)
    newest: dict[int, dict[str, float]] = {number: {} for number in ends}
    for number, metric, value in connection.execute(_NEWEST, keys):
        newest[number][metric] = value
    return {
        number: Measurement(
            fidelity=last.fidelity, metrics=newest[number], elapsed_s=last.elapsed_s, artifacts=last.artifacts
        )
        for number, (last,) in ends.items()
    }


def _read(
    connection: Connection, rows: Select[Any], produced: Select[Any], keys: dict[str, Any]
) -> dict[int, list[Measurement]]:
    found = connection.execute(rows, keys).all()
    return measurement_records(found, connection.execute(produced, keys) if found else ())
