"""Proxy checks over REST."""

import copy
import subprocess
import sys

import pytest

from api.app import create_app
from api.examples import DOCUMENT
from api.proxy_checks import find_check
from api.settings import Settings
from tests.api.checked_proxy import SECTION, train


@pytest.fixture
def document():
    data = copy.deepcopy(DOCUMENT)
    data["task"]["data"]["classes"] = 3
    return {**data, "constraints": [], "proxy_check": SECTION}


def test_a_submitted_check_queues_its_searches_once_and_wakes_whoever_runs_them(sqlite_storage, document, make_client):
    calls = []
    client = make_client(create_app(sqlite_storage, Settings(), wake=lambda: calls.append("woken")))
    answer = client.post("/proxy-checks", document)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert answer.headers["location"] == f"/api/v1/proxy-checks/{made['id']}"
    assert (made["status"], [each["status"] for each in made["settings"]]) == ("running", ["queued", "queued"])
    names = [each["name"] for each in client.get("/searches").json()["items"]]
    assert names == ["blood-cells-proxy-full", "blood-cells-proxy-noisy", "blood-cells-proxy-small"]
    assert client.post("/proxy-checks", document).json() == made
    assert len(client.get("/searches").json()["items"]) == 3
    assert calls == ["woken", "woken"]


def test_the_report_is_found_by_name_and_id_and_judged_by_the_thresholds_asked_for(
    client, sqlite_storage, document, tmp_path
):
    made = client.post("/proxy-checks", document).json()
    train(sqlite_storage, find_check(sqlite_storage, made["id"]), tmp_path)
    report = client.get("/proxy-checks/blood-cells").json()
    assert report == client.get(f"/proxy-checks/{made['id']}").json()
    assert (report["status"], report["recommended"]) == ("complete", "small")
    assert report["settings"][0]["kendall"]["value"] == pytest.approx(1)
    strict = client.get("/proxy-checks/blood-cells", params={"signal": 1e6}).json()
    assert (strict["recommended"], strict["thresholds"]["signal"]) == (None, 1e6)


def test_the_page_has_its_plots(client, document):
    made = client.post("/proxy-checks", document).json()
    answer = client.get(f"/proxy-checks/{made['id']}/page")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert answer.text.count("Plotly.newPlot(") >= 4


def test_a_page_that_cannot_be_made_is_told(client, document, monkeypatch):
    client.post("/proxy-checks", document)
    monkeypatch.setitem(sys.modules, "plotly.graph_objects", None)
    answer = client.get("/proxy-checks/blood-cells/page")
    assert answer.status_code == 503
    assert "pip install 'spinesearch[plots]'" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"proxy_check": None}, "proxy_check"),
        ({"proxy_check": {**SECTION, "settings": {"a": {"epoch": 1}}}}, "proxy_check.settings.a.epoch"),
        ({"proxy_check": {**SECTION, "architectures": 3}}, "proxy_check.architectures"),
        ({"constraints": [{"metric": "params", "max": 1}]}, "proxy_check.architectures"),
        ({"seed": -1}, "seed"),
    ],
)
def test_what_is_wrong_with_a_document_is_told_by_field_and_nothing_is_queued(client, document, change, field):
    answer = client.post("/proxy-checks", {**document, **change})
    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["errors"]] == [field]
    assert client.get("/searches").json()["items"] == []


def test_a_check_that_is_not_there_and_thresholds_that_make_no_sense(client, document):
    assert client.get("/proxy-checks/nothing").status_code == 404
    client.post("/searches", document)
    assert client.get("/proxy-checks/blood-cells").status_code == 404, "a search is no check"
    client.post("/proxy-checks", document)
    for wrong in ({"kendall": 2}, {"signal": "much"}, {"tau": 0.5}):
        assert client.get("/proxy-checks/blood-cells", params=wrong).status_code == 422


def test_the_process_loads_plotly_only_for_a_page():
    script = "import api.app, sys; assert not {'plotly', 'torch', 'ray'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)
