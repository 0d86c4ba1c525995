"""Previews over REST: nothing is created, wrong documents are told in an ordinary answer."""

import copy

import pytest

from api.app import create_app
from api.examples import DOCUMENT
from api.people.records import Role
from api.routes.previews import LONGEST
from api.settings import Settings
from nas.document_text import data_of_yaml


def preview(client, **asked):
    return client.post("/searches/preview", asked)


def test_a_document_is_told_with_its_text(client):
    answer = preview(client, document=DOCUMENT).json()
    assert (answer["problems"], answer["document"]) == ([], DOCUMENT)
    assert data_of_yaml(answer["text"]) == DOCUMENT
    assert answer["preview"]["trials"] == {"candidates": 12, "repeats": 0, "controls": {}, "total": 12}
    assert client.get("/searches").json()["items"] == []
    assert client.get("/audit").json()["items"] == []


def test_a_text_stays_as_it_was_written(client):
    text = "# mine\nname: cells\nsede: 3\n"
    answer = preview(client, text=text).json()
    assert (answer["text"], answer["preview"]) == (text, None)
    assert {"field": "sede", "message": "unknown field; did you mean 'seed'?", "line": 3} in answer["problems"]


def test_an_earlier_search_is_told_without_its_defaults(client, client_of):
    made = client.post("/searches", DOCUMENT).json()
    answer = preview(client, search="blood-cells").json()
    assert answer["problems"] == []
    assert answer["document"]["task"].keys() == {"kind", "data", "image_size"}
    assert "proxy_part" not in answer["document"]
    theirs = client_of(Role.SUBMIT, "theirs")
    assert preview(theirs, search=made["id"]).status_code == 404


@pytest.mark.parametrize("asked", [{}, {"text": "", "document": {}}, {"text": "x" * (LONGEST + 1)}])
def test_one_document_of_a_bounded_length_is_asked_for(client, asked):
    assert preview(client, **asked).status_code == 422


def test_paths_are_held_to_the_data_roots(client, sqlite_storage, make_client, tmp_path):
    confined = make_client(create_app(sqlite_storage, Settings(data_roots=(tmp_path,))))
    problems = preview(confined, document=DOCUMENT).json()["problems"]
    assert {each["field"] for each in problems} >= {"task.data.train.images", "task.data.val.annotations"}
    assert all("inside the service's data roots" in each["message"] and each["line"] for each in problems)


def test_whoever_may_name_no_path_looks_into_no_file(client_of, tmp_path):
    secret = tmp_path / "secret.json"
    secret.write_text('{"categories": [1, 2]}')
    document = copy.deepcopy(DOCUMENT)
    document["task"]["data"]["val"]["annotations"] = str(secret)
    answer = preview(client_of(Role.SUBMIT, "ours"), document=document).json()
    assert answer["preview"] is None
    assert "this service has no data roots" in answer["problems"][0]["message"]


def test_the_quota_is_that_of_the_project(client, client_of):
    ours = client_of(Role.SUBMIT, "ours")
    client.request("PATCH", "/projects/ours", json={"gpu_hours": 3})
    assert preview(client, document=DOCUMENT).json()["preview"]["quota"]["project"] == "default"
    asked = client.post("/searches/preview", {"document": DOCUMENT}, params={"project": "ours"}).json()
    assert (asked["preview"]["quota"]["project"], asked["preview"]["quota"]["gpu_hours_left"]) == ("ours", 3)
    assert client.post("/searches/preview", {"text": ""}, params={"project": "nobody"}).status_code == 404
    assert ours.post("/searches/preview", {"text": ""}, params={"project": "default"}).status_code == 404
