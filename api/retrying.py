"""Requests sent again where that is safe: after a connection that broke, and while a service is busy or restarts."""

import time
from collections.abc import Callable

import httpx

SAFE = ("GET", "HEAD", "OPTIONS", "PUT")
BUSY = (429, 502, 503, 504)
ATTEMPTS = 6
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 10.0


class Retrying(httpx.BaseTransport):
    """Sends a request up to so many times. One that changes something is sent again only if it carries an idempotency
    key, or if it never left: the answer that was lost may have said that it was done."""

    def __init__(
        self, sent_by: httpx.BaseTransport, *, attempts: int = ATTEMPTS, pause: Callable[[float], None] = time.sleep
    ) -> None:
        self.sent_by = sent_by
        self.attempts = attempts
        self.pause = pause

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The first answer that is none of a busy service, else the last one. Raises the last `TransportError`."""
        for attempt in range(1, self.attempts):
            try:
                response = self.sent_by.handle_request(request)
            except httpx.TransportError as error:
                if not _safe(request) and not isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
                    raise
                self.pause(_pause_s(attempt))
                continue
            if response.status_code not in BUSY or not _safe(request):
                return response
            response.close()
            self.pause(_asked_s(response) or _pause_s(attempt))
        return self.sent_by.handle_request(request)

    def close(self) -> None:
        self.sent_by.close()


def _safe(request: httpx.Request) -> bool:
    return request.method in SAFE or "Idempotency-Key" in request.headers


def _pause_s(attempt: int) -> float:
    return float(min(FIRST_PAUSE_S * 2 ** (attempt - 1), LONGEST_PAUSE_S))


def _asked_s(response: httpx.Response) -> float:
    """The seconds that the service asks to wait for; 0 where it asks for none."""
    asked = response.headers.get("Retry-After", "")
    return min(float(asked), LONGEST_PAUSE_S) if asked.isdigit() else 0.0
