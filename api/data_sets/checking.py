"""A check of a registered data set as it runs: how far it is and what it found are told to the database."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from api.data_sets.records import Checking
from api.data_sets.store import DataSets
from nas.clock import Clock
from nas.data_sets import DataReport

EVERY_S = 1.0  # seconds between writes of how far it is
Told = Callable[[int, int], None]
"""Hears how many pictures have been opened, and of how many."""


class CheckData(Protocol):
    """What looks at the data; `workers.data.checking.check_data`."""

    def __call__(
        self, kind: str, data: Mapping[str, Any], *, every_picture: bool, clock: Clock, told: Told
    ) -> DataReport: ...


def conduct_check(
    data_sets: DataSets, name: str, checking: Checking, *, check: CheckData, clock: Clock, told: Told
) -> DataReport:
    """What the check found, which is stored; an interrupted one leaves what was known. Raises `NotFound`."""
    found = data_sets.find(name)
    report: DataReport | None = None
    try:
        report = check(
            found.kind,
            found.data,
            every_picture=checking is Checking.EVERY_PICTURE,
            clock=clock,
            told=_written(data_sets, name, clock, told),
        )
        report = compared(report, found.report)
    finally:
        data_sets.end(name, report)
    return report


def compared(report: DataReport, before: DataReport | None) -> DataReport:
    """The report, with the remark that the set has changed since the check before."""
    if before is None or not before.fingerprint or report.fingerprint == before.fingerprint:
        return report
    remark = f"labels or pictures have changed since the check of {before.checked_at:%Y-%m-%d %H:%M} UTC"
    return report.model_copy(update={"remarks": (remark, *report.remarks)})


def _written(data_sets: DataSets, name: str, clock: Clock, told: Told) -> Told:
    """Tells the database, too, now and then."""
    last = clock()
    data_sets.begin(name)

    def both(done: int, total: int) -> None:
        nonlocal last
        told(done, total)
        if clock() - last >= EVERY_S:
            last = clock()
            data_sets.progress(name, done, total)

    return both
