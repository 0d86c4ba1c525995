"""The audit says who did what, in order, and only grows."""

import pytest

from api.people.audit import Audit
from api.people.records import Principal, Role
from nas.clock import utc
from nas.errors import InvalidQuery
from nas.leaderboard import encode_cursor

ROOT = Principal(name="root", role=Role.ADMIN, token_id="t1")


def test_a_deed_is_kept_whole(people, clock):
    people.audit.record(ROOT, "search.cancel", "1kz3", project="vision", detail={"name": "cells"})
    (deed,) = people.audit.deeds().items
    assert (deed.actor, deed.token_id, deed.action, deed.object) == ("root", "t1", "search.cancel", "1kz3")
    assert (deed.at, deed.project, deed.detail) == (utc(clock()), "vision", {"name": "cells"})


def test_deeds_are_listed_newest_first_of_all_projects_or_one(people):
    for number in range(5):
        people.audit.record(ROOT, "x.y", str(number), project=("vision", None)[number % 2], detail={})
    first = people.audit.deeds(limit=3)
    second = people.audit.deeds(limit=3, cursor=first.next_cursor)
    assert [deed.object for deed in (*first.items, *second.items)] == ["4", "3", "2", "1", "0"]
    assert [deed.object for deed in people.audit.deeds(project="vision").items] == ["4", "2", "0"]
    with pytest.raises(InvalidQuery):
        people.audit.deeds(project="vision", cursor=first.next_cursor)


@pytest.mark.parametrize("last", ["x", 2**80, None, 1.5])
def test_a_forged_cursor_is_refused(people, last):
    with pytest.raises(InvalidQuery):
        people.audit.deeds(cursor=encode_cursor("audit None", [last]))


def test_nothing_changes_what_was_recorded():
    assert {name for name in vars(Audit) if not name.startswith("_")} == {"record", "deeds"}
