"""The way in for browsers, and the way out."""

import re

import pytest

from api.people.records import Role
from api.people.sessions import COOKIE, SESSION_S, one_time_code


@pytest.fixture
def people(client):
    return client.app.state.service.people


@pytest.fixture
def browser(client, make_client):
    """Sends no token."""
    return make_client(client.app, token="")


def typed(browser, text, **options):
    """The answer to a token typed in."""
    return browser.request("POST", "/login", data={"token": text}, **options)


def cookie_of(answer):
    """The header that a browser sends from now on."""
    return {"Cookie": answer.headers["set-cookie"].partition(";")[0]}


def test_a_token_typed_in_becomes_a_session_that_scripts_cannot_read_and_other_pages_cannot_use(browser, people):
    answer = typed(browser, " " + people.tokens.issue("vera", Role.SUBMIT).text + "\n")
    assert answer.status_code == 200
    told = answer.headers["set-cookie"]
    assert {"HttpOnly", "SameSite=strict", f"Max-Age={SESSION_S}", "Path=/"} <= set(told.split("; "))
    assert "Secure" not in told
    assert browser.get("/me", headers=cookie_of(answer)).json() == {"name": "vera", "role": "submit", "project": None}


def test_over_tls_the_cookie_stays_there(browser, people):
    text = people.tokens.issue("vera", Role.READ).text
    answer = browser.request("POST", "https://127.0.0.1/login", data={"token": text})
    assert "Secure" in answer.headers["set-cookie"].split("; ")


@pytest.mark.parametrize("text", ["", "wrong", "nas_", "\x00", "nas_\u00e9"])
def test_what_is_no_token_lets_nobody_in(browser, text):
    answer = typed(browser, text)
    assert (answer.status_code, "set-cookie" in answer.headers) == (401, False)
    assert 'role="alert"' in answer.text


def test_a_link_lets_in_once(browser, people):
    admin = people.tokens.issue("local", Role.ADMIN).token
    link = f"/login?code={one_time_code(people.tokens, admin)}"
    first, second = browser.get(link), browser.get(link)
    assert browser.get("/me", headers=cookie_of(first)).json()["role"] == "admin"
    assert (second.status_code, "set-cookie" in second.headers) == (401, False)
    assert "has been used or has expired" in second.text


def test_a_link_is_good_for_an_hour_and_as_long_as_its_token(browser, people, clock):
    admin = people.tokens.issue("local", Role.ADMIN).token
    late, orphaned = (one_time_code(people.tokens, admin) for _ in range(2))
    clock.advance(3600)
    assert browser.get(f"/login?code={late}").status_code == 401
    people.tokens.revoke(admin.id)
    assert browser.get(f"/login?code={orphaned}").status_code == 401


def test_a_session_ends_after_half_a_day_and_with_the_token_of_its_link(browser, people, clock):
    admin = people.tokens.issue("local", Role.ADMIN).token
    cookies = [cookie_of(browser.get(f"/login?code={one_time_code(people.tokens, admin)}")) for _ in range(2)]
    clock.advance(SESSION_S - 1)
    assert browser.get("/me", headers=cookies[0]).status_code == 200
    clock.advance(1)
    assert browser.get("/me", headers=cookies[0]).status_code == 401
    fresh = cookie_of(browser.get(f"/login?code={one_time_code(people.tokens, admin)}"))
    people.tokens.revoke(admin.id)
    assert browser.get("/me", headers=fresh).status_code == 401


def test_logging_out_ends_the_session(browser, people):
    cookie = cookie_of(typed(browser, people.tokens.issue("vera", Role.READ).text))
    answer = browser.request("POST", "/logout", headers={**cookie, "Origin": "http://127.0.0.1"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert f'{COOKIE}=""' in answer.headers["set-cookie"]
    assert browser.get("/me", headers=cookie).status_code == 401
    assert browser.request("POST", "/logout").status_code == 303, "again, or by nobody"
    actions = [(deed.actor, deed.action) for deed in people.audit.deeds().items]
    assert actions == [("vera", "session.logout"), ("vera", "session.login")]


@pytest.mark.parametrize("wanted", ["/", "/searches/cells?sort=-AP", "/api/docs"])
def test_after_logging_in_one_goes_on_to_where_one_wanted(browser, people, wanted):
    action = re.search(r'action="([^"]+)"', browser.get("/login", params={"next": wanted}).text)[1]
    answer = browser.request("POST", action, data={"token": people.tokens.issue("a", Role.READ).text})
    assert f'content="0; url={wanted}"' in answer.text


@pytest.mark.parametrize(
    "wanted",
    ["//evil.example.org", "https://evil.example.org", "/\\evil.example.org", "javascript:alert(1)", "", "/\n/x"],
)
def test_one_goes_on_within_this_service_only(browser, people, wanted):
    text = people.tokens.issue("a", Role.READ).text
    answer = browser.request("POST", "/login", params={"next": wanted}, data={"token": text})
    assert 'content="0; url=/"' in answer.text


def test_what_is_asked_for_is_shown_as_text(browser):
    answer = browser.get("/login", params={"next": '/"><script>alert(1)</script>'})
    assert "<script" not in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert answer.headers["cache-control"] == "no-store"


def test_another_page_logs_nobody_in(browser, people):
    text = people.tokens.issue("mallory", Role.READ).text
    assert typed(browser, text, headers={"Origin": "https://evil.example.org"}).status_code == 403
