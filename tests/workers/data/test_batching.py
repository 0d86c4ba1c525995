"""Epochs cut into batches."""

import threading

import pytest

from workers.data.batching import chunks, prepared, spread, steps


def test_only_full_batches_count_unless_there_is_none():
    assert [steps(pictures, 4) for pictures in (1, 3, 4, 7, 8)] == [1, 1, 1, 1, 2]


def test_an_order_is_cut_into_pieces_the_last_with_the_rest():
    assert chunks([3, 1, 2, 5, 4], 2) == [[3, 1], [2, 5], [4]]


@pytest.mark.parametrize("threads", [0, 1, 3])
def test_batches_come_in_their_order_whoever_prepares_them(threads):
    who = set()

    def prepare(piece: list[int]) -> int:
        who.add(threading.current_thread() is threading.main_thread())
        return sum(piece)

    assert list(prepared(chunks(list(range(100)), 7), prepare, threads)) == [
        sum(c) for c in chunks(list(range(100)), 7)
    ]
    assert who == {threads == 0}


def test_an_iterator_that_is_closed_prepares_no_more_than_was_ahead():
    done = []
    batches = prepared(chunks(list(range(100)), 1), lambda piece: done.append(piece) or piece, 2)
    assert next(batches) == [0]
    batches.close()
    assert len(done) <= 6


@pytest.mark.parametrize(
    ("pictures", "count", "places"),
    [(9, 3, [1, 4, 7]), (10, 6, [0, 2, 4, 5, 7, 9]), (3, 6, [0, 1, 2]), (1, 6, [0]), (50_000, 2, [12_500, 37_500])],
)
def test_chosen_pictures_are_spread_evenly_over_all(pictures, count, places):
    assert spread(pictures, count) == places
