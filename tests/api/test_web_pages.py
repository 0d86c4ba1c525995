"""Pages and their files over HTTP: found, cached, packed, and closed to everything else."""

import gzip
import re

import pytest

from dashboards.pages import PAGES


def get(client, path, **headers):
    """The answer to a GET of a path outside /api."""
    return client.request("GET", f"/api/../{path.lstrip('/')}", headers=headers)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_is_html_that_only_loads_from_here(client, page):
    answer = get(client, re.sub(r"{\w+}", "1", page.path))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "script-src" not in policy, "scripts are those of this service, never inline"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_page_that_has_not_changed_is_not_sent_again(client):
    first = get(client, "/")
    assert first.headers["cache-control"] == "no-cache"
    assert get(client, "/", **{"If-None-Match": first.headers["etag"]}).status_code == 304


def test_files_are_kept_for_good_under_an_address_that_changes_with_them(client):
    script = re.search(r'src="(/static/[0-9a-f]{12}/js/pages/searches\.js)"', get(client, "/").text)[1]
    answer = get(client, script)
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "immutable" in answer.headers["cache-control"]
    old = re.sub(r"[0-9a-f]{12}", "0" * 12, script)
    assert get(client, old).headers["cache-control"] == "no-cache"
    assert get(client, old).text == answer.text


def test_files_are_packed_for_those_who_can_read_that(client):
    plain = get(client, "/static/x/css/theme.css", **{"Accept-Encoding": "identity"})
    packed = get(client, "/static/x/css/theme.css", **{"Accept-Encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.text == plain.text
    assert int(packed.headers["content-length"]) == len(gzip.compress(plain.content, compresslevel=6))


def test_plotly_is_served_from_its_package(client):
    address = re.search(r'name="plotly" content="([^"]+)"', get(client, "/").text)[1]
    answer = get(client, address)
    assert "immutable" in answer.headers["cache-control"]
    assert "plotly.js v" in answer.text[:200]


def test_what_describes_rest_is_served_from_its_package(client):
    folder = re.search(r'name="swagger" content="([^"]+)"', client.get("/api/docs").text)[1]
    for name, kind in (("swagger-ui-bundle.js", "text/javascript"), ("swagger-ui.css", "text/css")):
        answer = get(client, f"{folder}/{name}")
        assert answer.headers["content-type"].startswith(kind)
        assert "immutable" in answer.headers["cache-control"]
    assert get(client, f"{folder}/redoc.standalone.js").status_code == 404


@pytest.mark.parametrize(
    "path", ["/static/x/..%2fpages.py", "/static/x/%2e%2e/pages.py", "/static/x/none.js", "/nowhere"]
)
def test_nothing_else_is_served(client, path):
    answer = get(client, path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
