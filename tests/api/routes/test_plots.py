"""Plots over HTTP: bounded, remembered, and problems where there is nothing to plot."""

import pytest

from nas.records import TrialStatus
from nas.testing.stored import trial
from tests.api.plots.conftest import DOCUMENT, Plotted

PLOTS = ("progress", "curves", "pareto", "choices", "timeline")


@pytest.fixture
def plotted(sqlite_storage):
    """A search of a few trials."""
    found = Plotted(sqlite_storage, DOCUMENT)
    for number in range(6):
        found.add([number / 10, number / 5], latency_ms=1.0)
    return found


@pytest.mark.parametrize("name", PLOTS)
def test_every_plot_of_a_search_is_there(client, plotted, name):
    answer = client.get(f"/searches/plotted/plots/{name}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")


@pytest.mark.parametrize("name", PLOTS)
def test_plots_of_no_search_are_not_found(client, name):
    assert client.get(f"/searches/none/plots/{name}").status_code == 404


def test_a_plot_follows_its_search(client, plotted, sqlite_storage):
    assert client.get("/searches/plotted/plots/progress").json()["trials"] == 6
    client.app.state.service.memo._clock = lambda: 1e12  # long after
    sqlite_storage.add_trial(plotted.lease, trial(6, status=TrialStatus.RUNNING))
    assert client.get("/searches/plotted/plots/progress").json()["trials"] == 7


def test_two_metrics_are_asked_for_by_name(client, plotted):
    answer = client.get("/searches/plotted/plots/pareto", params={"x": "latency_ms", "y": "AP"}).json()
    assert (answer["x"], answer["y"]["goal"]) == ({"metric": "latency_ms", "goal": "minimize"}, "maximize")
    assert client.get("/searches/plotted/plots/pareto", params={"x": "later"}).status_code == 404


def test_metrics_are_listed_with_their_goals(client, plotted):
    assert client.get("/searches/plotted/metrics").json()["items"] == [
        {"name": "AP", "goal": "maximize", "objective": True},
        {"name": "latency_ms", "goal": "minimize", "objective": False},
        {"name": "params", "goal": "minimize", "objective": True},
    ]


def test_a_stretch_of_the_timeline_is_asked_for_by_number(client, plotted):
    answer = client.get("/searches/plotted/plots/timeline", params={"before": 2}).json()
    assert [bar["number"] for bar in answer["bars"]] == [0, 1]
    assert client.get("/searches/plotted/plots/timeline", params={"before": -1}).status_code == 422
