"""A look of Prometheus at a busy service, over HTTP: 1,000 and 1,000,000 trials that ended, 1,000 that run.

The rival is what a service that counts its trials at every look does: the statement alone, without HTTP.
"""

import statistics
import tempfile
import time
from functools import partial
from pathlib import Path

from sqlalchemy import func, insert, select

from api.database import reading, writing
from api.durations import BOUNDS_S, What
from api.people.desk import People
from api.people.records import Project
from api.storage import SqlStorage, open_storage
from api.tables import durations, trials
from benchmarks.leaderboard import fill, serving
from benchmarks.rows import Row, seconds
from nas.records import Measurement, SearchStatus, TrialStatus
from nas.testing.stored import trial

SIZES = (1_000, 1_000_000)
SEARCHES, CONCURRENT, EPOCHS = 20, 50, 12  # what runs
PROJECTS = 50
OUTCOMES = (("completed", ""), ("stopped", ""), ("cancelled", ""), ("failed", "diverged"), ("failed", "crashed"))
LOOKS = 100
GOAL_MS = 100.0


def run() -> list[Row]:
    """One row per size."""
    return [measure(size) for size in SIZES]


def measure(size: int) -> Row:
    """How long a look takes beside so many ended trials, on a fresh SQLite file."""
    with tempfile.TemporaryDirectory(prefix="nas-scraping-") as folder:
        url = f"sqlite:///{Path(folder) / 'nas.db'}"
        storage = open_storage(url)
        fill(storage, size)
        busy(storage)
        rival_ms = 1000 * seconds(partial(_counted, storage), repeats=3, warmups=1)
        storage.close()
        times, kilobytes = looks(url)
    p50, p99 = statistics.median(times), times[int(len(times) * 0.99)]
    return Row(
        name=f"metrics over HTTP, {size:,} trials ended, {SEARCHES * CONCURRENT:,} running",
        ours=f"p50 {p50:.1f} ms, p99 {p99:.1f} ms, {kilobytes:,.0f} kB",
        rival=f"{rival_ms:.1f} ms",
        ratio=rival_ms / p50,
        goal=f"p99 under {GOAL_MS:.0f} ms",
        met=p99 < GOAL_MS,
        note=f"{PROJECTS} projects, each with trials of every outcome and duration; rival: counting trials by status",
    )


def busy(storage: SqlStorage) -> None:
    """Lets searches of many projects run, each of which has seen every end of a trial."""
    projects = People.over(storage.engine, storage.clock).projects
    names = [f"project-{number}" for number in range(PROJECTS)]
    for name in names:
        projects.create(Project(name=name))
    for number in range(SEARCHES):
        _begin(storage, names[number])
    key = {"what": What.TRIAL.value, "times": 100, "total_s": 1000.0}
    ended = [
        {**key, "project": name, "outcome": outcome, "failure": failure, "up_to_s": bound}
        for name in names
        for outcome, failure in OUTCOMES
        for bound in BOUNDS_S
    ]
    with writing(storage.engine) as connection:
        connection.execute(insert(durations), ended)


def looks(url: str) -> tuple[list[float], float]:
    """The milliseconds of each look, ascending, and the kilobytes of one."""
    times = []
    with serving(url) as client:
        metrics = client.base_url.copy_with(path="/metrics")
        for _ in range(LOOKS + 5):
            began = time.perf_counter()
            answer = client.get(metrics)
            times.append((time.perf_counter() - began) * 1000)
            answer.raise_for_status()
    return sorted(times[5:]), len(answer.content) / 1000


def _begin(storage: SqlStorage, project: str) -> None:
    """A search with running trials that have been measured."""
    search = storage.create_search("running", {}, project=project)
    lease = storage.acquire_lease(search.id, "benchmark", 10_000)
    assert lease is not None, "nobody else wants it"
    storage.set_search_status(lease, SearchStatus.RUNNING)
    for number in range(CONCURRENT):
        storage.add_trial(lease, trial(number, status=TrialStatus.RUNNING))
        for epoch in range(EPOCHS):
            storage.add_measurement(lease, number, Measurement(fidelity=epoch + 1, metrics={"AP": 0.5}))


def _counted(storage: SqlStorage) -> None:
    with reading(storage.engine) as connection:
        connection.execute(select(trials.c.status, func.count()).group_by(trials.c.status)).all()


if __name__ == "__main__":
    for row in run():
        print(f"{row.name:60} {row.ours:45} rival {row.rival:>9}  {row.goal}: {'yes' if row.met else 'no'}")
