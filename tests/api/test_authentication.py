"""The gate: who comes, from which page, with how large a body."""

import asyncio

import pytest
from sqlalchemy import text

from api.app import create_app
from api.database import writing
from api.people.records import Role
from api.people.sessions import COOKIE, session_for
from api.settings import Settings

TOKEN = {"Authorization": "Bearer s3cret"}
PAGE = {"Accept": "text/html,application/xhtml+xml"}


@pytest.fixture
def outside(sqlite_storage, make_client):
    """A client on another machine, without a token, of a service that has one of its own."""
    app = create_app(sqlite_storage, Settings(api_token="s3cret"))
    return make_client(app, token="", address="203.0.113.9", host="nas.example.org")


@pytest.fixture
def stranger(client, make_client):
    """A client on this machine without a token."""
    return make_client(client.app, token="")


@pytest.fixture
def session(client):
    """The cookie of a session of an admin, and the token it stands for."""
    people = client.app.state.service.people
    issued = people.tokens.issue("vera", Role.ADMIN)
    text = session_for(people.tokens, issued.token.principal, source=issued.token.id).text
    return {"Cookie": f"theme=dark; {COOKIE}={text}"}, issued.token


@pytest.mark.parametrize("path", ["/searches", "/ready", "/spaces", "/openapi.json", "/no-such-route", "/api/docs"])
def test_nothing_but_health_answers_without_a_token_on_this_machine_either(stranger, outside, path):
    for nobody in (stranger, outside):
        answer = nobody.get(path)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert answer.headers["content-type"] == "application/problem+json"
        assert nobody.get("/health").status_code == 200
        assert nobody.request("HEAD", "/health").status_code == 200


def test_the_token_of_the_service_is_an_admins(outside):
    assert outside.get("/me", headers=TOKEN).json() == {"name": "NAS_API_TOKEN", "role": "admin", "project": None}


@pytest.mark.parametrize("given", ["Bearer wrong", "Bearer", "Bearer ", "Basic s3cret", "Bearer s3cr\u00e9t", "s3cret"])
def test_a_wrong_token_is_refused(outside, given):
    assert outside.get("/searches", headers={"Authorization": given.encode("latin-1")}).status_code == 401


def test_a_token_that_has_expired_or_was_revoked_is_refused(client, make_client, clock):
    tokens = client.app.state.service.people.tokens
    short, revoked = tokens.issue("a", Role.ADMIN, lifetime_s=60), tokens.issue("b", Role.ADMIN)
    clients = [make_client(client.app, token=issued.text) for issued in (short, revoked)]
    assert [each.get("/me").status_code for each in clients] == [200, 200]
    clock.advance(60)
    tokens.revoke(revoked.token.id)
    assert [each.get("/me").status_code for each in clients] == [401, 401]
    assert "has expired or was revoked" in clients[0].get("/me").json()["detail"]


def test_a_session_lets_in_as_its_token_until_that_is_revoked(client, stranger, session):
    cookie, token = session
    assert stranger.get("/me", headers=cookie).json()["name"] == "vera"
    client.app.state.service.people.tokens.revoke(token.id)
    answer = stranger.get("/me", headers=cookie)
    assert (answer.status_code, "log in again" in answer.json()["detail"]) == (401, True)


def test_a_session_is_no_token_and_a_token_no_session(client, stranger, session):
    cookie, _ = session
    text = cookie["Cookie"].rpartition("=")[2]
    assert stranger.get("/me", headers={"Authorization": f"Bearer {text}"}).status_code == 401
    assert stranger.get("/me", headers={"Cookie": f"{COOKIE}={client.token}"}).status_code == 401


def test_a_wrong_token_is_not_made_good_by_a_session(stranger, session):
    cookie, _ = session
    assert stranger.get("/me", headers={**cookie, "Authorization": "Bearer wrong"}).status_code == 401


def test_people_are_shown_where_to_log_in_and_programs_are_not(stranger):
    answer = stranger.get("/proxy-checks/cells/page", params={"signal": "2"}, headers=PAGE)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/login?next=%2Fapi%2Fv1%2Fproxy-checks%2Fcells%2Fpage%3Fsignal%3D2"
    assert stranger.request("POST", "/searches", json={}, headers=PAGE).status_code == 401


