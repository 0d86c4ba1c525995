"""Overhead per trial through our Ray driver, against the same trainable under bare Ray Tune with reused actors.

Both run trials that measure once and do nothing else, two at a time, on one local Ray. Ours also proposes each trial by
evolution over the toy space and records it; bare Ray Tune takes its trials from a list. Starting and ending Ray Tune
takes both a second or more, which would hide the trials: the time between them is told beside the whole.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

from ray import tune
from ray.cloudpickle import register_pickle_by_value

from api.storage import open_storage
from benchmarks.rows import Row, seconds
from nas.records import Assignment, Measurement, TrialStatus
from nas.testing.searches import EVOLUTION, toy_controller, toy_document
from workers.ray_cluster.connection import connected
from workers.ray_cluster.driver import run_on_ray
from workers.ray_cluster.quiet import quiet_tune

TRIALS = 120
MOMENTS = "moments"  # the file with the moment of each measurement
CONCURRENT = 2
ROUNDS = 11
GOAL = 1.10
Search = Callable[[Path], None]


class Trivial(tune.Trainable):
    """Measures once and is done."""

    def setup(self, config: dict[str, Any]) -> None:
        self.moments = Path(config["moments"])

    def step(self) -> dict[str, Any]:
        note(self.moments)
        return {"AP": 0.5, "done": True}

    def reset_config(self, new_config: dict[str, Any]) -> bool:
        return True


def measure_once(assignment: Assignment) -> Iterator[Measurement]:
    """Measures once, at the last epoch, and is done."""
    note(Path(assignment.directory).parents[2] / MOMENTS)
    yield Measurement(fidelity=assignment.task["epochs"], metrics={"AP": 0.5})


def note(moments: Path) -> None:
    """Adds this moment to the file."""
    with moments.open("a") as file:
        print(time.monotonic(), file=file)


def ours(directory: Path) -> None:
    """A search through our driver, every step recorded in SQLite."""
    storage = open_storage(f"sqlite:///{directory / 'nas.db'}")
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
    storage.close()
    assert done == {TrialStatus.COMPLETED: TRIALS}, f"every trial completed, but {done}"


def bare(directory: Path, **settings: str) -> None:
    """Ray Tune itself, its loggers and console output off as they are for us: it records nothing."""
    with quiet_tune("bare", **settings):
        tune.run(
            Trivial,
            name="bare",
            config={"number": tune.grid_search(list(range(TRIALS))), "moments": str(directory / MOMENTS)},
            resources_per_trial={"cpu": 1},
            max_concurrent_trials=CONCURRENT,
            storage_path=str(directory),
            reuse_actors=True,
            verbose=0,
        )


def recording(directory: Path) -> None:
    """Ray Tune with its own records of every trial: the loggers and snapshots it comes with."""
    bare(directory, TUNE_DISABLE_AUTO_CALLBACK_LOGGERS="0", TUNE_GLOBAL_CHECKPOINT_S="auto")


def run() -> list[Row]:
    """The whole way into SQLite, in turns with bare Ray Tune: whole searches, and the time between their trials."""
    register_pickle_by_value(sys.modules[__name__])  # workers import what is installed, and the benchmarks are not
    with connected(name="benchmark", cpus=CONCURRENT), tempfile.TemporaryDirectory() as folder:
        places = (Path(tempfile.mkdtemp(dir=folder)) for _ in count())
        rounds = [[_spent(search, next(places)) for search in (ours, bare, recording)] for _ in range(1 + ROUNDS)][1:]
    spent = [tuple(map(statistics.median, zip(*kinds, strict=True))) for kinds in zip(*rounds, strict=True)]
    (whole, between), (bare_whole, bare_between), (_, recording_between) = spent
    return [
        _row("whole search, per trivial trial", whole, bare_whole, goal=GOAL),
        _row("between trivial trials", between, bare_between, goal=GOAL),
        _row("between trivial trials", between, recording_between, rival="Ray Tune with its own loggers"),
    ]


def _spent(search: Search, directory: Path) -> tuple[float, float]:
    """Milliseconds per trial: of the whole search, and from one measurement to the next."""
    whole = seconds(lambda: search(directory), repeats=1, warmups=0)
    moments = [float(line) for line in (directory / MOMENTS).read_text().splitlines()]
    assert len(moments) == TRIALS, f"every trial measured once, but there are {len(moments)} measurements"
    return whole / TRIALS * 1000, (max(moments) - min(moments)) / (TRIALS - 1) * 1000


def _row(name: str, mine: float, theirs: float, *, rival: str = "bare Ray Tune", goal: float | None = None) -> Row:
    return Row(
        name=f"Ray driver and SQLite, {name}",
        ours=f"{mine:.1f} ms",
        rival=f"{theirs:.1f} ms, {rival}",
        ratio=theirs / mine,
        goal="" if goal is None else "within 10 % of bare Ray Tune",
        met=None if goal is None else mine <= goal * theirs,
        note=f"median of {ROUNDS} rounds of {TRIALS} trials, {CONCURRENT} at a time, reused actors; ours proposes by "
        "evolution and records in two transactions per trial",
    )
