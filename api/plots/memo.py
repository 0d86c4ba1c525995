"""Answers that took long to make, kept until something has changed, and as long as making them again is worth it."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from nas.clock import Clock

PATIENCE = 20  # an answer serves as many times as long as it took to make, whatever has changed: at most 5 % of a core


@dataclass(slots=True)
class _Kept:
    """One answer; `lock` is held while it is made, so that ten who ask wait for one."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    stamp: Hashable = None
    answer: bytes | None = None
    fresh_until: float = 0.0


class Memo:
    """The last `most` answers by key, safe between threads. A live search of 100,000 trials is not read again for each
    one that ends."""

    def __init__(self, *, most: int = 256, clock: Clock = time.monotonic) -> None:
        self._most = most
        self._clock = clock
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._lock = threading.Lock()
        self.made = self.served = 0  # answers that were made, and that were there already

    def answer(self, key: Hashable, *, stamp: Hashable, make: Callable[[], bytes]) -> bytes:
        """What `make` returns, or returned before: with an equal stamp, or so lately that it may serve on."""
        kept = self._entry(key)
        with kept.lock:
            if kept.answer is not None and (kept.stamp == stamp or self._clock() < kept.fresh_until):
                self._count(served=1)
                return kept.answer
            self._count(made=1)
            began = self._clock()
            kept.answer, kept.stamp = make(), stamp
            ended = self._clock()
            kept.fresh_until = ended + PATIENCE * (ended - began)
            return kept.answer

    def _count(self, *, made: int = 0, served: int = 0) -> None:
        with self._lock:
            self.made += made
            self.served += served

    def _entry(self, key: Hashable) -> _Kept:
        with self._lock:
            kept = self._kept.setdefault(key, _Kept())
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
            return kept
