"""Bars of trials in lanes: no two of a lane overlap, and no more lanes than ran at a time."""

from hypothesis import given
from hypothesis import strategies as st

from api.plots.timeline import _bars, timeline_of
from nas.clock import utc
from nas.records import TrialStatus
from nas.testing.stored import trial


class Row:
    """A trial as the timeline reads it."""

    def __init__(self, number, start, length):
        self.number, self.status = number, "completed"
        self.started_at, self.finished_at = utc(start), utc(start + length)


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 50)), min_size=1, max_size=60))
def test_lanes_do_not_overlap_and_are_as_few_as_can_be(spans):
    rows = [Row(number, *span) for number, span in enumerate(sorted(spans))]
    bars = _bars(rows, rows[0].started_at, utc(1000))
    by_lane = {}
    for bar in bars:
        assert by_lane.get(bar.lane, 0.0) <= bar.start_s
        by_lane[bar.lane] = bar.end_s
    starts = [bar.start_s for bar in bars]
    at_a_time = max(sum(bar.start_s <= start < max(bar.end_s, bar.start_s + 0.1) for bar in bars) for start in starts)
    assert len(by_lane) <= at_a_time


def test_running_trials_last_until_now(plotted, connection, clock):
    plotted.add([0.1])
    clock.advance(10)
    plotted.add([0.2], TrialStatus.RUNNING)
    plotted.storage.add_trial(plotted.lease, trial(2))  # queued: it has not started
    clock.advance(5)
    view = timeline_of(connection, plotted.search, now=utc(clock()))
    assert [(bar.number, bar.status, bar.start_s, bar.end_s) for bar in view.bars] == [
        (0, "completed", 0.0, 0.0),
        (1, "running", 10.0, 15.0),
    ]
    assert (view.now_s, view.lanes, view.gpus, view.cpus, view.earlier_before) == (15.0, 1, 0.5, 2, None)


def test_a_long_search_is_shown_a_stretch_at_a_time(plotted, connection, clock, monkeypatch):
    monkeypatch.setattr("api.plots.timeline.BARS", 2)
    for _ in range(5):
        clock.advance(1)
        plotted.add([0.1])
    shown, before = [], None
    while True:
        view = timeline_of(connection, plotted.search, now=utc(clock()), before=before)
        shown.append([bar.number for bar in view.bars])
        before = view.earlier_before
        if before is None:
            break
    assert shown == [[3, 4], [1, 2], [0]]


def test_before_any_trial_there_is_nothing(plotted, connection, clock):
    view = timeline_of(connection, plotted.search, now=utc(clock()))
    assert (view.origin, view.bars, view.lanes) == (None, [], 0)
