"""Metrics held to those that came again."""

from nas.reproduction import Way, reproduction

RECORDED = {"AP": 0.5, "AR1": 0.25, "samples_per_s": 100.0, "params": 9.0}


def test_what_was_measured_both_times_is_compared_but_for_speed():
    found = reproduction(
        RECORDED, {"AP": 0.5, "AR1": 0.25, "samples_per_s": 5.0, "new": 1.0}, way=Way.JUDGED, device="cpu"
    )
    assert (found.again, found.recorded, found.reproduced) == ({"AP": 0.5, "AR1": 0.25},) * 2 + (True,)
    assert found.sentence == "judged again on cpu: all 2 metrics came again, to the last bit"


def test_small_differences_are_told_and_large_ones_are_no_reproduction():
    near = reproduction(RECORDED, {"AP": 0.50005, "AR1": 0.25}, way=Way.TRAINED, device="cuda")
    assert near.reproduced
    assert near.sentence.startswith("trained again on cuda: the 2 metrics came again: AP differs most, by 5e-05")
    far = reproduction(RECORDED, {"AP": 0.5, "AR1": 0.125}, way=Way.TRAINED, device="cuda")
    assert (far.reproduced, far.of_metric, far.largest_difference) == (False, "AR1", 0.125)
    assert "did not come again" in far.sentence
