"""Records survive their way through rows."""

import pytest

from api.rows import STATIC, checked, metric_values, trial_values
from nas.errors import StorageError
from nas.records import Trial


def test_metrics_become_one_row_each():
    rows = metric_values({"AP": 0.5, "params": 7.0}, search_id="s", number=3, status="queued", fidelity=STATIC)
    assert [(row["metric"], row["value"], row["fidelity"]) for row in rows] == [("AP", 0.5, -1), ("params", 7.0, -1)]


def test_a_trial_that_has_seen_nothing_differs_from_one_of_the_fixed_lag():
    trial = Trial(search_id="s", number=0, genotype=(1, 2), architecture={}, architecture_id="a", seen=())
    assert trial_values(trial)["seen"] == []
    lagged = Trial(search_id="s", number=0, genotype=(1, 2), architecture={}, architecture_id="a")
    assert trial_values(lagged)["seen"] is None


def test_metrics_are_finite():
    assert checked({"AP": 1.0}) == {"AP": 1.0}
    with pytest.raises(StorageError, match="metric AP must be finite, got nan"):
        checked({"AP": float("nan")})
