"""The client answers as the storage behind the service does."""

from contextlib import contextmanager

import httpx
import pytest

from api.comparing import comparisons_of
from api.errors import Unreachable
from api.rest import RestClient, connected
from api.settings import Settings
from nas.drivers.inline import run_inline
from nas.errors import DocumentError, IdempotencyConflict, IllegalTransition, InvalidQuery, NotFound
from nas.leaderboard import parse_query
from nas.records import FailureKind, Pause, SearchStatus, TrialStatus, TrialWish
from nas.testing.searches import SPLIT, ToyEvaluator, toy_controller, toy_document
from tests.api.compared_search import compared_search
from tests.api.repeated_search import repeated_search
from tests.api.robust_search import robust_search


@pytest.fixture
def rest(client):
    return RestClient(client)


@pytest.fixture
def toys(sqlite_storage, clock):
    """A finished search of eight toys."""
    controller = toy_controller(sqlite_storage, toy_document(budget={"trials": 8}), clock=clock)
    run_inline(controller, ToyEvaluator({3: FailureKind.DIVERGED}))
    return sqlite_storage.search(controller.search_id)


def document(**fields):
    """A document as JSON, its paths absolute."""
    split = {name: f"/{path}" for name, path in SPLIT.items()}
    task = {"kind": "detection", "data": {"train": split, "val": split, "classes": 3}}
    return toy_document(task=task, **fields).model_dump(mode="json")


def test_searches_and_summaries_are_the_stored_ones(rest, sqlite_storage, toys):
    assert rest.summary("toy") == sqlite_storage.summary(toys.id)
    assert rest.search(toys.id) == toys
    (listed,) = rest.searches(status=SearchStatus.COMPLETED).searches
    assert (listed.id, listed.status) == (toys.id, toys.status)


def test_a_trial_is_the_stored_one(rest, sqlite_storage, toys):
    for number in (0, 3):
        assert rest.trial(toys.id, number) == sqlite_storage.trial(toys.id, number)


def test_pages_of_the_leaderboard_are_the_stored_ones(rest, sqlite_storage, toys):
    statuses = (TrialStatus.COMPLETED, TrialStatus.FAILED)
    cursor = None
    for _ in range(3):
        query = parse_query(sort="-AP", where=["params>=300"], limit=3, cursor=cursor, statuses=statuses)
        page, stored = rest.leaderboard(toys.id, query), sqlite_storage.leaderboard(toys.id, query)
        assert [(t.number, t.metrics) for t in page.trials] == [(t.number, t.metrics) for t in stored.trials]
        assert page.next_cursor == stored.next_cursor
        cursor = page.next_cursor
        if cursor is None:
            break


def test_what_repeats_reached_is_what_is_stored(rest, sqlite_storage):
    search = repeated_search(sqlite_storage)
    query = parse_query(sort="AP50", search=search, limit=10)
    page, stored = rest.leaderboard(search.id, query), sqlite_storage.leaderboard(search.id, query)
    assert page.repeats == stored.repeats
    assert sorted(page.repeats) == [0, 1, 2, 3]
    assert rest.comparisons(search.id) == comparisons_of(sqlite_storage, search)


def test_what_is_compared_is_what_is_stored(rest, sqlite_storage):
    search = compared_search(sqlite_storage, ours=(0.4, None, 0.5))
    stored = sqlite_storage.compared(search.id)
    found = rest.compared(search.id)
    assert [(t.number, t.companion, t.status, t.metrics) for t in found] == [
        (t.number, t.companion, t.status, t.metrics) for t in stored
    ]
    assert rest.comparisons(search.id) == comparisons_of(sqlite_storage, search)
    assert rest.comparisons(search.id, ["params", "AP"]) == comparisons_of(sqlite_storage, search, ["params", "AP"])
    with pytest.raises(NotFound, match="did you mean 'AP'"):
        rest.comparisons(search.id, ["AP5"])
    assert rest.trial(search.id, 3) == sqlite_storage.trial(search.id, 3)


def test_what_was_right_is_told_by_the_service(rest, sqlite_storage, tmp_path):
    search = robust_search(sqlite_storage, tmp_path, seeds=2)
    found = rest.comparisons(search.id)
    assert found == comparisons_of(sqlite_storage, search)
    assert len(found.paired_tests) == 12
    assert rest.comparisons(search.id, paired=False).paired_tests == []


def test_a_search_is_submitted_once_per_key_and_cancelled(rest):
    first = rest.submit(document(), idempotency_key="one")
    assert rest.submit(document(), idempotency_key="one").id == first.id
    assert rest.request_cancel(first.id).cancel_requested


def test_problems_come_back_as_the_errors_they_were(rest, toys):
    with pytest.raises(NotFound, match="nosuch"):
        rest.search("nosuch")
    with pytest.raises(InvalidQuery):
        rest.leaderboard(toys.id, parse_query(sort="AP", cursor=None, limit=1000))
    with pytest.raises(DocumentError) as wrong:
        rest.submit({"name": "toy"})
    assert {field for field, _ in wrong.value.problems} >= {"space", "task"}
    rest.submit(document(), idempotency_key="two")
    with pytest.raises(IdempotencyConflict):
        rest.submit(document(seed=1), idempotency_key="two")
    with pytest.raises(IllegalTransition, match="already ended"):
        rest.request_cancel(toys.id)


def test_wishes_are_sent(rest, toys):
    made = rest.clone(rest.submit(document()).id, {"name": "again", "seed": 7})
    assert (made.name, rest.summary(made.id).search.document["seed"]) == ("again", 7)
    assert rest.request_pause(made.id, Pause.NOW).pause_requested is Pause.NOW
    assert rest.request_pause(made.id, None).pause_requested is None
    assert rest.request_trials(made.id, 99).trial_budget == 99
    with pytest.raises(IllegalTransition, match="cancel it before deleting it"):
        rest.delete_search(made.id)
    with pytest.raises(IllegalTransition, match="it must be running"):
        rest.request_trial(toys.id, 0, TrialWish.STOP)
    rest.delete_search(toys.id)
    with pytest.raises(NotFound):
        rest.search(toys.id)


@contextmanager
def answering(content: bytes, status: int = 200):
    """A client of a service that always answers this."""
    transport = httpx.MockTransport(lambda request: httpx.Response(status, content=content))
    with httpx.Client(transport=transport, base_url="http://service") as http:
        yield RestClient(http)


def test_another_kind_of_service_is_told():
    with answering(b"<html>", 502) as rest, pytest.raises(Unreachable, match="not as this service does"):
        rest.search("toy")
    with answering(b'{"id": 3}') as rest, pytest.raises(Unreachable, match="something else than a Search"):
        rest.search("toy")
    with answering(b'{"items": []}') as rest, pytest.raises(Unreachable, match="something else than a ComparisonList"):
        rest.comparisons("toy")
    with answering(b'{"rows": []}') as rest, pytest.raises(Unreachable, match="something else than a TableView"):
        rest.table("toy", rows="kind")


def test_nobody_there_is_told():
    settings = Settings(api_url="http://127.0.0.1:9", api_token="secret")
    with connected(settings) as rest, pytest.raises(Unreachable, match="cannot be reached"):
        rest.search("toy")
