"""Pages are whole and in order, whatever their size, also when rows are added meanwhile."""

import pytest

from api.people.records import Principal, Role


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 8])
def test_pages_of_any_size_hold_every_row_once(people, limit):
    admin = Principal(name="a", role=Role.ADMIN)
    for number in range(7):
        people.audit.record(admin, "x.y", str(number), project=None, detail={})
    found, cursor = [], None
    while True:
        page = people.audit.deeds(limit=limit, cursor=cursor)
        found += [deed.object for deed in page.items]
        people.audit.record(admin, "x.y", "late", project=None, detail={})
        cursor = page.next_cursor
        if cursor is None:
            break
    assert found == [str(number) for number in range(6, -1, -1)]
