"""What a proposal may know."""

from hypothesis import given
from hypothesis import strategies as st

from nas.history import History
from nas.ports import Outcome


def filled(lag, length, finished):
    history = History(lag)
    for number in range(length):
        history.add(len(history), (number,))
    for number in finished:
        history.finish(number, (float(number),))
    return history


def test_a_fixed_lag_waits_for_exactly_the_trials_it_shows():
    history = filled(3, 5, [0, 1, 4])
    assert not history.ready()
    history.finish(2, (2.0,))
    assert history.ready()
    assert [outcome.values for outcome in history.shown()] == [(0.0,), (1.0,), (2.0,), None, None]
    assert [outcome.pending for outcome in history.shown()] == [False, False, False, True, True]
    assert history.seen() is None


def test_a_lag_of_one_is_strictly_one_after_the_other():
    history = filled(1, 2, [0])
    assert not history.ready()
    history.finish(1, None)
    assert history.ready()
    assert [outcome.values for outcome in history.shown()] == [(0.0,), None]


def test_without_a_lag_everything_finished_is_shown():
    history = filled("none", 6, [0, 1, 2, 4])
    assert history.ready()
    assert [outcome.values is None for outcome in history.shown()] == [False, False, False, True, False, True]


@given(st.integers(0, 30), st.data())
def test_what_was_seen_is_told_in_ranges(length, data):
    finished = data.draw(st.sets(st.integers(0, length - 1))) if length else set()
    ranges = filled("none", length, finished).seen()
    pairs = zip(ranges[::2], ranges[1::2], strict=True)
    assert {number for first, end in pairs for number in range(first, end)} == finished


@given(st.integers(1, 12), st.integers(0, 30), st.data())
def test_what_a_fixed_lag_shows_does_not_depend_on_later_results(lag, length, data):
    needed = set(range(max(0, length - lag + 1)))
    later = data.draw(st.sets(st.sampled_from(range(length)))) if length else set()
    assert filled(lag, length, needed | later).shown() == filled(lag, length, needed).shown()
    assert filled(lag, length, needed).ready()


def test_a_promoted_trial_is_shown_as_it_was_until_its_second_result_is_seen():
    history = filled(2, 3, [1, 2])
    history.finish(0, (0.5,), fidelity=0.25)
    assert history.promote(0) == 3
    assert history.shown()[0].values == (0.5,)
    assert history.add(len(history), (9,)) == 4
    assert not history.ready(), "job 3 has to end"
    history.finish(0, (0.9,))
    assert history.ready()
    assert [(outcome.values, outcome.fidelity) for outcome in history.shown()][:1] == [((0.9,), 1.0)]
    assert (len(history), history.jobs) == (4, 5)


def test_outcomes_of_an_earlier_search_stand_before_all_others_and_delay_nothing():
    earlier = tuple(Outcome(number=number, genotype=(9,), values=(1.0,)) for number in (-2, -1))
    for lag in (2, "none"):
        history = History(lag, earlier)
        assert (len(history), history.jobs, history.horizon()) == (0, 0, 0)
        assert history.shown() == earlier
        history.add(len(history), (0,))
        assert [outcome.number for outcome in history.shown()] == [-2, -1, 0]
        assert history.shown()[:2] == earlier
        assert len(history) == 1
