"""Overhead per trial through our Ray driver, against the same trainable under bare Ray Tune with reused actors.

Both run trials that measure once and do nothing else, two at a time, on one local Ray. Ours also proposes each trial by
evolution over the toy space and records it in SQLite; bare Ray Tune takes its trials from a list.
"""

import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

from ray import tune

from api.storage import open_storage
from benchmarks.rows import Row, alternating
from nas.records import Assignment, Measurement
from nas.testing.searches import EVOLUTION, toy_controller, toy_document
from workers.ray_driver import connected, quiet_tune, run_on_ray

TRIALS = 60
CONCURRENT = 2
ROUNDS = 5
GOAL = 1.10


class Trivial(tune.Trainable):
    """Measures once and is done."""

    def setup(self, config: dict[str, Any]) -> None:
        """Nothing to set up."""

    def step(self) -> dict[str, Any]:
        return {"AP": 0.5, "done": True}

    def reset_config(self, new_config: dict[str, Any]) -> bool:
        return True


def measure_once(assignment: Assignment) -> Iterator[Measurement]:
    """Measures once, at the last epoch, and is done."""
    yield Measurement(fidelity=assignment.task["epochs"], metrics={"AP": 0.5})


def ours(directory: Path, trials: int) -> None:
    """A search through our driver."""
    document = toy_document(
        strategy=EVOLUTION, budget={"trials": trials}, resources={"cpus": 1, "concurrent": CONCURRENT}
    )
    storage = open_storage(f"sqlite:///{directory / 'nas.db'}")
    controller = toy_controller(storage, document, home=directory)
    run_on_ray(
        controller,
        measure_once,
        name="ours",
        concurrent=CONCURRENT,
        cpus=1,
        gpus=0,
        storage_directory=directory / "ray",
    )
    assert len(storage.trials(controller.search_id)) == trials, "every trial ran"
    storage.close()


def bare(directory: Path, trials: int) -> None:
    """Ray Tune itself, its loggers and console output off as they are for us."""
    with quiet_tune("bare"):
        tune.run(
            Trivial,
            name="bare",
            config={"number": tune.grid_search(list(range(trials)))},
            resources_per_trial={"cpu": 1},
            max_concurrent_trials=CONCURRENT,
            storage_path=str(directory),
            reuse_actors=True,
            verbose=0,
        )


def run() -> list[Row]:
    """One row: the median of rounds in which both alternate."""
    with connected(name="benchmark", cpus=CONCURRENT), tempfile.TemporaryDirectory() as folder:
        places = (Path(tempfile.mkdtemp(dir=folder)) for _ in count())
        mine, theirs = alternating(
            lambda: ours(next(places), TRIALS), lambda: bare(next(places), TRIALS), repeats=ROUNDS
        )
    return [
        Row(
            name="Ray driver, time per trivial trial",
            ours=f"{mine / TRIALS * 1000:.1f} ms",
            rival=f"{theirs / TRIALS * 1000:.1f} ms, bare Ray Tune",
            ratio=theirs / mine,
            goal="within 10 % of bare Ray Tune",
            met=mine <= GOAL * theirs,
            note=f"{TRIALS} trials, {CONCURRENT} at a time, reused actors; ours with evolution and SQLite",
        )
    ]
