"""The Python client, against a service of its own: from a document to a frame of trials."""

import pytest

from api.client import Client
from nas.errors import DocumentError, NotFound
from nas.records import SearchStatus
from tests.api.tiny_search import write_document


def test_from_a_document_to_a_frame(tmp_path):
    document = write_document(tmp_path, trials=2)
    with Client.embedded(tmp_path / "home", driver="inline") as nas:
        search = nas.submit(document, key="once")
        assert nas.submit(document, key="once").id == search.id
        assert search.wait(timeout_s=240).status is SearchStatus.COMPLETED
        assert nas.search("tiny").id == search.id
        assert [each.id for each in nas.searches(status=SearchStatus.COMPLETED)] == [search.id]
        frame = search.frame()
        assert list(frame["number"]) == [0, 1]
        assert frame["AP"].notna().all()
        with pytest.raises(NotFound):
            nas.search("no-such-search")
        with pytest.raises(DocumentError, match="unknown field"):
            nas.submit({"name": "x", "spacee": {}})


def test_it_talks_to_the_service_that_the_environment_names(monkeypatch):
    monkeypatch.setenv("NAS_API_URL", "https://nas.example.org")
    monkeypatch.setenv("NAS_API_TOKEN", "nas_of_the_environment")
    with Client() as nas, Client("http://127.0.0.1:1", token="nas_given", project="vision") as other:
        assert repr(nas) == "Client('https://nas.example.org')"
        assert nas.rest.http.headers["Authorization"] == "Bearer nas_of_the_environment"
        assert (other.url, other.project) == ("http://127.0.0.1:1", "vision")
        assert other.rest.http.headers["Authorization"] == "Bearer nas_given"
