"""What a worker is to run may be named."""

from workers.ray_cluster.processes import load_evaluator


def test_an_evaluator_may_be_named():
    assert load_evaluator("workers.ray_cluster.processes:load_evaluator") is load_evaluator
