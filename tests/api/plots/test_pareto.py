"""Two metrics against each other; the front is the one that `nas.pareto` defines."""

import random

import pytest

from api.plots.pareto import pareto_of
from nas.errors import NotFound
from nas.objectives import Objective
from nas.pareto import pareto_front
from nas.records import TrialStatus


def test_the_front_is_what_the_rule_says(plotted, connection):
    plotted.search.document["constraints"] = []
    rng = random.Random(0)
    for _ in range(60):
        plotted.add([round(rng.random(), 1)], params=float(rng.randrange(10)))
    view = pareto_of(connection, plotted.search)
    objectives = [Objective(metric="AP"), Objective(metric="params", goal="minimize")]
    rule = pareto_front(plotted.storage.trials(plotted.search.id), objectives)
    expected = {(trial.metrics["params"], trial.metrics["AP"]) for trial in rule}
    assert list(zip(view.front.x, view.front.y, strict=True)) == sorted(expected)
    assert view.front_size == len(expected)
    assert view.front.number == sorted(
        view.front.number, key=lambda number: view.front.x[view.front.number.index(number)]
    )


@pytest.mark.parametrize(
    ("x", "y", "front"), [("AP", "params", [0, 2]), ("loss", "AP", [0, 2]), ("AP", "loss", [2, 0])]
)
def test_any_two_metrics_each_in_its_own_direction(plotted, connection, x, y, front):
    plotted.search.document["constraints"] = []
    for ap, params, loss in ((0.3, 10.0, 1.0), (0.2, 20.0, 2.0), (0.4, 30.0, 3.0)):
        plotted.add([ap], params=params, loss=loss)
    view = pareto_of(connection, plotted.search, x=x, y=y)
    assert sorted(view.front.number) == sorted(front)
    assert (view.x.metric, view.y.metric) == (x, y)
    assert view.metrics == ["AP", "loss", "params"]


def test_trials_beyond_a_bound_stand_aside(plotted, connection):
    plotted.add([0.3], latency_ms=5.0)
    plotted.add([0.9], latency_ms=20.0)
    plotted.add([0.95], TrialStatus.STOPPED, latency_ms=1.0)
    view = pareto_of(connection, plotted.search)
    assert (view.feasible.number, view.infeasible.number, view.front.number) == ([0], [1], [0])


def test_one_objective_is_held_to_the_cost(plotted, connection):
    plotted.search.document["objectives"] = [{"metric": "AP"}]
    plotted.add([0.3], latency_ms=5.0)
    assert pareto_of(connection, plotted.search).x.metric == "params"


def test_a_long_front_is_thinned_and_its_size_told(plotted, connection, monkeypatch):
    monkeypatch.setattr("api.plots.pareto.FRONT", 3)
    plotted.search.document["constraints"] = []
    for step in range(9):
        plotted.add([step / 10], params=float(step))
    view = pareto_of(connection, plotted.search)
    assert (view.front.number, view.front_size) == ([0, 4, 8], 9)


def test_before_a_trial_has_completed_any_metric_may_come(plotted, connection):
    assert pareto_of(connection, plotted.search, x="later").front_size == 0


def test_a_metric_that_no_trial_has_is_not_found(plotted, connection):
    plotted.add([0.3])
    with pytest.raises(NotFound, match="did you mean 'params'"):
        pareto_of(connection, plotted.search, x="param")
