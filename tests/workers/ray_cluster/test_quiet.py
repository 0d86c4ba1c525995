"""Tune is silenced, and nothing else."""

import os

from workers.ray_cluster.quiet import quiet_tune


def test_tune_leaves_the_environment_as_it_was():
    before = dict(os.environ)
    with quiet_tune("toy"):
        assert os.environ["TUNE_PLACEMENT_GROUP_PREFIX"] == "toy"
    assert dict(os.environ) == before
