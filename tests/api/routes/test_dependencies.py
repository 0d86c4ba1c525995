"""What endpoints are given: one search by name or id, bounded pages."""

import pytest

from api.routes.dependencies import MAX_PAGE


def test_a_name_means_the_newest_search_and_an_id_that_one(client, sqlite_storage):
    first, second = (sqlite_storage.create_search("cells", {"seed": seed}) for seed in range(2))
    assert client.get("/searches/cells").json()["id"] == second.id
    assert client.get(f"/searches/{first.id}").json()["document"] == {"seed": 0}


@pytest.mark.parametrize("limit", [0, MAX_PAGE + 1, "many"])
def test_pages_are_bounded(client, sqlite_storage, limit):
    sqlite_storage.create_search("cells", {})
    for path in ("/searches", "/searches/cells/trials", "/searches/cells/events", "/searches/cells/pareto"):
        assert client.get(path, params={"limit": limit}).status_code == 422


def test_long_names_and_cursors_are_refused(client):
    assert client.get(f"/searches/{'x' * 101}").status_code == 422
    assert client.get("/searches", params={"cursor": "x" * 1001}).status_code == 422
