"""What is known of a set follows from its report and from what is going on."""

from datetime import UTC, datetime

import pytest

from api.data_sets.records import Checking, Registered, Standing
from nas.data_sets import DataReport, DataSet

AT = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("faults", "going_on", "standing"),
    [
        (None, {}, Standing.UNCHECKED),
        ((), {}, Standing.SOUND),
        (("missing",), {}, Standing.FAULTY),
        ((), {"wish": Checking.SAMPLE}, Standing.CHECKING),
        (None, {"done": 0, "total": 0}, Standing.CHECKING),
    ],
)
def test_a_set_stands_as_its_report_says_unless_a_check_is_going_on(faults, going_on, standing):
    report = None if faults is None else DataReport(checked_at=AT, elapsed_s=1, every_picture=True, faults=faults)
    found = DataSet(name="cells", kind="detection", data={}, created_at=AT, report=report)
    assert Registered(data_set=found, **going_on).standing is standing
