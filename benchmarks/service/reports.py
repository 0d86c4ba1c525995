"""Reports of trials per second, each one durable transaction of the ledger, by one search and by several at once."""

import multiprocessing
import time
from multiprocessing.synchronize import Barrier

from api.storage import SqlStorage, open_storage
from benchmarks.rows import Row
from benchmarks.service.databases import fresh
from benchmarks.service.rivals import RivalAt
from nas.records import Lease, Measurement, SearchStatus, Trial, TrialStatus

GOAL = 1_000
SEARCHES = (1, 4)
EPOCHS = 10  # reports of one trial
TTL_S = 3_600.0
RIVALS = ("mlflow-reports", "optuna-reports")
KINDS = ("reports of an epoch", "ends of a trial")


def run(*, databases: tuple[str, ...], writes: int, rival: RivalAt) -> list[Row]:
    """A row per database, number of searches and kind of report; a row per rival."""
    rows: list[Row] = []
    for database in databases:
        for searches in SEARCHES:
            with fresh(database) as url:
                rates = measure(url, searches=searches, writes=writes)
            rows += [_row(database, searches, kind, rate) for kind, rate in zip(KINDS, rates, strict=True)]
    return rows + [rival.row(name, writes) for name in RIVALS]


def measure(url: str, *, searches: int, writes: int) -> tuple[float, float]:
    """Reports per second of all searches together, each in a process of its own: of an epoch, and of a trial's end."""
    context = multiprocessing.get_context("spawn")
    barrier, spans = context.Barrier(searches), context.SimpleQueue()
    share = max(EPOCHS, writes // searches // EPOCHS * EPOCHS)
    processes = [context.Process(target=_write, args=(url, share, barrier, spans)) for _ in range(searches)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    failed = [process.exitcode for process in processes if process.exitcode]
    if failed:
        raise ChildProcessError(f"{len(failed)} of {searches} writers ended with an error, printed above")
    found = [spans.get() for _ in processes]
    return _rate([each[0] for each in found], share), _rate([each[1] for each in found], share // EPOCHS)


def _rate(spans: list[tuple[float, float]], each: int) -> float:
    """Per second, from the first beginning to the last end."""
    return each * len(spans) / (max(end for _, end in spans) - min(begin for begin, _ in spans))


def _write(url: str, writes: int, barrier: Barrier, spans: "multiprocessing.SimpleQueue[object]") -> None:
    storage = open_storage(url)
    lease = _running(storage, trials=writes // EPOCHS)
    barrier.wait()
    began = time.monotonic()
    for count in range(writes):
        number, epoch = divmod(count, EPOCHS)
        storage.add_measurement(lease, number, _measured(number, epoch + 1))
    measured = time.monotonic()
    barrier.wait()
    ending = time.monotonic()
    for number in range(writes // EPOCHS):
        last = [_measured(number, EPOCHS + 1)]
        storage.move_trial(lease, number, TrialStatus.COMPLETED, measurements=last, told="the trial completed")
    spans.put(((began, measured), (ending, time.monotonic())))
    storage.close()


def _running(storage: SqlStorage, *, trials: int) -> Lease:
    """The lease of a new search whose trials all run."""
    search = storage.create_search("reports", {"objectives": [{"metric": "AP"}]})
    lease = storage.acquire_lease(search.id, "benchmark", TTL_S)
    assert lease is not None, "a new search has no owner yet"
    storage.set_search_status(lease, SearchStatus.RUNNING)
    for number in range(trials):
        trial = Trial(
            search_id=search.id,
            number=number,
            genotype=(number,),
            architecture={"kind": "bench"},
            architecture_id=f"{number:016x}",
            status=TrialStatus.RUNNING,
            attempt=1,
            static_metrics={"params": 1.0 + number},
        )
        storage.add_trial(lease, trial)
    return lease


def _measured(number: int, epoch: int) -> Measurement:
    return Measurement(fidelity=epoch, metrics={"AP": number / 1_000, "AP50": epoch / 100}, elapsed_s=4.0 * epoch)


def _row(database: str, searches: int, kind: str, rate: float) -> Row:
    who = "one search" if searches == 1 else f"{searches} searches at once"
    return Row(
        name=f"{kind}, {database}, {who}",
        ours=f"{rate:,.0f} per second",
        goal=f"{GOAL:,} per second",
        met=rate >= GOAL,
        note="each a transaction of its own under the lease, flushed to the disk before the call returns",
    )
