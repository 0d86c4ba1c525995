"""Data sets over REST: registered by an admin, read by everybody, named in documents."""

import copy
import json

import pytest

from api.examples import DOCUMENT
from api.people.records import Role


@pytest.fixture
def cells(tmp_path):
    (tmp_path / "images").mkdir()
    categories = [{"id": 1, "name": "RBC"}]
    content = {"images": [{"id": 1, "file_name": "a.png", "height": 9, "width": 9}], "annotations": []}
    (tmp_path / "labels.json").write_text(json.dumps({**content, "categories": categories}))
    split = {"images": str(tmp_path / "images"), "annotations": str(tmp_path / "labels.json")}
    return {"name": "cells", "kind": "detection", "data": {"train": split, "val": split}}


@pytest.fixture
def document():
    found = copy.deepcopy(DOCUMENT)
    found["task"]["data"] = "cells"
    return found


def test_a_set_is_registered_listed_and_removed(client, cells):
    answer = client.post("/data", cells)
    assert (answer.status_code, answer.headers["location"]) == (201, "/api/v1/data/cells")
    assert answer.json()["standing"] == "checking"
    assert client.get("/data").json() == {
        "items": [
            {
                "name": "cells",
                "kind": "detection",
                "created_at": answer.json()["created_at"],
                "standing": "checking",
                "pictures": None,
                "classes": None,
            }
        ],
        "next_cursor": None,
    }
    assert client.get("/data/cells").json()["data"] == {**cells["data"], "classes": None}
    assert client.post("/data", cells).status_code == 409
    assert client.post("/data/cells/check", {"every_picture": True}).status_code == 202
    assert client.request("DELETE", "/data/cells").status_code == 204
    assert client.get("/data/cells").status_code == 404


@pytest.mark.parametrize("name", ["", "a/b", "../a", "A b", "x" * 65])
def test_a_name_is_one_that_documents_can_write(client, cells, name):
    assert client.post("/data", {**cells, "name": name}).status_code == 422


def test_people_without_data_roots_search_what_an_admin_has_registered(client, client_of, cells, document):
    vera = client_of(Role.SUBMIT, "vision")
    refused = vera.post("/searches", document).json()
    assert refused["errors"][0]["field"] == "task.data"
    assert "none is registered" in refused["errors"][0]["message"]
    client.post("/data", cells)
    made = vera.post("/searches", document)
    assert made.status_code == 201
    stored = vera.get(f"/searches/{made.json()['id']}").json()["document"]
    assert (stored["task"]["data"], stored["data_set"]) == ({**cells["data"], "classes": None}, "cells")
    clone = vera.post(f"/searches/{made.json()['id']}/clone", {"seed": 3})
    assert clone.status_code == 201, "its paths are those of the set"
    document["task"]["data"] = "cell"
    assert "did you mean 'cells'" in vera.post("/searches", document).json()["detail"]
