"""The histories strategies are tried on."""

from nas.testing.strategies import history_of, renumbered
from search_spaces.testing import ToySpace


def test_a_history_is_the_same_each_time_and_lacks_the_results_named():
    history = history_of(ToySpace(), 6, without_result=(1, 5))
    assert history == history_of(ToySpace(), 6, without_result=(1, 5))
    assert [outcome.number for outcome in history if outcome.values is None] == [1, 5]


def test_results_of_an_earlier_search_come_first_with_numbers_below_0():
    history = history_of(ToySpace(), 3, without_result=(1,), earlier=2)
    assert [outcome.number for outcome in history] == [-2, -1, 0, 1, 2]
    assert all(outcome.values is not None for outcome in history[:2])
    assert history[2:] == history_of(ToySpace(), 3, without_result=(1,))
    assert [outcome.number for outcome in renumbered(history, 4)] == [4, 5, 6, 7, 8]
