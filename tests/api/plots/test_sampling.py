"""Samples are even, bounded, and stay where they are while a search grows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.plots.sampling import (
    Point,
    first_goal,
    goal_of,
    marked,
    measured_bounds,
    points_of,
    short,
    spread,
    thinned,
    trial_count,
)
from nas.errors import InvalidQuery
from nas.ports import Condition
from nas.records import Search, TrialStatus
from tests.api.plots.conftest import DOCUMENT

SEARCH = Search(id="s", name="s", document=DOCUMENT)


@given(st.integers(0, 10**7), st.integers(1, 3000))
def test_a_sample_is_bounded_and_even(total, limit):
    sample = spread(total, limit)
    assert len(sample) <= limit
    assert total == 0 or sample[0] == 0
    assert total <= limit or len(sample) > limit / 2 - 1


@given(st.integers(1, 10**6), st.integers(1, 500))
def test_a_sample_of_a_grown_search_keeps_its_points_or_halves_them(total, limit):
    assert spread(total + 1, limit).step in (spread(total, limit).step, 2 * spread(total, limit).step)


@given(st.lists(st.integers(), unique=True), st.integers(2, 50))
def test_what_is_thinned_keeps_its_ends_and_its_order(values, limit):
    kept = thinned(values, limit)
    assert len(kept) == min(len(values), limit)
    assert kept[:1] == values[:1]
    assert kept[-1:] == values[-1:]
    assert [each for each in values if each in set(kept)] == kept


def test_goals_are_those_of_the_objectives_else_the_usual_ones():
    assert (first_goal(SEARCH).metric, first_goal(SEARCH).word) == ("AP", "maximize")
    assert not goal_of(SEARCH, "params").larger
    assert goal_of(SEARCH, "AP50").larger
    assert not goal_of(SEARCH, "loss").larger
    with pytest.raises(InvalidQuery):
        first_goal(Search(id="s", name="s", document={}))


def test_only_bounds_that_training_shows_are_looked_at():
    assert measured_bounds(SEARCH) == (Condition(metric="latency_ms", operator="<=", bound=10.0),)


def test_a_completed_trial_beyond_a_bound_is_marked():
    bounds = measured_bounds(SEARCH)
    for status, latency, expected in (
        ("completed", 11.0, "infeasible"),
        ("completed", 9.0, "completed"),
        ("stopped", 11.0, "stopped"),
    ):
        assert marked(Point(number=0, status=status, values={"latency_ms": latency}), bounds) == expected


def test_points_are_read_by_number_in_parts(plotted, connection, monkeypatch):
    monkeypatch.setattr("api.plots.sampling._CHUNK", 2)
    for value in (0.1, 0.2, 0.3, 0.4, 0.5):
        plotted.add([value])
    plotted.add([0.6], TrialStatus.RUNNING)
    assert trial_count(connection, plotted.search.id) == 6
    points = points_of(connection, plotted.search.id, [5, 3, 0, 4, 99], ["AP", "none"])
    assert [(point.number, point.status, point.values["AP"]) for point in points] == [
        (0, "completed", 0.1),
        (3, "completed", 0.4),
        (4, "completed", 0.5),
        (5, "running", 0.6),
    ]


def test_values_are_sent_to_six_digits():
    assert short(0.123456789) == 0.123457
    assert short(123456789.0) == 123457000.0
