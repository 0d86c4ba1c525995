"""Time as an argument: a clock is a function that returns seconds since 1970."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], float]

system_clock: Clock = time.time


class ManualClock:
    """A clock that moves only when told to; what tests and the simulator run on."""

    def __init__(self, now: float = 1_700_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        """Moves the clock forward."""
        self.now += seconds


def utc(seconds: float) -> datetime:
    """The moment as an aware datetime, as records hold it."""
    return datetime.fromtimestamp(seconds, UTC)
