"""Tokens let in whoever has their text, until they expire or are revoked; the database keeps digests alone."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from api.database import reading
from api.people.records import Role, TokenKind
from api.tables import tokens
from nas.errors import InvalidQuery, NotFound


def test_a_token_is_found_by_its_text_alone(people):
    issued = people.tokens.issue("nightly", Role.SUBMIT, project="vision")
    assert people.tokens.valid(issued.text, TokenKind.TOKEN) == issued.token
    assert (issued.token.role, issued.token.project, issued.token.expires_at) == (Role.SUBMIT, "vision", None)
    for wrong in (issued.text[:-1], issued.text + "x", issued.token.id, "", "\x00", "\ud800"):
        assert people.tokens.valid(wrong, TokenKind.TOKEN) is None
    assert people.tokens.valid(issued.text, TokenKind.SESSION) is None


def test_texts_are_long_random_and_stored_nowhere(people, sql_storage):
    texts = {people.tokens.issue("a", Role.READ).text for _ in range(20)}
    assert len(texts) == 20
    assert all(len(text) >= 4 + 43 for text in texts), "256 bits are 43 characters"
    with reading(sql_storage.engine) as connection:
        stored = str(connection.execute(select(tokens)).all())
    assert not any(text in stored for text in texts)


def test_tokens_made_at_the_same_moment_are_all_made(people):
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda number: people.tokens.issue(str(number), Role.READ).token, range(24)))
    assert {token.id for token in made} == {token.id for token in people.tokens.tokens().items}
    assert len({token.id for token in made}) == 24


def test_a_token_expires(people, clock):
    issued = people.tokens.issue("a", Role.READ, lifetime_s=60)
    clock.advance(59)
    assert people.tokens.valid(issued.text, TokenKind.TOKEN) is not None
    clock.advance(1)
    assert people.tokens.valid(issued.text, TokenKind.TOKEN) is None


def test_a_revoked_token_is_good_no_longer_and_keeps_its_moment(people, clock):
    issued = people.tokens.issue("a", Role.READ)
    first = people.tokens.revoke(issued.token.id)
    assert first.revoked_at is not None
    assert people.tokens.valid(issued.text, TokenKind.TOKEN) is None
    clock.advance(5)
    assert people.tokens.revoke(issued.token.id) == first
    with pytest.raises(NotFound):
        people.tokens.revoke("none")


@pytest.mark.parametrize("end", ["revoked", "expired"])
def test_what_stands_for_a_token_ends_with_it(people, clock, end):
    token = people.tokens.issue("a", Role.READ, lifetime_s=60).token
    session = people.tokens.issue("a", Role.READ, kind=TokenKind.SESSION, source=token.id)
    assert people.tokens.valid(session.text, TokenKind.SESSION) == session.token
    if end == "revoked":
        people.tokens.revoke(token.id)
    else:
        clock.advance(60)
    assert people.tokens.valid(session.text, TokenKind.SESSION) is None


def test_a_code_is_spent_once_however_many_come_with_it(people):
    code = people.tokens.issue("a", Role.ADMIN, kind=TokenKind.CODE).text
    with ThreadPoolExecutor(4) as pool:
        got = list(pool.map(people.tokens.spend, [code] * 8))
    assert sum(found is not None for found in got) == 1
    assert people.tokens.spend("nothing") is None
    assert people.tokens.spend(people.tokens.issue("a", Role.ADMIN).text) is None, "a token is no code"


def test_tokens_are_listed_newest_first_in_pages_and_sessions_are_not(people, clock):
    made = []
    for number in range(5):
        clock.advance(1)
        made.append(people.tokens.issue(f"n{number}", Role.READ, project=("vision", None)[number % 2]).token)
        people.tokens.issue("a", Role.READ, kind=TokenKind.SESSION)
    first = people.tokens.tokens(limit=3)
    second = people.tokens.tokens(limit=3, cursor=first.next_cursor)
    assert [*first.items, *second.items] == made[::-1]
    assert second.next_cursor is None
    assert people.tokens.tokens(project="vision").items == (made[4], made[2], made[0])


@pytest.mark.parametrize("page", [{"limit": 0}, {"limit": 10**6}, {"cursor": "nonsense"}])
def test_a_page_that_makes_no_sense_is_refused(people, page):
    with pytest.raises(InvalidQuery):
        people.tokens.tokens(**page)
