"""Latencies as they are told."""

from collections.abc import Sequence


def percentile(times: Sequence[float], share: float) -> float:
    """The time that this share of all stays below or at; of few times, the nearest one."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
