"""Identifiers of searches are short, and ascend with time."""

from hypothesis import given
from hypothesis import strategies as st

from api.identifiers import id_after

MOMENTS = st.floats(min_value=0, max_value=3e10)
CHANCE = st.integers(0, 2**15 - 1)


@given(st.lists(st.tuples(MOMENTS, CHANCE), min_size=2, max_size=20))
def test_each_is_larger_than_the_one_before_whatever_the_clock_says(draws):
    newest = None
    for now, chance in draws:
        fresh = id_after(newest, now, chance)
        assert len(fresh) == 12
        assert newest is None or fresh > newest
        newest = fresh


def test_they_sort_by_time():
    assert id_after(None, 1_700_000_000.001, 0) > id_after(None, 1_700_000_000.0, 2**15 - 1)


def test_within_a_millisecond_the_next_follows_the_last():
    assert id_after("1kz3qv8a0zzz", 0.0, 0) == "1kz3qv8a1000"
