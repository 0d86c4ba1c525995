"""The trials of one search of a check as tables."""

import numpy as np
import pytest

from tests.nas.simulated_proxy import part

NAN = float("nan")
A, B = "0" * 15 + "0", "0" * 15 + "1"


def test_values_stand_by_seed_and_architecture_whatever_was_trained_first():
    found = part("small", [[[1, 2], [3, 4]], [[5, 6], [7, 8]]])
    assert found.values([B, A]).tolist() == [[6, 5], [8, 7]]
    assert found.values_at([A, B], 1).tolist() == [[1, 2], [3, 4]]
    assert found.measured_epochs == [1, 2]
    assert found.curves[0] == [1, 5]
    assert (found.seconds_at(1), found.seconds_at(2)) == (5, 10)


def test_a_failed_training_is_missing():
    found = part("small", [[[1, NAN], [3, 4]]])
    assert np.isnan(found.values([A, B])[0, 1])
    assert len(found.completed) == 3
    assert found.values([A, "unknown"]).shape == (2, 2)


def test_where_less_is_better_values_are_turned_round():
    assert part("small", [[[1, 2]]], goal="minimize").values([A, B]).tolist() == [[-1, -2]]


def test_before_anything_has_completed_there_is_nothing():
    found = part("small", [[[NAN, NAN]]])
    assert (found.measured_epochs, found.curves) == ([], [])
    assert found.values([A]).tolist() == [[pytest.approx(NAN, nan_ok=True)]]
