"""Requests are timed by the template of their route."""

import pytest

from api.people.records import Role


@pytest.fixture
def counted(client, figures):
    """How many requests were timed, by method, route and status."""
    return lambda: figures(client.get("/metrics").text)["nas_request_seconds_count"]


def test_routes_are_told_by_their_template_below_the_api_and_beside_it(client, counted, sqlite_storage):
    sqlite_storage.create_search("cells", {"name": "cells"})
    for path in ("/searches/cells", "/searches/none", "/searches", "/api/v1/health", "/login"):
        client.get(path)
    client.post("/searches", json={})
    now = counted()
    assert now["GET", "/api/v1/searches/{search}", "404"] >= 1
    assert now["GET", "/api/v1/searches", "200"] == 1
    assert now["GET", "/api/v1/health", "200"] == 1
    assert now["GET", "/login", "200"] == 1
    assert now["POST", "/api/v1/searches", "422"] == 1


def test_what_people_make_up_is_one_series(client, counted, make_client):
    for number in range(5):
        client.get(f"/api/v1/made-up-{number}")
        make_client(client.app, token="wrong").get(f"/searches/{number}")
    client.request("BREW", "/api/v1/searches")
    now = counted()
    assert (now["GET", "other", "404"], now["GET", "other", "401"]) == (5, 5)
    assert {method for method, _, _ in now} <= {"GET", "POST", "other"}
    assert not any("made-up" in route for _, route, _ in now)


def test_a_request_that_crashes_is_timed(client, counted, client_of):
    client_of(Role.READ)  # made before the database goes away

    @client.app.get("/api/v1/crash")
    def crash():
        raise RuntimeError("broken")

    assert client.get("/crash").status_code == 500
    assert counted()["GET", "/api/v1/crash", "500"] == 1
