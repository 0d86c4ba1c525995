"""Roles come in an order, and a principal sees its project or all."""

from api.people.records import Issued, Principal, Role, Token, TokenKind
from nas.clock import utc


def test_each_role_may_do_what_those_before_it_may():
    covered = {role: [needed for needed in Role if role.covers(needed)] for role in Role}
    assert covered == {
        Role.READ: [Role.READ],
        Role.SUBMIT: [Role.READ, Role.SUBMIT],
        Role.ADMIN: [Role.READ, Role.SUBMIT, Role.ADMIN],
    }


def test_a_principal_sees_its_project_or_all():
    ours = Principal(name="a", role=Role.ADMIN, project="ours")
    assert [ours.sees(project) for project in ("ours", "theirs", None)] == [True, False, False]
    everybody = Principal(name="a", role=Role.READ)
    assert all(everybody.sees(project) for project in ("ours", "theirs", None))


def test_the_text_of_a_token_is_not_shown_by_accident():
    token = Token(
        id="1",
        kind=TokenKind.TOKEN,
        name="a",
        role=Role.READ,
        project=None,
        source=None,
        created_at=utc(0.0),
        expires_at=None,
        revoked_at=None,
    )
    assert "s3cret" not in repr(Issued(token=token, text="s3cret"))
