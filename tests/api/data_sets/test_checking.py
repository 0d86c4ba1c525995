"""A check tells the database how far it is and what it found."""

from datetime import UTC, datetime

import pytest

from api.data_sets.checking import EVERY_S, compared, conduct_check
from api.data_sets.records import Checking
from nas.data_sets import DataReport

AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


def report(fingerprint="f", **fields):
    return DataReport(checked_at=AT, elapsed_s=1.5, every_picture=False, fingerprint=fingerprint, **fields)


def test_progress_is_written_now_and_then_and_the_report_at_the_end(data_sets, clock):
    data_sets.add("cells", "detection", {"train": "a"})
    heard = []

    def check(kind, data, *, every_picture, clock, told):
        assert (kind, data, every_picture) == ("detection", {"train": "a"}, True)
        for done in range(4):
            told(done, 4)
            heard.append(data_sets.registered("cells").done)
            clock.advance(EVERY_S / 2)
        return report()

    conduct_check(
        data_sets, "cells", Checking.EVERY_PICTURE, check=check, clock=clock, told=lambda done, total: heard.append("")
    )
    assert heard == ["", 0, "", 0, "", 2, "", 2]
    found = data_sets.registered("cells")
    assert (found.data_set.report, found.total) == (report(), None)


def test_an_interrupted_check_leaves_what_was_known(data_sets, clock):
    data_sets.add("cells", "detection", {})
    data_sets.end("cells", report())

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        conduct_check(
            data_sets, "cells", Checking.SAMPLE, check=interrupted, clock=clock, told=lambda done, total: None
        )
    found = data_sets.registered("cells")
    assert (found.data_set.report, found.total, found.wish) == (report(), None, None)


def test_a_set_that_has_changed_is_remarked():
    changed = compared(report("g", remarks=("one",)), report())
    assert changed.remarks == ("labels or pictures have changed since the check of 2026-03-01 09:00 UTC", "one")
    for before in (None, report("g"), report("")):
        assert compared(report("g"), before) == report("g")
