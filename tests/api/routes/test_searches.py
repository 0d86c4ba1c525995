"""Searches over REST."""

import copy

import pytest

from api.app import create_app
from api.examples import DOCUMENT
from api.settings import Settings
from api.storage import SqlStorage
from nas.records import SearchStatus
from tests.api.tabulated_search import GAIN, NETWORKS, SOURCE, TARGET, tabulated_search


@pytest.fixture
def document():
    return copy.deepcopy(DOCUMENT)


def test_a_submitted_document_is_queued_and_found_by_name_and_id(client, document):
    answer = client.post("/searches", document)
    assert answer.status_code == 201
    made = answer.json()
    assert answer.headers["location"] == f"/api/v1/searches/{made['id']}"
    assert made["status"] == "queued"
    found = client.get("/searches/blood-cells").json()
    assert found == client.get(f"/searches/{made['id']}").json()
    assert found["document"]["budget"]["trials"] == 12
    assert (found["trials"], found["infeasible"], found["redraws"]) == ({}, 0, {})


def test_every_wrong_field_is_listed_in_one_answer(client, document):
    document["budgett"] = document.pop("budget")
    document["seed"] = "zero"
    document["task"]["data"]["train"]["images"] = "data/images"
    answer = client.post("/searches", document)
    assert answer.status_code == 422
    problem = answer.json()
    assert problem["type"] == "urn:spinesearch:problem:invalid-document"
    assert {"budgett", "seed", "task.data.train.images"} <= {each["field"] for each in problem["errors"]}
    assert client.get("/searches").json()["items"] == []


def test_a_repeated_submission_with_a_key_makes_one_search(client, document):
    key = {"Idempotency-Key": "once"}
    first, second = (client.post("/searches", document, headers=key) for _ in range(2))
    assert first.json() == second.json()
    document["seed"] = 1
    conflict = client.post("/searches", document, headers=key)
    assert (conflict.status_code, conflict.json()["type"]) == (409, "urn:spinesearch:problem:idempotency-conflict")
    assert len(client.get("/searches").json()["items"]) == 1


def end(storage, search_id, status=SearchStatus.CANCELLED):
    lease = storage.acquire_lease(search_id, "test", 60)
    storage.set_search_status(lease, status)
    storage.release_lease(lease)


def test_an_earlier_search_is_stored_by_its_id_once_it_has_ended(client, sqlite_storage, document):
    further = {**document, "name": "further", "begin_with": {"search": "blood-cells", "top": 2, "learn": True}}
    unknown = client.post("/searches", further)
    assert (unknown.status_code, unknown.json()["type"]) == (404, "urn:spinesearch:problem:not-found")
    assert unknown.json()["detail"] == "begin_with.search: no search has the name or id 'blood-cells'"
    made = client.post("/searches", document).json()
    early = client.post("/searches", further)
    assert (early.status_code, early.json()["type"]) == (409, "urn:spinesearch:problem:unfit-search")
    assert "must have ended, is queued" in early.json()["detail"]
    end(sqlite_storage, made["id"])
    begun = client.post("/searches", further, headers={"Idempotency-Key": "once"})
    assert begun.status_code == 201
    stored = client.get(f"/searches/{begun.json()['id']}").json()["document"]["begin_with"]
    assert stored == further["begin_with"] | {"candidates": [], "search_id": made["id"]}
    client.post("/searches", document)
    again = client.post("/searches", further, headers={"Idempotency-Key": "once"})
    assert again.json()["id"] == begun.json()["id"], "though the name now means a search that has not ended"


def test_what_cannot_be_learned_from_is_a_conflict_and_what_is_out_of_the_space_no_document(
    client, sqlite_storage, document
):
    end(sqlite_storage, client.post("/searches", document).json()["id"])
    other = {**document, "objectives": [{"metric": "AP50"}], "begin_with": {"search": "blood-cells", "learn": True}}
    answer = client.post("/searches", other)
    assert answer.status_code == 409
    assert "must have the same objectives, maximize AP50, has maximize AP" in answer.json()["detail"]
    wrong = client.post("/searches", {**document, "begin_with": {"candidates": ["vgg-16"]}})
    assert wrong.status_code == 422
    assert [each["field"] for each in wrong.json()["errors"]] == ["begin_with.candidates.0"]


