"""Learning curves: the best are marked, those that run and were stopped are there, and many points are thinned."""

from api.plots.curves import curves_view_of
from nas.records import TrialStatus


def test_curves_tell_how_their_trials_ended(plotted, connection):
    plotted.search.document["constraints"] = []
    plotted.add([0.1, 0.3])
    plotted.add([0.2], TrialStatus.STOPPED)
    plotted.add([0.1, 0.2], TrialStatus.RUNNING)
    plotted.add([], TrialStatus.FAILED)
    view = curves_view_of(connection, plotted.search)
    found = [(each.number, each.status, each.best, each.fidelity, each.value) for each in view.curves]
    assert found == [
        (0, "completed", True, [1, 2], [0.1, 0.3]),
        (1, "stopped", False, [1], [0.2]),
        (2, "running", False, [1, 2], [0.1, 0.2]),
    ]


def test_another_metric_has_its_own_curves(plotted, connection):
    plotted.add([0.1, 0.2], **{"AP50/cell": 0.5})
    view = curves_view_of(connection, plotted.search, "AP50/cell")
    assert [(each.fidelity, each.value) for each in view.curves] == [([2], [0.5])]
    assert curves_view_of(connection, plotted.search, "nowhere").curves == []


def test_of_many_trials_the_best_and_the_newest_are_among_the_curves(plotted, connection, monkeypatch):
    monkeypatch.setattr("api.plots.curves.SAMPLE", 2)
    monkeypatch.setattr("api.plots.curves.BEST", 1)
    monkeypatch.setattr("api.plots.curves.STOPPED", 1)
    plotted.search.document["constraints"] = []
    for number in range(8):
        plotted.add([0.9 if number == 3 else 0.1], TrialStatus.STOPPED if number in (1, 5) else TrialStatus.COMPLETED)
    view = curves_view_of(connection, plotted.search)
    assert [(each.number, each.best) for each in view.curves] == [(0, False), (3, True), (4, False), (5, False)]
    assert view.trials == 8


def test_a_long_curve_is_thinned_to_its_ends(plotted, connection, monkeypatch):
    monkeypatch.setattr("api.plots.curves.POINTS", 3)
    plotted.add([step / 10 for step in range(9)])
    (curve,) = curves_view_of(connection, plotted.search).curves
    assert curve.fidelity == [1, 5, 9]
