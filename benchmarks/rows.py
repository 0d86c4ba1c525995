"""What every benchmark returns: rows of figures with their rival, and how a stretch of code is timed."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One figure. `ours` and `rival` carry their unit; `ratio`: how many times better ours is; `met`: None, no goal."""

    name: str
    ours: str
    rival: str = ""
    ratio: float | None = None
    goal: str = ""
    met: bool | None = None
    note: str = ""


def seconds(call: Callable[[], object], *, repeats: int = 5, warmups: int = 1) -> float:
    """Median wall seconds of one call."""
    for _ in range(warmups):
        call()
    spent = []
    for _ in range(repeats):
        begin = time.perf_counter()
        call()
        spent.append(time.perf_counter() - begin)
    return statistics.median(spent)


def alternating(ours: Callable[[], object], rival: Callable[[], object], *, repeats: int = 5) -> tuple[float, float]:
    """Median seconds of both, taken in turns so that a busy machine slows both alike."""
    ours(), rival()
    pairs = [(seconds(ours, repeats=1, warmups=0), seconds(rival, repeats=1, warmups=0)) for _ in range(repeats)]
    return statistics.median(o for o, _ in pairs), statistics.median(r for _, r in pairs)