def test_searches_are_paged_newest_first_and_filtered_by_status(client, document):
    ids = [client.post("/searches", document | {"name": f"search-{n}"}).json()["id"] for n in range(3)]
    first = client.get("/searches", params={"limit": 2, "status": "queued"}).json()
    second = client.get("/searches", params={"limit": 2, "status": "queued", "cursor": first["next_cursor"]}).json()
    assert [each["id"] for each in first["items"] + second["items"]] == ids[::-1]
    assert second["next_cursor"] is None
    assert client.get("/searches", params={"status": "running"}).json()["items"] == []


def test_cancelling_is_recorded_and_wakes_whoever_runs_searches(sqlite_storage, document, make_client):
    calls = []
    client = make_client(create_app(sqlite_storage, Settings(), wake=lambda: calls.append("woken")))
    client.post("/searches", document)
    answer = client.post("/searches/blood-cells/cancel")
    assert (answer.status_code, answer.json()["cancel_requested"]) == (202, True)
    assert calls == ["woken", "woken"]


def test_a_search_that_has_ended_cannot_be_cancelled(client, sqlite_storage: SqlStorage, document):
    search_id = client.post("/searches", document).json()["id"]
    lease = sqlite_storage.acquire_lease(search_id, "test", 60)
    sqlite_storage.set_search_status(lease, SearchStatus.FAILED, "no data")
    answer = client.post("/searches/blood-cells/cancel")
    assert answer.status_code == 409
    assert "already ended: failed" in answer.json()["detail"]


def test_events_are_read_on_from_where_one_stopped(client, sqlite_storage: SqlStorage, document):
    search_id = client.post("/searches", document).json()["id"]
    lease = sqlite_storage.acquire_lease(search_id, "test", 60)
    for number in range(3):
        sqlite_storage.add_event(lease, "trial", f"trial {number} \x00 began", number)
    first = client.get("/searches/blood-cells/events", params={"limit": 2}).json()
    rest = client.get("/searches/blood-cells/events", params={"after": first["next_after"]}).json()
    assert [event["trial"] for event in first["items"] + rest["items"]] == [0, 1, 2]
    assert client.get("/searches/blood-cells/events", params={"after": 3}).json() == {"items": [], "next_after": 3}


@pytest.mark.parametrize("path", ["/searches/none", "/searches/none/trials", "/searches/none/events"])
def test_an_unknown_search_is_not_found(client, path):
    assert client.get(path).status_code == 404


def test_fields_of_architectures_stand_against_each_other(client, sqlite_storage):
    search = tabulated_search(sqlite_storage, networks=NETWORKS[:2], seeds=(1,))
    asked = {"rows": TARGET, "columns": SOURCE, "against": "plain"}
    told = client.get(f"/searches/{search.id}/table", params=asked).json()
    assert (told["metric"], told["goal"], told["against"]) == ("top1", "maximize", "plain")
    assert [each["label"] for each in told["rows"]["values"]] == ["resnet50", "densenet121"]
    assert told["columns"]["values"][1] == {"label": "densenet121", "value": "/resizers/densenet121.pt"}
    assert told["cells"][1][0] == {
        **{"mean": pytest.approx(GAIN), "seeds": 1, "candidates": 1},
        **{"std": None, "low": None, "high": None},
    }
    named = client.get("/searches/transfer/table", params={"rows": SOURCE, "metric": "params"}).json()
    assert (named["goal"], named["columns"]["path"], len(named["cells"])) == ("minimize", None, 2)


@pytest.mark.parametrize(
    ("asked", "status", "sentence"),
    [
        ({}, 422, f"varying: {TARGET}, "),
        ({"rows": "parts.backbon"}, 422, "did you mean 'parts.backbone'?"),
        ({"rows": "\x00"}, 422, "rows must be a field"),
        ({"rows": TARGET, "columns": "x" * 201}, 422, ""),
        ({"rows": TARGET, "against": "plan"}, 422, "did you mean 'plain'?"),
        ({"rows": TARGET, "metric": "top2"}, 404, "did you mean 'top1'?"),
    ],
)
def test_what_makes_no_table_is_a_problem(client, sqlite_storage, asked, status, sentence):
    search = tabulated_search(sqlite_storage, networks=NETWORKS[:2], seeds=(1,))
    answer = client.get(f"/searches/{search.id}/table", params=asked)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert sentence in answer.json()["detail"]
