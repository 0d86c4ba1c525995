"""The histories strategies are tried on."""

from nas.testing.strategies import history_of
from search_spaces.testing import ToySpace


def test_a_history_is_the_same_each_time_and_lacks_the_results_named():
    history = history_of(ToySpace(), 6, without_result=(1, 5))
    assert history == history_of(ToySpace(), 6, without_result=(1, 5))
    assert [outcome.number for outcome in history if outcome.values is None] == [1, 5]
