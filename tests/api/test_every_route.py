"""Every route of the service, walked by nobody, by whoever has lost their token, by a lesser role, by another project.

New routes are walked by themselves: each is called with the fields its path asks for, and needs a role.
"""

import pytest
from fastapi.routing import iter_route_contexts

from api.app import create_app
from api.authentication import FORMS, HEALTH, OPEN_BELOW
from api.database import open_engine
from api.people.records import Role
from api.routes.dependencies import _admitted, _desk
from api.settings import Settings
from api.storage import SqlStorage
from dashboards.pages import PAGES as WEB_PAGES
from nas.records import SearchStatus
from nas.testing.searches import toy_document
from nas.testing.stored import add_completed

REST = "/api/v1"
CHANGES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
METRICS = "/metrics"
PAGES = frozenset(page.path for page in WEB_PAGES)
DOCUMENTS = frozenset({f"{REST}/openapi.json"})


def _routes():
    """Method, path and dependencies of every route there is."""
    storage = SqlStorage(open_engine("sqlite://"))
    found = [
        (method, context.path, getattr(context, "dependant", None))
        for context in iter_route_contexts(create_app(storage, Settings()).routes)
        for method in sorted((context.methods or {"GET"}) - {"HEAD"})
    ]
    storage.close()
    return found


ROUTES = _routes()
OPEN = {(method, path) for method, path, _ in ROUTES if path in FORMS or path == HEALTH or path.startswith(OPEN_BELOW)}
GUARDED = [(method, path) for method, path, _ in ROUTES if (method, path) not in OPEN]
OF_REST = [
    (method, path, needs)
    for method, path, needs in ROUTES
    if path.startswith((REST, METRICS)) and path not in DOCUMENTS
]
OF_A_SEARCH = [(method, path) for method, path, _ in OF_REST if "{search}" in path or "{check}" in path]


def called(needs, function):
    """Where an endpoint depends on a function, at any depth."""
    for inner in needs.dependencies:
        if inner.call is function:
            yield inner
        yield from called(inner, function)


def role_of(needs):
    """The role that a route needs."""
    (role,) = {Role(scope) for inner in called(needs, _admitted) for scope in inner.own_oauth_scopes or ()}
    return role


NOT_FOR_ALL = [
    (method, path, role_of(needs)) for method, path, needs in OF_REST if path != HEALTH and role_of(needs) != Role.READ
]


def filled(path, search="cells"):
    """The path with something in the place of its parameters."""
    values = {"search": search, "check": search, "number": "0", "kind": "spinenet", "project": "default"}
    for name in [part.partition("}")[0].partition(":")[0] for part in path.split("{")[1:]]:
        path = path.replace(f"{{{name}}}", values.get(name, "any")).replace(f"{{{name}:path}}", "any")
    return path


def ask(client, method, path):
    """The answer."""
    return client.request(method, f"http://127.0.0.1{path}", **({"json": {}} if method in CHANGES else {}))


@pytest.fixture
def cells(client, client_of, sqlite_storage):
    """A search of a project that is nobody else's, with a completed trial."""
    client_of(Role.READ, "ours")
    document = toy_document(name="cells").model_dump(mode="json")
    search = sqlite_storage.create_search("cells", document, project="ours")
    lease = sqlite_storage.acquire_lease(search.id, "test", 60)
    sqlite_storage.set_search_status(lease, SearchStatus.RUNNING)
    add_completed(sqlite_storage, lease, [{"AP": 0.5}])
    return sqlite_storage.search(search.id)


def test_nothing_is_open_but_health_the_way_in_and_what_pages_load():
    rest = {(method, path) for method, path in OPEN if not path.startswith(OPEN_BELOW)}
    assert rest == {("GET", HEALTH), ("GET", "/login"), ("POST", "/login"), ("POST", "/logout")}
    assert {path for _, path in GUARDED if not path.startswith(REST)} <= PAGES | DOCUMENTS | {METRICS}
    assert len(GUARDED) >= 40
    assert len(NOT_FOR_ALL) >= 16


def test_every_route_of_rest_needs_one_role_and_those_that_change_something_more_than_reading():
    for method, path, needs in OF_REST:
        if path == HEALTH:
            continue
        assert role_of(needs) is not Role.READ or method == "GET", (method, path)


def test_what_changes_something_is_recorded():
    for method, path, needs in OF_REST:
        if method in CHANGES:
            assert list(called(needs, _desk)), f"{method} {path} has no desk to record at"


@pytest.mark.parametrize(("method", "path"), GUARDED)
def test_nobody_gets_in(client, make_client, cells, method, path):
    answer = ask(make_client(client.app, token=""), method, filled(path))
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")


@pytest.mark.parametrize(("method", "path"), GUARDED)
def test_a_token_that_was_good_does_not_get_in(client, make_client, clock, cells, method, path):
    tokens = client.app.state.service.people.tokens
    expired = tokens.issue("expired", Role.ADMIN, lifetime_s=60).text
    revoked = tokens.issue("revoked", Role.ADMIN)
    tokens.revoke(revoked.token.id)
    clock.advance(60)
    for text in (expired, revoked.text, expired[:-1], "nas_"):
        assert ask(make_client(client.app, token=text), method, filled(path)).status_code == 401


@pytest.mark.parametrize(("method", "path", "needed"), NOT_FOR_ALL)
def test_a_lesser_role_is_told_which_one_it_takes(client_of, cells, method, path, needed):
    for role in (role for role in Role if not role.covers(needed)):
        answer = ask(client_of(role, "ours"), method, filled(path))
        problem = answer.json()
        assert (answer.status_code, problem["type"]) == (403, "urn:spinesearch:problem:forbidden")
        assert f"needs the role {needed}" in problem["detail"]


@pytest.mark.parametrize(("method", "path"), OF_A_SEARCH)
def test_the_search_of_another_project_is_not_there(client_of, sqlite_storage, cells, method, path):
    theirs = client_of(Role.ADMIN, "theirs")
    for name in ("cells", cells.id):
        answer = ask(theirs, method, filled(path, name))
        problem = answer.json()
        assert (answer.status_code, problem["type"]) == (404, "urn:spinesearch:problem:not-found")
    missing = ask(theirs, method, filled(path, "none")).json()
    assert missing["detail"] == problem["detail"].replace(cells.id, "none"), "nothing tells that it is there"
    assert sqlite_storage.search(cells.id) == cells
