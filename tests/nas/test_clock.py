"""Time as an argument."""

from datetime import UTC, datetime

from nas.clock import ManualClock, utc


def test_a_manual_clock_moves_only_when_told_to():
    clock = ManualClock(10.0)
    clock.advance(2.5)
    assert (clock(), clock()) == (12.5, 12.5)


def test_moments_are_aware():
    assert utc(0.0) == datetime(1970, 1, 1, tzinfo=UTC)
