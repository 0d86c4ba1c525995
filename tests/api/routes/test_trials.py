"""Trials over REST: pages, ranking, the Pareto front, one trial."""

import pytest

from api.examples import DOCUMENT
from nas.records import Failure, FailureKind, Measurement, SearchStatus, TrialStatus
from nas.testing.storages import add_completed, add_running
from tests.api.compared_search import compared_search
from tests.api.repeated_search import repeated_search
from tests.api.robust_search import robust_search

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


def test_a_trial_tells_what_it_stands_beside(client, sqlite_storage):
    search = compared_search(sqlite_storage)
    listed = [item["companion"] for item in client.get(f"/searches/{search.id}/trials").json()["items"]]
    assert listed[:2] == [None, None]
    assert listed[2:4] == [
        {"candidate": 1, "control": None, "repeat": 1},
        {"candidate": 1, "control": "plain", "repeat": 1},
    ]
    for number in (1, 3):
        assert client.get(f"/searches/{search.id}/trials/{number}").json()["companion"] == listed[number]


def test_candidates_are_compared_with_their_controls(client, sqlite_storage):
    search = compared_search(sqlite_storage)
    answer = client.get(f"/searches/{search.id}/comparisons").json()
    assert len(answer["trials"]) == 7
    (metric,) = answer["metrics"]
    assert (metric["metric"], metric["goal"]) == ("AP", "maximize")
    (found,) = metric["items"]
    assert (found["candidate"], found["control"], found["verdict"]) == (1, "plain", "within_noise")
    assert found["difference"] == {
        "mean": pytest.approx(0.02),
        "seeds": 3,
        "std": pytest.approx(0.01),
        "low": pytest.approx(0.02 - 4.302653 * 0.01 / 3**0.5),
        "high": pytest.approx(0.02 + 4.302653 * 0.01 / 3**0.5),
        "excludes_zero": False,
    }
    named = client.get(f"/searches/{search.id}/comparisons", params={"metric": ["params", "AP"]}).json()["metrics"]
    assert [one["metric"] for one in named] == ["params", "AP"]
    assert (named[0]["goal"], named[0]["items"][0]["difference"]["mean"]) == ("minimize", -1.0)


def test_rows_of_candidates_carry_what_their_repeats_reached(client, sqlite_storage):
    search = repeated_search(sqlite_storage, objectives=[{"metric": "AP"}, {"metric": "params", "goal": "minimize"}])
    rows = {each["number"]: each for each in client.get(f"/searches/{search.id}/leaderboard").json()["items"]}
    mean = {"mean": pytest.approx(0.41), "std": pytest.approx(0.01), "seeds": 3}
    assert rows[0]["metrics"]["AP"] == 0.5
    assert rows[0]["repeats"] == {
        "AP": {**mean, "low": pytest.approx(0.385159, abs=1e-6), "high": pytest.approx(0.434841, abs=1e-6)}
    }
    assert rows[2]["repeats"]["AP"]["seeds"] == 2
    assert [rows[number]["repeats"] for number in (4, 5)] == [{}, {}]
    asked = {"sort": "AP50", "limit": 1}
    (first,) = client.get(f"/searches/{search.id}/leaderboard", params=asked).json()["items"]
    assert sorted(first["repeats"]) == ["AP", "AP50"]
    for listed in ("trials", "pareto"):
        items = client.get(f"/searches/{search.id}/{listed}").json()["items"]
        assert {each["number"]: each["repeats"] for each in items}[0] == rows[0]["repeats"]


def test_candidates_trained_again_are_ranked_by_their_means_with_a_verdict_each(client, sqlite_storage):
    search = repeated_search(sqlite_storage)
    (found,) = client.get(f"/searches/{search.id}/comparisons").json()["metrics"]
    assert found["items"] == []
    ranking = found["ranking"]
    assert [each["candidate"] for each in ranking] == [1, 2, 0, 3]
    assert [each["lead"] and each["lead"]["verdict"] for each in ranking] == [
        *("within_noise", "within_noise", "better"),
        None,
    ]
    assert (ranking[0]["first"], ranking[0]["value"]["mean"]) == (0.49, pytest.approx(0.44))
    assert ranking[0]["lead"]["over"] == 2
    assert ranking[0]["lead"]["low"] < 0 < ranking[0]["lead"]["high"]
    assert ranking[2]["lead"]["adjusted_p"] == pytest.approx(2 * ranking[2]["lead"]["p"])


def test_candidates_and_controls_are_tested_picture_by_picture(client, sqlite_storage, tmp_path):
    path = f"/searches/{robust_search(sqlite_storage, tmp_path, seeds=1).id}/comparisons"
    (tmp_path / "3" / "correct.json").unlink()
    answer = client.get(path).json()
    assert [(test["control"], test["pass_name"]) for test in answer["paired_tests"]] == [
        *(("none", "clean"), ("none", "noise_20"), ("none", "blur_2"))
    ]
    assert (answer["paired_tests"][0]["only_candidate"], answer["paired_tests"][0]["only_control"]) == (20, 0)
    assert answer["paired_tests_left_out"].endswith("cannot be read: No such file or directory")
    assert client.get(path, params={"paired": False}).json()["paired_tests"] == []


@pytest.mark.parametrize(
    ("metric", "status"), [("AP5", 404), ("-AP", 422), ("x" * 201, 422), ("\x00", 404), (["AP"] * 21, 422)]
)
def test_a_comparison_of_no_metric_is_a_problem(client, sqlite_storage, metric, status):
    search = compared_search(sqlite_storage)
    answer = client.get(f"/searches/{search.id}/comparisons", params={"metric": metric})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    if metric == "AP5":
        assert answer.json()["detail"].endswith("has the metric 'AP5'; did you mean 'AP'?")


def test_before_anything_is_compared_the_list_is_empty(client, ranked):
    answer = client.get(f"{SEARCH}/comparisons").json()
    nothing = {"paired_tests": [], "paired_tests_left_out": None, "trials": []}
    assert answer == {"metrics": [{"metric": "AP", "goal": "maximize", "items": [], "ranking": []}], **nothing}
