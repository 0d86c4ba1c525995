"""A token or a code becomes a session of the same role and project."""

import pytest

from api.people.records import Role, TokenKind
from api.people.sessions import CODE_S, SESSION_S, one_time_code, session_for, session_for_code


@pytest.fixture
def token(people):
    return people.tokens.issue("vera", Role.SUBMIT, project="vision").token


def test_a_code_becomes_a_session_of_its_token(people, token, clock):
    session = session_for_code(people.tokens, one_time_code(people.tokens, token))
    assert session is not None
    kept = ("name", "role", "project")
    assert [getattr(session.token, field) for field in kept] == [getattr(token, field) for field in kept]
    assert session.token.source == token.id
    assert (session.token.expires_at - session.token.created_at).total_seconds() == SESSION_S
    assert session_for_code(people.tokens, "nothing") is None


def test_a_code_expires(people, token, clock):
    code = one_time_code(people.tokens, token)
    clock.advance(CODE_S)
    assert session_for_code(people.tokens, code) is None


def test_a_session_of_no_stored_token_stands_for_itself(people, token):
    session = session_for(people.tokens, token.principal, source=None)
    people.tokens.revoke(token.id)
    assert people.tokens.valid(session.text, TokenKind.SESSION) == session.token
