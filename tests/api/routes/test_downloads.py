"""Downloads over HTTP: named files, and words where one cannot be made."""

import builtins

import pytest

from tests.api.plots.conftest import DOCUMENT, Plotted


@pytest.fixture
def plotted(sqlite_storage):
    """A search of three trials."""
    found = Plotted(sqlite_storage, DOCUMENT)
    for number in range(3):
        found.add([number / 10])
    return found


def test_a_file_has_the_name_of_its_search(client, plotted):
    for ending, kind in (("csv", "text/csv; charset=utf-8"), ("parquet", "application/vnd.apache.parquet")):
        answer = client.get(f"/searches/plotted/trials.{ending}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
        assert answer.headers["content-disposition"] == f'attachment; filename="plotted-{plotted.search.id}.{ending}"'


def test_rows_are_filtered_and_sorted_as_on_the_leaderboard(client, plotted):
    answer = client.get(
        "/searches/plotted/trials.csv", params={"sort": "-AP", "where": ["AP>0"], "status": "completed"}
    )
    assert [line.split(",")[0] for line in answer.text.splitlines()] == ["number", "2", "1"]


@pytest.mark.parametrize(("query", "status"), [({"sort": "AP5"}, 404), ({"where": ["AP"]}, 422)])
def test_what_makes_no_query_is_a_problem_not_a_file(client, plotted, query, status):
    answer = client.get("/searches/plotted/trials.csv", params=query)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


def test_without_pyarrow_a_parquet_file_is_refused_in_words(client, plotted, monkeypatch):
    known = builtins.__import__

    def without(name, *arguments, **options):
        if name.startswith("pyarrow"):
            raise ImportError(name)
        return known(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", without)
    answer = client.get("/searches/plotted/trials.parquet")
    assert answer.status_code == 503
    assert "pip install 'spinesearch[parquet]'" in answer.json()["detail"]
