"""How long requests take until their answer begins, by route, method and status."""

import time

from prometheus_client import CollectorRegistry, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BOUNDS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER = "other"  # the route of what was answered before one was found, and of HEAD; the method of what is none


def request_seconds(registry: CollectorRegistry) -> Histogram:
    """The histogram, registered."""
    return Histogram(
        "nas_request_seconds",
        "From a request to the beginning of its answer",
        labelnames=("method", "route", "status"),
        buckets=BOUNDS_S,
        registry=registry,
    )


class Timed:
    """Times every request. Labelled by the template of its route, so that paths that people make up add no series."""

    def __init__(self, app: ASGIApp, *, seconds: Histogram, prefix: str) -> None:
        self.app = app
        self.seconds = seconds
        self.prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()

        async def timed(message: Message) -> None:
            if message["type"] == "http.response.start":
                spent = time.perf_counter() - began
                self.seconds.labels(self._method(scope), self._route(scope), message["status"]).observe(spent)
            await send(message)

        await self.app(scope, receive, timed)

    def _method(self, scope: Scope) -> str:
        method: str = scope["method"]
        return method if method in METHODS else OTHER

    def _route(self, scope: Scope) -> str:
        """The template; routes below the prefix are known to the app without it."""
        path: str | None = getattr(scope.get("route"), "path", None)
        if path is None:
            return OTHER
        below = scope["path"].startswith(f"{self.prefix}/") and not path.startswith(f"{self.prefix}/")
        return f"{self.prefix}{path}" if below else path
