"""Tokens, projects and the audit over REST."""

import copy

import pytest

from api.examples import DOCUMENT
from api.people.records import Role


@pytest.fixture
def document():
    return copy.deepcopy(DOCUMENT)


def deeds(client, **params):
    """Who did what, oldest first."""
    items = client.get("/audit", params=params).json()["items"]
    return [(deed["actor"], deed["action"], deed["project"]) for deed in items[::-1]]


def test_everybody_may_ask_who_they_are(client, client_of):
    assert client.get("/me").json()["role"] == "admin"
    assert client_of(Role.READ, "vision").get("/me").json() == {
        "name": "read-of-vision",
        "role": "read",
        "project": "vision",
    }


def test_a_token_is_shown_once_lets_in_and_is_revoked(client, make_client):
    answer = client.post("/tokens", {"name": "nightly", "role": "submit"})
    assert answer.status_code == 201
    made = answer.json()
    nightly = make_client(client.app, token=made.pop("text"))
    assert nightly.get("/me").json()["name"] == "nightly"
    assert client.get("/tokens").json()["items"][0] == made
    assert client.request("DELETE", f"/tokens/{made['id']}").json()["revoked_at"] is not None
    assert nightly.get("/me").status_code == 401


def test_a_token_expires_in_90_days_unless_asked_otherwise(client, clock):
    days = {}
    for lifetime in ({}, {"lifetime_s": 60}, {"lifetime_s": None}):
        made = client.post("/tokens", {"name": "a", "role": "read", **lifetime}).json()
        days[str(lifetime)] = made["expires_at"]
    assert list(days.values()) == ["2024-02-12T22:13:20Z", "2023-11-14T22:14:20Z", None]


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"name": "a\nb"},
        {"name": "x" * 101},
        {"role": "owner"},
        {"project": "No Such"},
        {"lifetime_s": 0},
        {"lifetime_s": -1},
        {"lifetimes": 1},
    ],
)
def test_a_token_that_makes_no_sense_is_refused(client, change):
    answer = client.post("/tokens", {"name": "a", "role": "read", **change})
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:spinesearch:problem:invalid-request")


def test_an_admin_of_a_project_rules_there_and_nowhere_else(client, client_of):
    elsewhere = client.post("/tokens", {"name": "elsewhere", "role": "read", "project": "default"}).json()
    vera = client_of(Role.ADMIN, "vision")
    made = vera.post("/tokens", {"name": "a", "role": "admin"}).json()
    assert made["project"] == "vision"
    assert vera.post("/tokens", {"name": "a", "role": "read", "project": "default"}).status_code == 404
    assert {token["project"] for token in vera.get("/tokens").json()["items"]} == {"vision"}
    assert vera.request("DELETE", f"/tokens/{elsewhere['id']}").status_code == 404
    assert [project["name"] for project in vera.get("/projects").json()["items"]] == ["vision"]
    for answer in (
        vera.post("/projects", {"name": "mine"}),
        vera.request("PATCH", "/projects/vision", json={"max_searches": None}),
    ):
        assert (answer.status_code, answer.json()["type"]) == (403, "urn:spinesearch:problem:forbidden")
    assert deeds(vera) == [("admin-of-vision", "token.create", "vision")]
    assert vera.get("/audit", params={"project": "default"}).status_code == 404


def test_a_project_is_made_once_and_its_quotas_are_changed_and_lifted(client):
    made = client.post("/projects", {"name": "vision", "max_searches": 2, "gpu_hours": 10}).json()
    assert (made["max_searches"], made["gpu_hours"], made["artifact_bytes"], made["weight"]) == (2, 10.0, None, 1.0)
    again = client.post("/projects", {"name": "vision"})
    assert (again.status_code, again.json()["type"]) == (409, "urn:spinesearch:problem:taken")
    changed = client.request("PATCH", "/projects/vision", json={"max_searches": None, "weight": 3}).json()
    assert changed == {**made, "max_searches": None, "weight": 3.0}
    assert [each["name"] for each in client.get("/projects").json()["items"]] == ["default", "vision"]
    assert client.request("PATCH", "/projects/none", json={"weight": 2}).status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        {"weight": 0},
        {"weight": None},
        {"max_searches": -1},
        {"max_searches": 1.5},
        {"gpu_hours": -0.1},
        {"gpu_hours": "inf"},
        {"artifact_bytes": 2**63},
        {"name": "other"},
    ],
)
def test_quotas_that_make_no_sense_are_refused(client, change):
    assert client.request("PATCH", "/projects/default", json=change).status_code == 422


