"""A storage, and a run of a controller over it on the shared Ray."""

import pytest

from nas.memory import MemoryStorage
from workers.ray_cluster.driver import run_on_ray


@pytest.fixture
def storage():
    return MemoryStorage()


@pytest.fixture
def drive(local_ray, tmp_path):
    """Runs a controller on the shared Ray, two trials at a time."""

    def run(controller, evaluator, cpus=1):
        run_on_ray(
            controller,
            evaluator,
            name=controller.document.name,
            concurrent=2,
            cpus=cpus,
            gpus=0,
            storage_directory=tmp_path,
        )

    return run
