"""How people get in with a browser: a token or a one-time code becomes a session, which lives in a cookie."""

from api.people.records import Issued, Principal, Token, TokenKind
from api.people.tokens import Tokens

COOKIE = "nas_session"
SESSION_S = 12 * 3600
CODE_S = 3600


def one_time_code(tokens: Tokens, source: Token) -> str:
    """A code that lets its bearer in once, within the hour, as whoever has the token."""
    issued = tokens.issue(
        source.name,
        source.role,
        project=source.project,
        lifetime_s=CODE_S,
        kind=TokenKind.CODE,
        source=source.id,
    )
    return issued.text


def session_for_code(tokens: Tokens, code: str) -> Issued | None:
    """A session for whoever comes with a code, which is spent by it; None if it is no good."""
    spent = tokens.spend(code)
    return None if spent is None else session_for(tokens, spent.principal, source=spent.source)


def session_for(tokens: Tokens, principal: Principal, *, source: str | None) -> Issued:
    """A session of the principal, which ends with the token that is its source."""
    return tokens.issue(
        principal.name,
        principal.role,
        project=principal.project,
        lifetime_s=SESSION_S,
        kind=TokenKind.SESSION,
        source=source,
    )