def test_a_page_that_rebinds_its_name_is_refused(client, sqlite_storage, make_client):
    def status(app, host):
        return make_client(app, host=host).get("/searches").status_code

    assert status(client.app, "evil.example.org") == 403
    assert [status(client.app, host) for host in ("localhost:8765", "[::1]:8765")] == [200, 200]
    named = create_app(sqlite_storage, Settings(allowed_hosts=("nas.local",)))
    assert status(named, "nas.local") == 200


@pytest.mark.parametrize(
    "origin", ["https://evil.example.org", "http://127.0.0.1:9", "http://127.0.0.1.evil.org", "null"]
)
@pytest.mark.parametrize("method", ["POST", "DELETE", "PATCH", "PUT"])
def test_no_other_page_changes_anything_with_somebodys_session(stranger, session, origin, method):
    cookie, _ = session
    headers = {**cookie, "Origin": origin}
    for path in ("/searches/any/cancel", "/tokens/any", "/logout"):
        assert stranger.request(method, path, json={}, headers=headers).status_code == 403
        assert stranger.request(method, path, headers=headers).status_code == 403


def test_a_page_of_the_service_changes_what_its_session_may(stranger, session, sqlite_storage, make_client):
    cookie, _ = session
    own = {**cookie, "Origin": "http://127.0.0.1"}
    assert stranger.post("/searches/any/cancel", headers=own).status_code == 404
    assert stranger.request("DELETE", "/tokens/any", headers=own).status_code == 404
    behind_a_proxy = create_app(sqlite_storage, Settings(allowed_hosts=("nas.local",)))
    proxied = {**cookie, "Origin": "https://nas.local"}
    assert make_client(behind_a_proxy, token="").post("/searches/any/cancel", headers=proxied).status_code == 404


def test_a_body_that_is_not_json_is_refused(client):
    form = client.request("POST", "/searches", data={"name": "x"})
    text = client.request("POST", "/searches/any/cancel", content="{}", headers={"Content-Type": "text/plain"})
    patch = client.request("PATCH", "/projects/default", content="{}", headers={"Content-Type": "text/plain"})
    assert [each.status_code for each in (form, text, patch)] == [415, 415, 415]


def test_a_request_that_sends_nothing_needs_no_content_type(client):
    assert client.request("POST", "/searches/any/cancel").status_code == 404
    assert client.request("POST", "/spaces").status_code == 405


def test_a_large_body_is_refused_also_when_its_length_is_not_announced(sqlite_storage, make_client):
    client = make_client(create_app(sqlite_storage, Settings(max_document_bytes=1000)))

    async def chunks():
        for _ in range(5):
            yield b" " * 300

    headers = {"Content-Type": "application/json"}
    for method, path in (("POST", "/searches"), ("PATCH", "/projects/default")):
        assert client.request(method, path, content=chunks(), headers=headers).status_code == 413
    assert client.post("/searches", {"name": "x" * 1000}).status_code == 413
    nobody = make_client(client.app, token="")
    assert nobody.request("POST", "/login", data={"token": "x" * 1000}).status_code == 413


def test_where_tokens_cannot_be_looked_up_nobody_gets_in_and_nothing_is_told(client, sqlite_storage, caplog):
    with writing(sqlite_storage.engine) as connection:
        connection.execute(text("DROP TABLE tokens"))
    answer = client.get("/me")
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:spinesearch:problem:database-unavailable")
    assert "SELECT" not in answer.text
    assert client.get("/health").status_code == 200
    assert "tokens" in caplog.text


def test_a_socket_is_closed(client):
    sent = []

    async def send(message):
        sent.append(message)

    asyncio.run(client.app({"type": "websocket", "path": "/api/v1/anything", "headers": []}, None, send))
    assert sent == [{"type": "websocket.close", "code": 1008}]


def test_an_empty_token_is_none():
    with pytest.raises(ValueError, match="api_token"):
        Settings(api_token="")
    assert Settings.from_environment({"NAS_API_TOKEN": ""}).api_token is None


def test_the_token_is_not_shown():
    assert "s3cret" not in repr(Settings(api_token="s3cret"))
