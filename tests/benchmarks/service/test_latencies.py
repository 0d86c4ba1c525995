"""Percentiles of latencies."""

from benchmarks.service.latencies import percentile


def test_a_percentile_is_one_of_the_times():
    times = [float(each) for each in range(100, 0, -1)]
    assert (percentile(times, 0.5), percentile(times, 0.99)) == (51.0, 100.0)
    assert percentile([7.0], 0.99) == 7.0
