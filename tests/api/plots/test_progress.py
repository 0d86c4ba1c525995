"""The first objective over trials: every kind of end is told apart, and the best so far counts them all."""

import pytest

from api.plots.progress import progress_of
from nas.records import TrialStatus


def test_trials_are_told_apart_by_how_they_ended(plotted, connection):
    plotted.add([0.1, 0.3])
    plotted.add([0.2], TrialStatus.STOPPED)
    plotted.add([0.9], latency_ms=20.0)
    plotted.add([0.5], TrialStatus.RUNNING)
    plotted.add([0.8], TrialStatus.FAILED)
    view = progress_of(connection, plotted.search)
    found = {series.status: (series.number, series.value) for series in view.series}
    assert found == {"completed": ([0], [0.3]), "stopped": ([1], [0.2]), "infeasible": ([2], [0.9])}
    assert (view.metric, view.goal, view.trials, view.step) == ("AP", "maximize", 5, 1)


@pytest.mark.parametrize(
    ("goal", "best"), [("maximize", ([0, 2, 5], [0.3, 0.5, 0.6])), ("minimize", ([0, 1], [0.3, 0.1]))]
)
def test_the_best_so_far_takes_every_step(plotted, connection, goal, best):
    plotted.search.document.update(objectives=[{"metric": "AP", "goal": goal}], constraints=[])
    for value in (0.3, 0.1, 0.5, 0.5, 0.2, 0.6):
        plotted.add([value])
    found = progress_of(connection, plotted.search).best
    assert (found.number, found.value) == best


def test_a_trial_beyond_a_bound_is_never_the_best(plotted, connection):
    plotted.add([0.3], latency_ms=5.0)
    plotted.add([0.9], latency_ms=20.0)
    plotted.add([0.7])  # its latency is not known
    assert progress_of(connection, plotted.search).best.value == [0.3]


def test_of_many_trials_a_sample_is_shown_but_none_of_the_best_is_missed(plotted, connection, monkeypatch):
    monkeypatch.setattr("api.plots.progress.POINTS", 4)
    monkeypatch.setattr("api.plots.progress.STEPS", 3)
    plotted.search.document["constraints"] = []
    for number in range(11):
        plotted.add([0.9 if number == 5 else number / 100])
    view = progress_of(connection, plotted.search)
    assert (view.step, view.series[0].number) == (4, [0, 4, 8])
    assert (view.best.number, view.best.value) == ([3, 7], [0.03, 0.9])


def test_before_any_trial_there_is_nothing(plotted, connection):
    view = progress_of(connection, plotted.search)
    assert (view.series, view.best.number, view.trials) == ([], [], 0)
