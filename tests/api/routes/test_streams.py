"""Server-sent events over real HTTP: what happens arrives, a broken connection goes on where it was, servers end."""

import threading
from contextlib import contextmanager
from dataclasses import replace

import httpx
import pytest

from api.app import create_app
from api.commands.serve import listen
from api.people.records import Role
from api.routes.streams import list_state
from api.serving import Server
from api.settings import Settings
from api.watching import Watching
from nas.testing.stored import add_completed, leased
from tests.api.conftest import token_of


@contextmanager
def served(storage, watching=None):
    """A client of a server in another thread; ends it, and checks that it does end."""
    app = create_app(storage, Settings())
    if watching is not None:
        app.state.service = replace(app.state.service, watching=watching)
    server, listener = Server(app), listen("127.0.0.1", 0)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/api/v1"
        headers = {"Authorization": f"Bearer {token_of(app, Role.READ)}"}
        with httpx.Client(base_url=url, headers=headers, timeout=20) as client:
            yield client, server
    finally:
        server.should_exit = True
        thread.join(15)
        assert not thread.is_alive()


def messages(answer):
    """The messages of a stream as they come: name, id, data."""
    message = {}
    for line in answer.iter_lines():
        if not line and message:
            yield message.get("event"), message.get("id"), message.get("data")
            message = {}
        elif ": " in line and not line.startswith(":"):
            name, _, value = line.partition(": ")
            message[name] = value


def until(stream, kind, count=1):
    """The first so many messages of a kind."""
    found = []
    for message in stream:
        found += [message] if message[0] == kind else []
        if len(found) == count:
            return found
    raise AssertionError(f"the stream ended after {found}")


def tell(storage, lease, *sentences):
    """Records events."""
    for sentence in sentences:
        storage.add_event(lease, "note", sentence)


def test_events_arrive_as_they_happen_with_their_sequence(sqlite_storage):
    lease = leased(sqlite_storage)
    tell(sqlite_storage, lease, "before")
    with served(sqlite_storage) as (client, _), client.stream("GET", f"/searches/{lease.search_id}/stream") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        stream = messages(answer)
        ((_, known, pulse),) = until(stream, "pulse")
        assert known == "1"
        assert '"sequence":1' in pulse
        tell(sqlite_storage, lease, "after")
        ((_, identity, data),) = until(stream, "happened")
        assert identity == "2"
        assert '"message":"after"' in data
        add_completed(sqlite_storage, lease, [{"AP": 0.1}])
        assert '"completed":1' in until(stream, "pulse", 2)[-1][2]


@pytest.mark.parametrize(
    ("query", "headers"), [({"after": 1}, {}), ({}, {"Last-Event-ID": "1"}), ({"after": 3}, {"Last-Event-ID": "1"})]
)
def test_a_connection_that_comes_again_misses_nothing(sqlite_storage, query, headers):
    lease = leased(sqlite_storage)
    tell(sqlite_storage, lease, "one", "two", "three")
    address = f"/searches/{lease.search_id}/stream"
    with served(sqlite_storage) as (client, _), client.stream("GET", address, params=query, headers=headers) as answer:
        missed = until(messages(answer), "happened", 2)
        assert [identity for _, identity, _ in missed] == ["2", "3"]


def test_after_a_long_absence_only_the_last_events_come(sqlite_storage, monkeypatch):
    monkeypatch.setattr("api.routes.streams.REPLAYED", 2)
    lease = leased(sqlite_storage)
    tell(sqlite_storage, lease, *"abcde")
    address = f"/searches/{lease.search_id}/stream"
    with served(sqlite_storage) as (client, _), client.stream("GET", address, params={"after": 0}) as answer:
        assert [identity for _, identity, _ in until(messages(answer), "happened", 2)] == ["4", "5"]


def test_the_list_tells_of_new_searches_and_of_those_that_get_on(sqlite_storage):
    with served(sqlite_storage) as (client, _), client.stream("GET", "/searches/stream") as answer:
        stream = messages(answer)
        until(stream, "changed")
        lease = leased(sqlite_storage)
        until(stream, "changed")
        add_completed(sqlite_storage, lease, [{"AP": 0.1}])
        until(stream, "changed")


def test_the_list_of_a_project_says_the_same_whatever_happens_in_others(client, sqlite_storage):
    service = client.app.state.service
    before = [list_state(service, project) for project in ("vision", None)]
    add_completed(sqlite_storage, leased(sqlite_storage), [{"AP": 0.1}])
    after = [list_state(service, project) for project in ("vision", None)]
    assert [now == then for now, then in zip(after, before, strict=True)] == [True, False]
    sqlite_storage.create_search("cells", {}, project="vision")
    assert list_state(service, "vision") != before[0]


def test_a_server_with_open_streams_ends_at_once(sqlite_storage):
    lease = leased(sqlite_storage)
    address = f"/searches/{lease.search_id}/stream"
    with served(sqlite_storage) as (client, server), client.stream("GET", address) as answer:
        stream = messages(answer)
        until(stream, "pulse")
        server.should_exit = True
        assert list(stream) == []


def test_too_many_streams_are_refused_in_words(sqlite_storage):
    watching = Watching(most=1, lifetime_s=20)
    with served(sqlite_storage, watching) as (client, _), client.stream("GET", "/searches/stream") as answer:
        stream = messages(answer)
        until(stream, "changed")
        refused = client.get("/searches/stream")
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "30")
        assert "too many streams" in refused.json()["detail"]


def test_a_search_that_is_not_there_has_no_stream(client):
    assert client.get("/searches/none/stream").status_code == 404


def test_what_is_no_sequence_is_refused(client, sqlite_storage):
    address = f"/searches/{leased(sqlite_storage).search_id}/stream"
    assert client.get(address, params={"after": -1}).status_code == 422
    assert client.get(address, headers={"Last-Event-ID": "x"}).status_code == 422
