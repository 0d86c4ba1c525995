"""Cuts an epoch into batches and prepares them beside the caller."""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
AHEAD = 2  # batches prepared ahead per thread


def steps(pictures: int, batch_size: int) -> int:
    """Training batches per epoch: full ones only, so that batch norm never sees a rest of one picture and every epoch
    is equally long; a split smaller than one batch is one smaller batch."""
    return max(1, pictures // batch_size)


def chunks(order: list[int], size: int) -> list[list[int]]:
    """The order cut into pieces of `size`; the last holds the rest."""
    return [order[start : start + size] for start in range(0, len(order), size)]


def spread(pictures: int, count: int) -> list[int]:
    """Up to `count` places evenly over the pictures, the middle of each of as many equal parts: of pictures in the
    order of their classes, some of every class."""
    shown = min(pictures, count)
    return [(2 * part + 1) * pictures // (2 * shown) for part in range(shown)]


def prepared(pieces: list[list[int]], prepare: Callable[[list[int]], T], threads: int) -> Iterator[T]:
    """What `prepare` makes of each piece, in order. `threads`: prepare beside the caller; 0: in the caller.

    Close the iterator to leave early.
    """
    if threads == 0:
        yield from map(prepare, pieces)
        return
    with ThreadPoolExecutor(threads) as pool:
        waiting: deque[Future[T]] = deque()
        for piece in pieces:
            waiting.append(pool.submit(prepare, piece))
            if len(waiting) > threads * AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
