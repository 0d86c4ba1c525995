"""Exports over REST: asked for, carried out by a child process of whoever runs searches, downloaded."""

import hashlib
import json
import zipfile
from io import BytesIO

import pytest

from api.app import create_app
from api.bootstrap import Driver, conduct
from api.exporter import Exporter
from api.exports import Exports
from api.people.records import Role
from api.settings import Settings
from api.storage import open_storage
from api.supervisor import spawn
from nas.document import load_document
from tests.api.tiny_search import write_document
from tests.nas.known_search import known_search

PATIENCE_S = 240


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Where state lies, also for child processes."""
    monkeypatch.setenv("NAS_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("NAS_API_URL", raising=False)
    monkeypatch.delenv("NAS_DATABASE_URL", raising=False)
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.fixture
def storage(home):
    """A storage in it."""
    opened = open_storage(f"sqlite:///{home / 'nas.db'}")
    yield opened
    opened.close()


@pytest.fixture
def client(storage, home, make_client):
    """A client of a service over it."""
    return make_client(create_app(storage, Settings(home=home)))


@pytest.fixture
def trained(storage, home, tmp_path):
    """A finished search of one trial."""
    document = load_document(write_document(tmp_path, trials=1)).model_dump(mode="json")
    document["task"]["epochs"] = 1
    search = storage.create_search("tiny", document)
    return conduct(storage, search.id, home=home, driver=Driver.INLINE)


def carried_out(home):
    """Returns when what was asked for has been carried out."""
    exporter = Exporter(exports=Exports(home), spawn=spawn)
    exporter.step()
    exporter.child.wait(PATIENCE_S)
    exporter.step()
    assert exporter.child is None


def test_a_trial_is_asked_for_and_comes_as_an_archive(client, home, trained):
    path = f"/searches/{trained.id}/trials/0/export"
    assert client.get(path).status_code == 404
    asked = client.post(path, {"format": "state_dict"})
    assert (asked.status_code, asked.json()["state"], asked.json()["download"]) == (202, "asked", None)
    waiting = client.get(f"{path}/download", params={"format": "state_dict"})
    assert (waiting.status_code, waiting.json()["detail"]) == (409, "the export is not ready: asked")
    carried_out(home)
    view = client.get(path, params={"format": "state_dict"}).json()
    assert (view["state"], view["reason"]) == ("ready", None)
    assert view["report"]["reproduction"]["reproduced"]
    answer = client.get(view["download"])
    assert (answer.headers["content-type"], len(answer.content)) == ("application/zip", view["size_bytes"])
    assert 'filename="tiny-0-state_dict.zip"' in answer.headers["content-disposition"]
    assert hashlib.sha256(answer.content).hexdigest() == view["sha256"]
    with zipfile.ZipFile(BytesIO(answer.content)) as archive:
        assert {"weights.pt", "README.md", "metrics.json"} <= set(archive.namelist())
        assert json.loads(archive.read("metrics.json")) == view["report"]
    assert client.post(path, {"format": "state_dict"}).json() == view, "the same archive again"
    assert client.get("/audit").json()["items"][0]["action"] == "trial.export"
    assert client.request("DELETE", f"/searches/{trained.id}").status_code == 204
    assert not (home / "exports" / trained.id).exists()


def test_what_fails_is_told_and_tried_again(client, home, trained, tmp_path):
    path = f"/searches/{trained.id}/trials/0/export"
    client.post(path, {"format": "state_dict"})
    picture = tmp_path / "shapes" / "annotations" / "instances_val.json"
    content = picture.read_bytes()
    picture.unlink()
    carried_out(home)
    view = client.get(path, params={"format": "state_dict"}).json()
    assert view["state"] == "failed"
    assert str(picture) in view["reason"]
    picture.write_bytes(content)
    assert client.post(path, {"format": "state_dict"}).json()["state"] == "asked"


def test_a_trial_without_a_model_is_refused_at_once(client, storage):
    found = known_search(storage)
    answer = client.post(f"/searches/{found.id}/trials/0/export", {})
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:spinesearch:problem:no-export")
    assert answer.json()["detail"].startswith("trial 0 of cells has no model")


def test_readers_look_and_do_not_ask(client, make_client, trained):
    people = client.app.state.service.people
    reader = make_client(client.app, token=people.tokens.issue("reader", Role.READ).text)
    path = f"/searches/{trained.id}/trials/0/export"
    assert reader.post(path, {}).status_code == 403
    client.post(path, {})
    assert reader.get(path).json()["state"] == "asked"