def test_searches_are_submitted_to_a_project_and_seen_there_only(client, client_of, document):
    made = client.post("/searches", document, params={"priority": 5}).json()
    assert (made["project"], made["priority"]) == ("default", 5)
    client_of(Role.READ, "vision")
    theirs = client.post("/searches", document, params={"project": "vision"}).json()
    assert theirs["project"] == "vision"
    reader = client_of(Role.READ, "vision")
    assert [each["id"] for each in reader.get("/searches").json()["items"]] == [theirs["id"]]
    assert reader.get("/searches/blood-cells").json()["id"] == theirs["id"]
    assert reader.get(f"/searches/{made['id']}").status_code == 404
    assert len(client.get("/searches").json()["items"]) == 2
    (listed,) = client.get("/searches", params={"project": "default"}).json()["items"]
    assert listed["id"] == made["id"]
    for answer in (
        reader.get("/searches", params={"project": "default"}),
        client.get("/searches", params={"project": "none"}),
        client.post("/searches", document, params={"project": "none"}),
    ):
        assert (answer.status_code, answer.json()["type"]) == (404, "urn:spinesearch:problem:not-found")


def test_the_same_key_of_two_projects_makes_two_searches(client, client_of, document):
    client_of(Role.READ, "vision")
    key = {"Idempotency-Key": "once"}
    ids = {
        client.post("/searches", document, params={"project": project}, headers=key).json()["id"]
        for project in ("default", "vision", "default", "vision")
    }
    assert len(ids) == 2


def test_who_submits_names_no_paths_where_there_are_no_data_roots(client_of, document):
    answer = client_of(Role.SUBMIT, "vision").post("/searches", document)
    assert answer.status_code == 422
    assert {each["field"] for each in answer.json()["errors"]} == {
        f"task.data.{split}.{file}" for split in ("train", "val") for file in ("images", "annotations")
    }
    assert client_of(Role.ADMIN, "vision").post("/searches", document).status_code == 422
    assert client_of(Role.SUBMIT).post("/searches", document).status_code == 422


def test_a_search_does_not_begin_with_one_of_another_project(client, client_of, document, sqlite_storage):
    client_of(Role.READ, "vision")
    earlier = client.post("/searches", document).json()
    for name in ("blood-cells", earlier["id"]):
        begun = {**document, "begin_with": {"search": name}}
        assert client.post("/searches", begun, params={"project": "vision"}).status_code == 404
    pinned = {**document, "begin_with": {"search": "x", "search_id": earlier["id"]}}
    assert client.post("/searches", pinned, params={"project": "vision"}).status_code == 404


def test_what_is_done_to_searches_is_recorded_where_it_was_done(client, client_of, document):
    made = client.post("/searches", document).json()
    for path in ("pause", "resume", "cancel"):
        client.post(f"/searches/{made['id']}/{path}")
    client.request("PATCH", f"/searches/{made['id']}", json={"trials": 50})
    client.post(f"/searches/{made['id']}/clone", {"name": "again"})
    client.post("/searches/none/cancel")
    actor = client.get("/me").json()["name"]
    done = ("submit", "pause", "resume", "cancel", "extend", "clone")
    assert deeds(client) == [(actor, f"search.{deed}", "default") for deed in done]
    assert deeds(client_of(Role.ADMIN, "vision")) == []
    detail = client.get("/audit").json()["items"][0]["detail"]
    assert detail == {"name": "again", "of": made["id"]}
