"""Retraining over REST."""

import pytest

from api.app import create_app
from api.people.records import Role
from api.settings import Settings
from tests.nas.known_search import finished, known_search

FULL = {"changes": {"task": {"epochs": 4}}, "seeds": 2}


@pytest.fixture
def found(sqlite_storage):
    """A finished search."""
    return known_search(sqlite_storage)


def test_a_trial_is_retrained_and_listed(client, sqlite_storage, found):
    answer = client.post(f"/searches/{found.id}/trials/1/retrain", FULL)
    made = answer.json()
    assert (answer.status_code, made["name"], made["status"]) == (201, "cells-1-full", "queued")
    assert answer.headers["Location"] == f"/api/v1/searches/{made['id']}"
    assert made["of"] == {
        "search": found.id,
        "name": "cells",
        "trial": 1,
        "metric": "AP",
        "reached": 0.265625,
        "epochs": 2,
    }
    finished(sqlite_storage, made["id"])
    (row,) = client.get("/retrainings", params={"search": "cells"}).json()["items"]
    assert (row["id"], row["status"], row["epochs"]) == (made["id"], "completed", 4)
    assert (row["value"]["mean"], row["value"]["seeds"]) == (pytest.approx(0.5078125), 2)
    (deed, *_) = client.get("/audit").json()["items"]
    assert (deed["action"], deed["object"], deed["detail"]["of"]) == ("trial.retrain", made["id"], f"{found.id}-1")


def test_whoever_runs_searches_is_told(sqlite_storage, make_client, found):
    woken = []
    client = make_client(create_app(sqlite_storage, Settings(), wake=lambda: woken.append(True)))
    client.post(f"/searches/{found.id}/trials/0/retrain", {})
    assert woken


def test_the_same_key_makes_one_retraining(client, found):
    path, headers = f"/searches/{found.id}/trials/0/retrain", {"Idempotency-Key": "once"}
    first, again = (client.post(path, FULL, headers=headers).json()["id"] for _ in range(2))
    assert first == again != client.post(path, FULL).json()["id"]
    assert client.post(path, {}, headers=headers).status_code == 409


def test_every_wrong_field_is_told(client, found):
    answer = client.post(f"/searches/{found.id}/trials/0/retrain", {"changes": {"space": {}}})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "space")
    answer = client.post(f"/searches/{found.id}/trials/0/retrain", {"changes": {"task": {"epochs": 0}}})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "task.epochs")
    answer = client.post(f"/searches/{found.id}/trials/0/retrain", {"seeds": 0})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "body.seeds")
    assert client.post(f"/searches/{found.id}/trials/9/retrain", {}).status_code == 404
    assert client.get("/retrainings", params={"search": "none"}).status_code == 404


def test_only_admins_of_all_may_name_other_paths(client_of, sqlite_storage):
    ours = known_search(sqlite_storage, project="ours")
    answer = client_of(Role.SUBMIT, "ours").post(f"/searches/{ours.id}/trials/0/retrain", {})
    assert answer.status_code == 422
    assert "this service has no data roots" in answer.json()["errors"][0]["message"]


def test_those_of_other_projects_are_not_seen(client, client_of, sqlite_storage, found):
    client_of(Role.READ, "theirs")
    client.post(f"/searches/{found.id}/trials/0/retrain", {})
    assert client_of(Role.READ, "theirs").get("/retrainings").json()["items"] == []
    assert len(client_of(Role.READ).get("/retrainings").json()["items"]) == 1
