"""Who may talk to the service. With a token, whoever has it; without one, only programs on this machine.

Without a token the service listens on loopback, and a browser on this machine is the remaining door. It is closed by
the host name (a page that rebinds its own name to 127.0.0.1 still sends that name) and by the content type (a page may
post a form across origins, but never JSON without asking first, and the service never says yes).
"""

import secrets
from ipaddress import ip_address

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import ForeignRequest, PayloadTooLarge, RequestRefused, Unauthorized, UnsafeBinding, UnsupportedMedia
from api.problems import problem_response
from api.settings import Settings

OPEN_PATHS = frozenset({"/api/v1/health"})


def check_binding(host: str, token: str | None) -> None:
    """Raises `UnsafeBinding` for an address beyond loopback without a token."""
    if not token and not is_loopback(host):
        raise UnsafeBinding(
            f"serving on {host!r} needs a token, because other machines could reach it: set NAS_API_TOKEN, "
            "or serve on 127.0.0.1"
        )


def is_loopback(host: str) -> bool:
    """Whether a host name or address, with or without brackets, means this machine and nothing else."""
    bare = host.removeprefix("[").removesuffix("]").lower()
    if bare == "localhost":
        return True
    try:
        return ip_address(bare).is_loopback
    except ValueError:
        return False


def guard(app: FastAPI, settings: Settings) -> None:
    """Puts the gate before every route of the app, unknown ones included."""
    app.add_middleware(Gate, settings=settings)


class Gate:
    """Lets a request through, or answers it with a problem document."""

    def __init__(self, app: ASGIApp, *, settings: Settings) -> None:
        self.app = app
        self.settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            self._check(scope)
            if scope["method"] == "POST":
                receive = await _bounded(receive, self.settings.max_document_bytes)
        except RequestRefused as error:
            await problem_response(error, scope["path"])(scope, receive, send)
            return
        # What answers a GET answers a HEAD; the server leaves the body out.
        await self.app({**scope, "method": "GET"} if scope["method"] == "HEAD" else scope, receive, send)

    def _check(self, scope: Scope) -> None:
        headers = Headers(scope=scope)
        token = self.settings.api_token
        if token is None:
            _check_local(scope, headers, self.settings.allowed_hosts)
        elif scope["path"] not in OPEN_PATHS:
            _check_token(headers.get("authorization", ""), token.get_secret_value())
        if scope["method"] == "POST":
            _check_json(headers)


def _check_local(scope: Scope, headers: Headers, allowed_hosts: tuple[str, ...]) -> None:
    client = scope.get("client")
    if client is not None and not is_loopback(client[0]):
        raise ForeignRequest("other machines need a token: start the service with NAS_API_TOKEN set")
    host = _host_name(headers.get("host", ""))
    if not is_loopback(host) and host not in allowed_hosts:
        raise ForeignRequest(f"host must be localhost, 127.0.0.1, [::1] or one of NAS_ALLOWED_HOSTS, got {host!r}")


def _host_name(header: str) -> str:
    """The name in a Host header, without the port."""
    if header.startswith("["):
        return header.partition("]")[0].lower() + "]"
    return header.partition(":")[0].lower()


def _check_token(authorization: str, token: str) -> None:
    scheme, _, given = authorization.partition(" ")
    matches = secrets.compare_digest(given.strip().encode(), token.encode())
    if scheme.lower() != "bearer" or not matches:
        raise Unauthorized("send the service's token: Authorization: Bearer TOKEN")


def _check_json(headers: Headers) -> None:
    if "origin" not in headers and headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers:
        return  # nothing is sent, and not by a browser: those name the origin of every POST
    given = headers.get("content-type", "")
    if given.partition(";")[0].strip().lower() != "application/json":
        raise UnsupportedMedia(f"Content-Type must be application/json, got {given!r}")


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
