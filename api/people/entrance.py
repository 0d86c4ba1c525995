"""Who comes with a request: by a token in its header, else by the session in its cookie."""

import secrets

from pydantic import SecretStr
from starlette.requests import cookie_parser

from api.errors import Unauthorized
from api.people.records import Principal, Role, TokenKind
from api.people.sessions import COOKIE
from api.people.tokens import Tokens, digest_of

SERVICE = Principal(name="NAS_API_TOKEN", role=Role.ADMIN)


class Entrance:
    """Lets in whoever has a good token; the service's own, where it has one, is an admin's."""

    def __init__(self, tokens: Tokens, own: SecretStr | None) -> None:
        self._tokens = tokens
        self._own = None if own is None else digest_of(own.get_secret_value())

    def principal(self, authorization: str, cookies: str) -> Principal:
        """Who comes with these headers, empty where there are none. Raises `Unauthorized`."""
        if authorization:
            return self._bearer(authorization)
        session = session_text(cookies)
        if session is None:
            raise Unauthorized("send a token, as Authorization: Bearer TOKEN, or log in at /login")
        found = self._tokens.valid(session, TokenKind.SESSION)
        if found is None:
            raise Unauthorized("the session has ended; log in again at /login")
        return found.principal

    def holder(self, text: str) -> Principal | None:
        """Whose token this is; None if it is nobody's, or good no longer."""
        if self._own is not None and secrets.compare_digest(digest_of(text), self._own):
            return SERVICE
        found = self._tokens.valid(text, TokenKind.TOKEN)
        return None if found is None else found.principal

    def _bearer(self, authorization: str) -> Principal:
        scheme, _, text = authorization.partition(" ")
        holder = self.holder(text.strip()) if scheme.lower() == "bearer" else None
        if holder is None:
            raise Unauthorized("the token is wrong, has expired or was revoked; send Authorization: Bearer TOKEN")
        return holder


def session_text(cookies: str) -> str | None:
    """The session in a Cookie header."""
    return cookie_parser(cookies).get(COOKIE)
