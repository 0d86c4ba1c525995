"""Choices by their names, what they explain, and trials as lines through them."""

import random

import pytest

from api.plots.choices import choices_of
from nas.records import TrialStatus
from search_spaces.genotypes import sample, trace
from search_spaces.registry import space_from

SPACE = {"kind": "vgg"}


def filled(plotted, trials=80):
    """Trials of VGG-like networks whose AP is decided by one choice."""
    plotted.search.document["space"] = SPACE
    space, rng = space_from(SPACE), random.Random(0)
    for _ in range(trials):
        draw = sample(space, rng)
        taken = {choice.name: choice.taken for choice in trace(space, draw.genotype)}
        plotted.add([0.3 + 0.2 * taken["batch_norm"] + 0.01 * rng.random()], genotype=draw.genotype)
    return plotted.search


def test_the_choice_that_decides_leads(plotted, connection):
    view = choices_of(connection, filled(plotted))
    assert view.importance[0].name == "batch_norm"
    assert view.importance[0].share > 0.95
    assert view.importance[1].share < 0.2
    assert (view.metric, view.trials) == ("AP", 80)


def test_lines_go_through_the_choices_and_end_in_the_objective(plotted, connection):
    view = choices_of(connection, filled(plotted))
    leading = view.axes[0]
    assert (leading.name, sorted(leading.labels)) == ("batch_norm", ["False", "True"])
    assert len(leading.options) == len(view.numbers) == 80
    for option, value in zip(leading.options, view.metrics[-1].values, strict=True):
        assert value == pytest.approx(0.3 + 0.2 * option, abs=0.011)
    assert [metric.name for metric in view.metrics] == ["params", "AP"]


def test_the_best_are_drawn_beside_an_even_sample(plotted, connection, monkeypatch):
    monkeypatch.setattr("api.plots.choices.LINES", 4)
    monkeypatch.setattr("api.plots.choices.BEST", 2)
    for number in range(16):
        plotted.add([number / 20 if number != 6 else 0.99])
    assert choices_of(connection, plotted.search).numbers == [0, 4, 6, 8, 12, 15]


def test_without_the_space_choices_are_counted(plotted, connection):
    for number in range(9):
        plotted.add([number % 3 / 10])
    view = choices_of(connection, plotted.search)
    assert view.importance[0].model_dump() == {"name": "choice 0", "share": 1.0}
    assert view.axes[0].labels == ["0", "1", "2"]


def test_choices_that_depend_on_others_are_asked_of_every_trial(plotted, connection):
    space = {"kind": "training", "choices": {"optimizer.kind": ["sgd", "adamw"]}}
    plotted.search.document["space"] = space
    for number in range(6):
        plotted.add([number / 10], genotype=(number % 2,))
    assert choices_of(connection, plotted.search).importance != []


def test_companions_and_unfinished_trials_are_no_candidates(plotted, connection):
    for value in (0.1, 0.2, 0.3):
        plotted.add([value])
    plotted.add([0.9], beside=2)
    plotted.add([0.8], TrialStatus.STOPPED)
    view = choices_of(connection, plotted.search)
    assert (view.trials, view.numbers) == (3, [0, 1, 2])


def test_before_any_trial_there_is_nothing(plotted, connection):
    view = choices_of(connection, plotted.search)
    assert (view.importance, view.axes, view.numbers) == ([], [], [])
