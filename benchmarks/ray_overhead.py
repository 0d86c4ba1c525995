"""Overhead per trial through our Ray driver, against the same trainable under bare Ray Tune with reused actors.

Both run trials that measure once and do nothing else, two at a time, on one local Ray. Ours also proposes each trial by
evolution over the toy space and records it; bare Ray Tune takes its trials from a list.
"""

import sys
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

from ray import tune
from ray.cloudpickle import register_pickle_by_value

from api.storage import open_storage
from benchmarks.rows import Row, alternating
from nas.memory import MemoryStorage
from nas.ports import Storage
from nas.records import Assignment, Measurement, TrialStatus
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


def ours(directory: Path, storage: Storage) -> None:
    """A search through our driver."""
    document = toy_document(
        strategy=EVOLUTION, budget={"trials": TRIALS}, resources={"cpus": 1, "concurrent": CONCURRENT}
    )
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
    done = storage.summary(controller.search_id).trials_by_status
    assert done == {TrialStatus.COMPLETED: TRIALS}, f"every trial completed, but {done}"


def ours_in_sqlite(directory: Path) -> None:
    """The same with every step recorded durably, in five transactions per trial."""
    storage = open_storage(f"sqlite:///{directory / 'nas.db'}")
    ours(directory, storage)
    storage.close()


def bare(directory: Path) -> None:
    """Ray Tune itself, its loggers and console output off as they are for us."""
    with quiet_tune("bare"):
        tune.run(
            Trivial,
            name="bare",
            config={"number": tune.grid_search(list(range(TRIALS)))},
            resources_per_trial={"cpu": 1},
            max_concurrent_trials=CONCURRENT,
            storage_path=str(directory),
            reuse_actors=True,
            verbose=0,
        )


def run() -> list[Row]:
    """Our driver by itself, records in memory, and the whole way into SQLite; each in turns with bare Ray Tune."""
    register_pickle_by_value(sys.modules[__name__])  # workers import what is installed, and the benchmarks are not
    with connected(name="benchmark", cpus=CONCURRENT), tempfile.TemporaryDirectory() as folder:
        places = (Path(tempfile.mkdtemp(dir=folder)) for _ in count())
        driver = alternating(lambda: ours(next(places), MemoryStorage()), lambda: bare(next(places)), repeats=ROUNDS)
        whole = alternating(lambda: ours_in_sqlite(next(places)), lambda: bare(next(places)), repeats=ROUNDS)
    return [_row("Ray driver", "records in memory", driver), _row("Ray driver and SQLite", "durable records", whole)]


def _row(name: str, note: str, seconds: tuple[float, float]) -> Row:
    mine, theirs = seconds
    return Row(
        name=f"{name}, time per trivial trial",
        ours=f"{mine / TRIALS * 1000:.1f} ms",
        rival=f"{theirs / TRIALS * 1000:.1f} ms, bare Ray Tune",
        ratio=theirs / mine,
        goal="within 10 % of bare Ray Tune",
        met=mine <= GOAL * theirs,
        note=f"{TRIALS} trials, start and end of the search included, {CONCURRENT} at a time, reused actors; ours "
        f"with evolution, {note}",
    )
