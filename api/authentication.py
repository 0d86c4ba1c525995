"""The gate before every route: who comes, from which page, with how large a body.

Nothing but the sign of life and the way in answers without a token or a session, on this machine, too. A browser could
still be used against whoever has a session. That door is closed by the cookie, which goes to no other page's requests,
by the origin, which must be this service, and by the content type (a page may post a form across origins, but never
JSON without asking first, and the service never says yes). A page that rebinds its own name to 127.0.0.1 still sends
that name as the host.
"""

from urllib.parse import quote, urlsplit

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import ForeignRequest, PayloadTooLarge, RequestRefused, Unauthorized, UnsupportedMedia
from api.hosts import host_name, is_loopback
from api.people.entrance import Entrance
from api.problems import problem_response
from api.settings import Settings

HEALTH, LOGIN, LOGOUT = "/api/v1/health", "/login", "/logout"
OPEN = frozenset({HEALTH, LOGIN, LOGOUT})
OPEN_BELOW = ("/static/",)  # what the pages load: the same for everybody
FORMS = frozenset({LOGIN, LOGOUT})
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
JSON, FORM = "application/json", "application/x-www-form-urlencoded"


def guard(app: FastAPI, settings: Settings, entrance: Entrance) -> None:
    """Puts the gate before every route of the app, unknown ones included."""
    app.add_middleware(Gate, settings=settings, entrance=entrance)


class Gate:
    """Lets a request through, its `state.principal` saying who makes it, or answers it with a problem document."""

    def __init__(self, app: ASGIApp, *, settings: Settings, entrance: Entrance) -> None:
        self.app = app
        self.settings = settings
        self.entrance = entrance

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] == "websocket":  # there are none; one that is added some day is not to be open by omission
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            await self._check(scope)
            if scope["method"] not in SAFE:
                receive = await _bounded(receive, self.settings.max_document_bytes)
        except RequestRefused as error:
            await _refusal(scope, error)(scope, receive, send)
            return
        # What answers a GET answers a HEAD; the server leaves the body out.
        await self.app({**scope, "method": "GET"} if scope["method"] == "HEAD" else scope, receive, send)

    async def _check(self, scope: Scope) -> None:
        headers = Headers(scope=scope)
        _check_host(scope, headers, self.settings.allowed_hosts)
        if scope["method"] not in SAFE:
            _check_origin(headers, self.settings.allowed_hosts)
        if not _is_open(scope["path"]):
            given = headers.get("authorization", ""), headers.get("cookie", "")
            principal = await run_in_threadpool(self.entrance.principal, *given)
            scope.setdefault("state", {})["principal"] = principal
        if scope["method"] not in SAFE:
            _check_media(headers, (JSON, FORM) if scope["path"] in FORMS else (JSON,))


def _is_open(path: str) -> bool:
    return path in OPEN or path.startswith(OPEN_BELOW)


def _refusal(scope: Scope, error: RequestRefused) -> Response:
    """The problem; people who only have to log in are shown where."""
    wants_page = "text/html" in Headers(scope=scope).get("accept", "")
    if isinstance(error, Unauthorized) and wants_page and scope["method"] in ("GET", "HEAD"):
        query = scope["query_string"].decode("latin-1")
        wanted = scope["path"] + (f"?{query}" if query else "")
        return RedirectResponse(f"{LOGIN}?next={quote(wanted, safe='')}", status_code=303)
    return problem_response(error, scope["path"])


def _check_host(scope: Scope, headers: Headers, allowed_hosts: tuple[str, ...]) -> None:
    client = scope.get("client")
    if client is None or not is_loopback(client[0]):
        return
    host = host_name(headers.get("host", ""))
    if not is_loopback(host) and host not in allowed_hosts:
        raise ForeignRequest(f"host must be localhost, 127.0.0.1, [::1] or one of NAS_ALLOWED_HOSTS, got {host!r}")


def _check_origin(headers: Headers, allowed_hosts: tuple[str, ...]) -> None:
    """Browsers name the origin of everything that changes something; programs name none."""
    origin = headers.get("origin")
    if origin is None:
        return
    place = urlsplit(origin).netloc.lower()
    if place != headers.get("host", "").lower() and host_name(place) not in allowed_hosts:
        raise ForeignRequest(f"pages must be of {headers.get('host')} or one of NAS_ALLOWED_HOSTS, got {origin!r}")


def _check_media(headers: Headers, allowed: tuple[str, ...]) -> None:
    if headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers:
        return  # nothing is sent
    given = headers.get("content-type", "")
    if given.partition(";")[0].strip().lower() not in allowed:
        raise UnsupportedMedia(f"Content-Type must be {' or '.join(allowed)}, got {given!r}")


async def _bounded(receive: Receive, limit: int) -> Receive:
    """A `receive` that gives the whole body at once. Raises `PayloadTooLarge` as soon as it is beyond the limit."""
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            break
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > limit:
            raise PayloadTooLarge(f"the body may have up to {limit} bytes")
    whole: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return whole.pop() if whole else await receive()

    return replay
