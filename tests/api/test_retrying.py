"""Requests are sent again where that is safe, and only there."""

import httpx
import pytest

from api.retrying import Retrying


class Scripted(httpx.BaseTransport):
    """Answers as told, one after the other; an exception is raised."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = 0

    def handle_request(self, request):
        self.asked += 1
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer[0], headers=answer[1]) if isinstance(answer, tuple) else httpx.Response(answer)


def sent(method, *answers, attempts=4, **headers):
    """The answer or the error, how often it was sent, and the pauses between."""
    transport, pauses = Scripted(*answers), []
    retrying = Retrying(transport, attempts=attempts, pause=pauses.append)
    try:
        found = retrying.handle_request(httpx.Request(method, "http://service/api", headers=headers)).status_code
    except httpx.TransportError as error:
        found = error
    return found, transport.asked, pauses


def test_reading_goes_on_after_broken_connections_and_busy_answers():
    assert sent("GET", httpx.ReadError("cut"), 503, 200) == (200, 3, [0.2, 0.4])


def test_the_service_says_how_long_to_wait():
    assert sent("GET", (429, {"Retry-After": "3"}), (429, {"Retry-After": "86400"}), 200) == (200, 3, [3.0, 10.0])


@pytest.mark.parametrize("status", [400, 404, 409, 500])
def test_an_answer_that_means_something_is_kept(status):
    assert sent("GET", status) == (status, 1, [])


def test_what_changes_something_is_sent_once_unless_it_has_a_key():
    lost = httpx.ReadTimeout("no answer")
    assert sent("POST", lost) == (lost, 1, [])
    assert sent("POST", 503) == (503, 1, [])
    assert sent("POST", lost, 503, 201, **{"Idempotency-Key": "k"}) == (201, 3, [0.2, 0.4])


def test_what_never_left_may_be_sent_again():
    assert sent("POST", httpx.ConnectError("refused"), 201) == (201, 2, [0.2])


def test_at_the_end_the_last_answer_or_error_stands():
    assert sent("GET", 503, 503, 502, attempts=3) == (502, 3, [0.2, 0.4])
    last = httpx.ConnectError("refused")
    assert sent("GET", httpx.ConnectError("refused"), last, attempts=2) == (last, 2, [0.2])
