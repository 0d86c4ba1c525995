"""Who may talk to the service."""

import pytest

from api.app import create_app
from api.authentication import check_binding, is_loopback
from api.errors import UnsafeBinding
from api.settings import Settings

TOKEN = {"Authorization": "Bearer s3cret"}


@pytest.fixture
def guarded(sqlite_storage, make_client):
    app = create_app(sqlite_storage, Settings(api_token="s3cret"))
    return make_client(app, address="203.0.113.9", host="nas.example.org")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "localhost", "::1", "[::1]"])
def test_loopback_needs_no_token(host):
    check_binding(host, None)
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.7", "example.org", "localhost.example.org", ""])
@pytest.mark.parametrize("token", [None, ""])
def test_anything_else_does(host, token):
    with pytest.raises(UnsafeBinding, match="NAS_API_TOKEN"):
        check_binding(host, token)
    check_binding(host, "s3cret")


def test_with_a_token_every_route_but_health_needs_it(guarded):
    assert guarded.get("/health").status_code == 200
    for path in ("/searches", "/ready", "/spaces", "/openapi.json", "/no-such-route"):
        answer = guarded.get(path)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert answer.headers["content-type"] == "application/problem+json"
    assert guarded.get("/searches", headers=TOKEN).status_code == 200


@pytest.mark.parametrize("given", ["Bearer wrong", "Bearer", "Basic s3cret", "Bearer s3cr\u00e9t"])
def test_a_wrong_token_is_refused(guarded, given):
    assert guarded.get("/searches", headers={"Authorization": given.encode("latin-1")}).status_code == 401


def test_without_a_token_other_machines_are_refused(sqlite_storage, make_client):
    app = create_app(sqlite_storage, Settings())
    assert make_client(app, address="203.0.113.9").get("/searches").status_code == 403
    assert make_client(app, address="::1").get("/searches").status_code == 200


def test_a_page_that_rebinds_its_name_is_refused(sqlite_storage, make_client):
    app = create_app(sqlite_storage, Settings())
    assert make_client(app, host="evil.example.org").get("/searches").status_code == 403
    assert make_client(app, host="localhost:8765").get("/searches").status_code == 200
    assert make_client(app, host="[::1]:8765").get("/searches").status_code == 200
    named = create_app(sqlite_storage, Settings(allowed_hosts=("nas.local",)))
    assert make_client(named, host="nas.local").get("/searches").status_code == 200


def test_a_form_of_another_page_is_refused(client):
    form = client.request("POST", "/searches", data={"name": "x"})
    text = client.request("POST", "/searches/any/cancel", content="{}", headers={"Content-Type": "text/plain"})
    assert (form.status_code, text.status_code) == (415, 415)
    silent = client.request("POST", "/searches/any/cancel", headers={"Origin": "https://evil.example.org"})
    assert silent.status_code == 415


def test_a_request_that_sends_nothing_needs_no_content_type(client):
    assert client.request("POST", "/searches/any/cancel").status_code == 404
    assert client.request("POST", "/spaces").status_code == 405


def test_only_a_service_with_a_token_says_that_it_needs_one(guarded, client):
    assert "security" not in client.get("/openapi.json").json()["paths"]["/api/v1/searches"]["get"]
    described = guarded.get("/openapi.json", headers=TOKEN).json()["paths"]
    assert described["/api/v1/searches"]["get"]["security"] == [{"HTTPBearer": []}]
    assert "security" not in described["/api/v1/health"]["get"]


def test_an_empty_token_is_none():
    with pytest.raises(ValueError, match="api_token"):
        Settings(api_token="")
    assert Settings.from_environment({"NAS_API_TOKEN": ""}).api_token is None


def test_a_large_body_is_refused_also_when_its_length_is_not_announced(sqlite_storage, make_client):
    client = make_client(create_app(sqlite_storage, Settings(max_document_bytes=1000)))

    async def chunks():
        for _ in range(5):
            yield b" " * 300

    headers = {"Content-Type": "application/json"}
    assert client.request("POST", "/searches", content=chunks(), headers=headers).status_code == 413
    assert client.post("/searches", {"name": "x" * 1000}).status_code == 413


def test_the_token_is_not_shown():
    assert "s3cret" not in repr(Settings(api_token="s3cret"))
