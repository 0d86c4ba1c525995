"""Trials over REST: pages, ranking, the Pareto front, one trial."""

import pytest

from api.examples import DOCUMENT
from nas.records import Failure, FailureKind, Measurement, SearchStatus, TrialStatus
from nas.testing.storages import add_completed, add_running

SEARCH = "/searches/blood-cells"


@pytest.fixture
def lease(client, sqlite_storage):
    search_id = client.post("/searches", DOCUMENT).json()["id"]
    lease = sqlite_storage.acquire_lease(search_id, "test", 1000)
    sqlite_storage.set_search_status(lease, SearchStatus.RUNNING)
    return lease


@pytest.fixture
def ranked(sqlite_storage, lease):
    add_completed(sqlite_storage, lease, [{"AP": 0.2}, {"AP": 0.5}, {"AP": 0.5}, {"AP": 0.1}])
    add_running(sqlite_storage, lease, 4)
    sqlite_storage.move_trial(lease, 4, TrialStatus.FAILED, Failure(kind=FailureKind.DIVERGED, message="loss was NaN"))
    return lease


def numbers(answer):
    assert answer.status_code == 200, answer.text
    return [item["number"] for item in answer.json()["items"]]


def test_the_leaderboard_is_sorted_by_the_objective_unless_asked_otherwise(client, ranked):
    assert numbers(client.get(f"{SEARCH}/leaderboard")) == [1, 2, 0, 3]
    assert numbers(client.get(f"{SEARCH}/leaderboard", params={"sort": "-params"})) == [3, 2, 1, 0]
    assert numbers(client.get(f"{SEARCH}/leaderboard?sort=AP")) == [1, 2, 0, 3]
    assert numbers(client.get(f"{SEARCH}/leaderboard?sort=AP:asc")) == [3, 0, 1, 2]
    assert numbers(client.get(f"{SEARCH}/leaderboard?sort=params")) == [0, 1, 2, 3]
    assert client.get(f"{SEARCH}/leaderboard").json()["items"][0]["metrics"] == {"AP": 0.5, "params": 101.0}


def test_conditions_hold_together(client, ranked):
    where = {"sort": "-AP", "where": ["AP>=0.2", "params<102"]}
    assert numbers(client.get(f"{SEARCH}/leaderboard", params=where)) == [1, 0]


def test_pages_join_to_the_whole(client, ranked):
    first = client.get(f"{SEARCH}/leaderboard", params={"limit": 3}).json()
    rest = client.get(f"{SEARCH}/leaderboard", params={"limit": 3, "cursor": first["next_cursor"]})
    assert numbers(rest) == [3]


@pytest.mark.parametrize(
    "query", [{"where": "AP"}, {"where": "AP<nan"}, {"cursor": "nonsense"}, {"limit": 501}, {"limit": 0}]
)
def test_a_query_that_makes_no_sense_is_refused(client, ranked, query):
    answer = client.get(f"{SEARCH}/leaderboard", params=query)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_metric_that_no_trial_has_is_not_found(client, ranked):
    for query in ({"sort": "AP50"}, {"sort": "params", "where": "AP50>0.1"}):
        answer = client.get(f"{SEARCH}/leaderboard", params=query)
        assert answer.status_code == 404
        assert answer.json()["detail"].endswith("has the metric 'AP50'; did you mean 'AP'?")


def test_all_trials_are_listed_by_number_or_by_status(client, ranked):
    first = client.get(f"{SEARCH}/trials", params={"limit": 3}).json()
    rest = client.get(f"{SEARCH}/trials", params={"limit": 3, "cursor": first["next_cursor"]})
    assert [item["number"] for item in first["items"]] == [0, 1, 2]
    assert numbers(rest) == [3, 4]
    failed = client.get(f"{SEARCH}/trials", params={"status": ["failed", "failed"]})
    assert numbers(failed) == [4]
    assert failed.json()["items"][0]["failure"] == {"kind": "diverged", "message": "loss was NaN"}


def test_one_trial_comes_with_its_architecture_and_curve(client, sqlite_storage, lease):
    add_running(sqlite_storage, lease, 0)
    for fidelity in (1, 2):
        sqlite_storage.add_measurement(lease, 0, Measurement(fidelity=fidelity, metrics={"AP": fidelity / 10}))
    trial = client.get(f"{SEARCH}/trials/0").json()
    assert [each["fidelity"] for each in trial["measurements"]] == [1, 2]
    assert trial["architecture"] == {"kind": "toy", "number": 0}
    assert (trial["fidelity"], trial["metrics"]["AP"], trial["status"]) == (2, 0.2, "running")


def test_the_pareto_front_keeps_what_nothing_beats(client, ranked):
    front = client.get(f"{SEARCH}/pareto").json()
    assert front["objectives"] == ["AP"]
    assert [item["number"] for item in front["items"]] == [1, 2]


@pytest.mark.parametrize("number", ["5", "-1", "x", "99999999999"])
def test_an_unknown_number_is_refused(client, ranked, number):
    assert client.get(f"{SEARCH}/trials/{number}").status_code in (404, 422)
