"""The token of a machine lies in the home folder for its user alone, and is made anew when it is good no longer."""

import stat
from concurrent.futures import ThreadPoolExecutor

from api.people.local_token import keep_local_token, local_token
from api.people.records import Role, TokenKind


def test_the_first_start_makes_one_and_later_starts_keep_it(people, tmp_path):
    home = tmp_path / "home"
    assert local_token(home) is None
    token, fresh = keep_local_token(people.tokens, home)
    assert (fresh, token.role, token.project, token.expires_at) == (True, Role.ADMIN, None, None)
    assert stat.S_IMODE((home / "token").stat().st_mode) == 0o600
    assert people.tokens.valid(local_token(home), TokenKind.TOKEN) == token
    assert keep_local_token(people.tokens, home) == (token, False)
    assert sorted(path.name for path in home.iterdir()) == ["token", "token.lock"]


def test_services_that_share_a_folder_and_start_together_make_one(people, tmp_path):
    with ThreadPoolExecutor(8) as pool:
        kept = list(pool.map(lambda _: keep_local_token(people.tokens, tmp_path / "home"), range(8)))
    assert len({token.id for token, _ in kept}) == 1
    assert sum(fresh for _, fresh in kept) == 1
    assert len(people.tokens.tokens().items) == 1


def test_a_revoked_or_foreign_one_is_replaced(people, tmp_path):
    first, _ = keep_local_token(people.tokens, tmp_path)
    people.tokens.revoke(first.id)
    second, fresh = keep_local_token(people.tokens, tmp_path)
    assert fresh
    assert second.id != first.id
    (tmp_path / "token").write_text("of another database")
    (tmp_path / "token").chmod(0o644)
    assert keep_local_token(people.tokens, tmp_path)[1]
    assert stat.S_IMODE((tmp_path / "token").stat().st_mode) == 0o600


def test_what_is_no_token_file_is_none(tmp_path):
    (tmp_path / "token").write_bytes(b"\xff\xfe")
    assert local_token(tmp_path) is None
    (tmp_path / "token").write_text("\n")
    assert local_token(tmp_path) is None
    assert local_token(tmp_path / "token") is None
