"""Who comes with which headers."""

import pytest
from pydantic import SecretStr

from api.errors import Unauthorized
from api.people.entrance import SERVICE, Entrance, session_text
from api.people.records import Role
from api.people.sessions import COOKIE, session_for


@pytest.fixture
def entrance(people):
    return Entrance(people.tokens, SecretStr("s3cret"))


def test_a_stored_token_and_that_of_the_service_are_held_by_somebody(people, entrance):
    issued = people.tokens.issue("vera", Role.READ, project="vision")
    assert entrance.holder(issued.text) == issued.token.principal
    assert entrance.holder("s3cret") == SERVICE
    assert entrance.holder("s3cre") is None
    assert Entrance(people.tokens, None).holder("s3cret") is None


def test_the_header_is_looked_at_before_the_cookie(people, entrance):
    session = session_for(people.tokens, SERVICE, source=None)
    cookie = f"{COOKIE}={session.text}"
    assert entrance.principal("", cookie) == session.token.principal
    assert entrance.principal("bearer s3cret", cookie) == SERVICE
    with pytest.raises(Unauthorized, match="the token is wrong"):
        entrance.principal("Bearer x", cookie)
    with pytest.raises(Unauthorized, match="log in at /login"):
        entrance.principal("", "")
    with pytest.raises(Unauthorized, match="the session has ended"):
        entrance.principal("", f"{COOKIE}=x")


def test_the_session_is_found_among_whatever_other_cookies_there_are():
    assert session_text(f'a={{"b": 1}}; c[]="d; {COOKIE}=text; e') == "text"
    for cookies in ("", "a=b", "; ;=", f"x{COOKIE}=text"):
        assert session_text(cookies) is None
