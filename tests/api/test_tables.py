"""Column types that both databases need."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import StatementError

from api.database import reading, writing
from api.storage import SqlStorage
from api.tables import events
from nas.testing.storages import leased


def test_moments_come_back_in_utc_whatever_zone_they_were_given_in(sql_storage: SqlStorage):
    search_id = leased(sql_storage).search_id
    given = datetime(2026, 3, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    row = {"search_id": search_id, "sequence": 1, "at": given, "kind": "x", "message": "a\x00b\udce9c"}
    with writing(sql_storage.engine) as connection:
        connection.execute(insert(events), row)
    with reading(sql_storage.engine) as connection:
        stored = connection.execute(select(events)).one()
    assert (stored.at, stored.at.tzinfo) == (datetime(2026, 3, 1, 10, tzinfo=UTC), UTC)
    assert stored.message == "a\ufffdb\ufffdc"


def test_a_moment_without_a_zone_is_refused(sql_storage: SqlStorage):
    search_id = leased(sql_storage).search_id
    naive = datetime(2026, 3, 1)  # noqa: DTZ001 - the wrong value itself
    row = {"search_id": search_id, "sequence": 1, "at": naive, "kind": "x", "message": "y"}
    with pytest.raises(StatementError, match="must carry a time zone"), writing(sql_storage.engine) as connection:
        connection.execute(insert(events), row)
