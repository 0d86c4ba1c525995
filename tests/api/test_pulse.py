"""What a page looks at to learn that there is something new."""

from itertools import pairwise

import pytest

from api.database import reading
from api.pulse import pulse_of
from nas.errors import NotFound
from nas.records import SearchStatus, TrialStatus
from nas.testing.stored import add_completed, add_running, leased


def test_everything_that_can_change_about_a_search_changes_its_pulse(sql_storage):
    lease = leased(sql_storage)

    def look():
        with reading(sql_storage.engine) as connection:
            return pulse_of(connection, lease.search_id)

    seen = [look()]
    for change in (
        lambda: add_completed(sql_storage, lease, [{"AP": 0.1}]),
        lambda: add_running(sql_storage, lease, 1),
        lambda: sql_storage.add_event(lease, "note", "something"),
        lambda: sql_storage.request_cancel(lease.search_id),
        lambda: sql_storage.set_search_status(lease, SearchStatus.CANCELLED),
    ):
        change()
        seen.append(look())
    assert all(before != after for before, after in pairwise(seen))
    assert seen[-1].trials == {TrialStatus.COMPLETED: 1, TrialStatus.RUNNING: 1}
    assert (seen[-1].sequence, seen[-1].status, seen[-1].cancel_requested) == (1, "cancelled", True)


def test_a_search_that_is_gone_has_no_pulse(sqlite_storage):
    with reading(sqlite_storage.engine) as connection, pytest.raises(NotFound):
        pulse_of(connection, "gone")
