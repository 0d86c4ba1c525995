"""What people want of searches and trials, over REST."""

import copy

import pytest

from api.examples import DOCUMENT
from nas.drivers.inline import run_inline
from nas.records import FailureKind, Pause
from nas.testing.searches import ToyEvaluator, toy_controller, toy_document


@pytest.fixture
def queued(client):
    """The id of a search that waits."""
    return client.post("/searches", copy.deepcopy(DOCUMENT)).json()["id"]


@pytest.fixture
def ended(sqlite_storage, clock):
    """The id of a search of four trials, of which number 2 failed."""
    controller = toy_controller(sqlite_storage, toy_document(budget={"trials": 4}), clock=clock)
    run_inline(controller, ToyEvaluator({2: FailureKind.ERROR}))
    return controller.search_id


def test_a_search_is_paused_and_goes_on(client, queued, sqlite_storage):
    assert client.post(f"/searches/{queued}/pause", {}).json()["pause_requested"] == "later"
    answer = client.post(f"/searches/{queued}/pause", {"now": True})
    assert (answer.status_code, sqlite_storage.search(queued).pause_requested) == (202, Pause.NOW)
    assert client.post(f"/searches/{queued}/resume", {}).json()["pause_requested"] is None


@pytest.mark.parametrize("wish", ["pause", "resume", "cancel"])
def test_what_has_ended_is_left_alone(client, ended, wish):
    answer = client.post(f"/searches/{ended}/{wish}", {})
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:spinesearch:problem:illegal-transition")


def test_an_ended_search_gets_more_trials_and_never_fewer(client, ended):
    raised = client.request("PATCH", f"/searches/{ended}", json={"trials": 9})
    assert (raised.status_code, raised.json()["status"], raised.json()["trial_budget"]) == (200, "queued", 9)
    assert client.request("PATCH", f"/searches/{ended}", json={"trials": 9}).status_code == 409
    wrong = client.request("PATCH", f"/searches/{ended}", json={"trials": 0, "priority": 1})
    assert wrong.status_code == 422
    assert {each["field"] for each in wrong.json()["errors"]} == {"body.trials", "body.priority"}


def test_one_trial_is_retried(client, ended, sqlite_storage):
    answer = client.post(f"/searches/{ended}/trials/2/retry", {})
    assert (answer.status_code, answer.json()["status"]) == (202, "queued")
    assert sqlite_storage.wanted(ended).retry == (2,)
    assert client.post(f"/searches/{ended}/trials/1/retry", {}).status_code == 409
    assert client.post(f"/searches/{ended}/trials/9/retry", {}).status_code == 404


def test_only_a_running_trial_is_stopped(client, sqlite_storage, clock):
    controller = toy_controller(sqlite_storage, toy_document(), clock=clock)
    controller.next_trial()
    assert client.post(f"/searches/{controller.search_id}/trials/0/stop", {}).status_code == 202
    assert sqlite_storage.wanted(controller.search_id).stop == {0}


def test_a_clone_is_a_new_search_with_changes(client, queued):
    answer = client.post(f"/searches/{queued}/clone", {"name": "longer", "task": {"epochs": 24}})
    made = client.get(f"/searches/{answer.json()['id']}").json()
    assert (answer.status_code, made["name"], made["document"]["task"]["epochs"]) == (201, "longer", 24)
    assert answer.headers["location"] == f"/api/v1/searches/{made['id']}"
    wrong = client.post(f"/searches/{queued}/clone", {"task": {"epoch": 24}})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "task.epoch")


def test_an_ended_search_is_deleted_with_its_files(client, ended, queued):
    assert client.request("DELETE", f"/searches/{queued}").status_code == 409
    assert client.request("DELETE", f"/searches/{ended}").status_code == 204
    assert client.get(f"/searches/{ended}").status_code == 404
