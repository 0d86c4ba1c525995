"""Quotas: reached at their number, and told with it."""

import pytest

from nas.quotas import HOUR_S, UNLIMITED, Quota, Standing, Usage, search_refused, trial_refused


def test_no_quota_refuses_nothing():
    used = Usage(trials=10**6, gpu_s=1e12, artifact_bytes=10**15)
    assert search_refused("default", UNLIMITED, 10**6) is None
    assert trial_refused("default", UNLIMITED, used, 10**6) is None


def test_unfinished_searches_are_limited():
    quota = Quota(max_searches=3)
    assert search_refused("vision", quota, 2) is None
    told = "project vision may have 3 unfinished searches (max_searches) and has 3"
    assert search_refused("vision", quota, 3) == told


@pytest.mark.parametrize(
    ("quota", "below", "reached", "told"),
    [
        (Quota(max_concurrent=2), (Usage(), 1), (Usage(), 2), "may run 2 trials at a time (max_concurrent) and runs 2"),
        (
            Quota(gpu_hours=1.5),
            (Usage(gpu_s=1.49 * HOUR_S), 0),
            (Usage(gpu_s=1.5 * HOUR_S), 0),
            "may use 1.5 GPU hours (gpu_hours) and has used 1.50",
        ),
        (
            Quota(artifact_bytes=100),
            (Usage(artifact_bytes=99), 0),
            (Usage(artifact_bytes=100), 0),
            "may keep 100 bytes of artifacts (artifact_bytes) and keeps 100",
        ),
    ],
)
def test_a_quota_refuses_from_its_number_on(quota, below, reached, told):
    assert trial_refused("vision", quota, *below) is None
    assert trial_refused("vision", quota, *reached) == f"project vision {told}"


def test_what_is_left_of_gpu_hours_is_never_less_than_nothing():
    used = Usage(gpu_s=2 * HOUR_S)
    assert Standing(usage=used).gpu_hours_left is None
    assert Standing(quota=Quota(gpu_hours=5), usage=used).gpu_hours_left == 3
    assert Standing(quota=Quota(gpu_hours=1), usage=used).gpu_hours_left == 0
