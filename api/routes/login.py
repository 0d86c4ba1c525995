"""The way in for browsers: a token typed in, or a one-time link, becomes a session; and the way out."""

from html import escape
from string import Template
from typing import Annotated
from urllib.parse import parse_qs, quote

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.authentication import LOGIN, LOGOUT
from api.people.desk import Desk
from api.people.entrance import session_text
from api.people.records import Issued, TokenKind
from api.people.sessions import COOKIE, SESSION_S, session_for, session_for_code
from api.routes.dependencies import Service, TheService

router = APIRouter(include_in_schema=False)

HOME = "/"
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
PAGE = Template("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">$extra
<title>Log in - SpineSearch</title>
<style>
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
main { max-width: 26rem; margin: 15vh auto 0; padding: 0 1rem }
input, button { font: inherit; box-sizing: border-box; width: 100%; padding: .5rem; margin-top: .5rem }
</style>
</head>
<body><main>$body</main></body>
</html>
""")
FORM = Template("""<h1>SpineSearch</h1>
$refusal<form method="post" action="$action">
<label for="token">Token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
<button>Log in</button>
</form>
<p>An admin makes tokens with <code>nas token create</code>. On the machine of the service one lies in the file
<code>token</code> of its state folder.</p>""")
Wanted = Annotated[str, Query(alias="next", max_length=2000, description="a path of this service to go on to")]


async def _typed(request: Request) -> str:
    """The token in the form."""
    fields = parse_qs((await request.body()).decode("utf-8", "replace"))
    return fields.get("token", [""])[0].strip()


@router.get(LOGIN)
def show_login(request: Request, service: TheService, code: str | None = None, wanted: Wanted = HOME) -> Response:
    """The page to log in; with a one-time code it lets in at once."""
    if code is None:
        return _form(wanted)
    session = session_for_code(service.people.tokens, code)
    if session is None:
        return _form(wanted, refusal="This link has been used or has expired. Log in with a token.")
    return _let_in(request, service, session, wanted)


@router.post(LOGIN)
def log_in(
    request: Request, service: TheService, typed: Annotated[str, Depends(_typed)], wanted: Wanted = HOME
) -> Response:
    """Lets in whoever typed a good token."""
    holder = service.entrance.holder(typed)
    if holder is None:
        return _form(wanted, refusal="This is not a good token: it is wrong, has expired or was revoked.")
    session = session_for(service.people.tokens, holder, source=holder.token_id)
    return _let_in(request, service, session, wanted)


@router.post(LOGOUT)
def log_out(request: Request, service: TheService) -> Response:
    """Ends the session; the way back in is shown."""
    text = session_text(request.headers.get("cookie", ""))
    session = None if text is None else service.people.tokens.valid(text, TokenKind.SESSION)
    if session is not None:
        service.people.tokens.revoke(session.id)
        Desk(service.people, session.principal).record("session.logout", session.id, project=session.project)
    answer = RedirectResponse(LOGIN, status_code=303, headers=HEADERS)
    answer.delete_cookie(COOKIE, httponly=True, samesite="strict", secure=request.url.scheme == "https")
    return answer


def _let_in(request: Request, service: Service, session: Issued, wanted: str) -> Response:
    """A page that goes on by itself: a redirect would carry no cookie where another site's link led here."""
    principal = session.token.principal
    Desk(service.people, principal).record("session.login", session.token.id, project=principal.project)
    place = escape(_own(wanted))
    answer = _page(f'<p>Logged in. <a href="{place}">Go on</a></p>', refresh=place)
    answer.set_cookie(
        COOKIE,
        session.text,
        max_age=SESSION_S,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return answer


def _form(wanted: str, *, refusal: str = "") -> Response:
    said = f'<p role="alert">{escape(refusal)}</p>\n' if refusal else ""
    action = f"{LOGIN}?next={quote(_own(wanted), safe='')}"
    return _page(FORM.substitute(refusal=said, action=escape(action)), status=401 if refusal else 200)


def _page(body: str, *, refresh: str | None = None, status: int = 200) -> HTMLResponse:
    extra = "" if refresh is None else f'<meta http-equiv="refresh" content="0; url={refresh}">'
    return HTMLResponse(PAGE.substitute(extra=extra, body=body), status_code=status, headers=HEADERS)


def _own(wanted: str) -> str:
    """The path if it is one of this service, whatever a browser makes of it; else the first page."""
    plain = wanted.isascii() and wanted.isprintable() and "\\" not in wanted
    return wanted if plain and wanted.startswith("/") and not wanted.startswith("//") else HOME
