"""Leaderboard pages over HTTP: filtered and sorted, first and deep, in searches of 1,000 and of 100,000 trials.

The rival is what a service without an index on metrics does: read every trial, filter and sort in Python, cut a page.
"""

import multiprocessing
import random
import socket
import statistics
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx
import uvicorn
from sqlalchemy import insert

from api.app import create_app
from api.database import writing
from api.people.records import Role
from api.people.tokens import Tokens
from api.rows import STATIC, metric_values, trial_values
from api.settings import Settings
from api.storage import SqlStorage, open_storage
from api.tables import measurements, trial_metrics, trials
from benchmarks.rows import Row, seconds
from nas.clock import utc
from nas.leaderboard import parse_query, select
from nas.records import Trial, TrialStatus

SIZES = (1_000, 100_000)
GOAL_MS = 30.0
REQUESTS = 200  # of each kind of page
PAGE = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Timing:
    """Latencies of one kind of page at one size, and of the rival."""

    trials: int
    kind: str
    p50_ms: float
    p99_ms: float
    rival_ms: float


def run() -> list[Row]:
    """One row per size and kind of page."""
    return [
        Row(
            name=f"leaderboard over HTTP, {timing.trials:,} trials, {timing.kind}",
            ours=f"p50 {timing.p50_ms:.1f} ms, p99 {timing.p99_ms:.1f} ms",
            rival=f"{timing.rival_ms:.0f} ms",
            ratio=timing.rival_ms / timing.p50_ms,
            goal=f"p99 under {GOAL_MS:.0f} ms",
            met=timing.p99_ms < GOAL_MS,
            note="rival: every trial read, filtered and sorted in Python, without HTTP",
        )
        for timing in measure()
    ]


def measure(sizes: tuple[int, ...] = SIZES, requests: int = REQUESTS) -> list[Timing]:
    """The timings of every size, on a fresh SQLite file each."""
    found: list[Timing] = []
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="nas-leaderboard-") as folder:
            url = f"sqlite:///{Path(folder) / 'nas.db'}"
            storage = open_storage(url)
            search_id = fill(storage, size)
            rival_ms = 1000 * seconds(partial(_rival, storage, search_id), repeats=1, warmups=0)
            storage.close()
            with serving(url) as client:
                found += time_pages(client, search_id, size, requests, rival_ms)
    return found


def fill(storage: SqlStorage, size: int, *, seed: int = 0) -> str:
    """The id of a new search with so many completed trials; small architectures tend to score lower, as in life."""
    rng = random.Random(seed)
    search_id = storage.create_search(f"bench-{size}", {"objectives": [{"metric": "AP"}]}).id
    now = utc(time.time())
    for start in range(0, size, 5_000):
        rows, curves, metrics = [], [], []
        for number in range(start, min(start + 5_000, size)):
            params = rng.uniform(100_000, 500_000)
            static = {"params": params, "macs": params * rng.uniform(200, 300)}
            measured = {"AP": round(0.3 * rng.random() + params / 2_000_000, 3), "AP50": rng.random()}
            rows.append(_trial_row(search_id, number, static) | {"created_at": now, "finished_at": now})
            key = {"search_id": search_id, "number": number, "fidelity": 12}
            curves.append({**key, "metrics": measured, "elapsed_s": 40.0})
            metrics += _metrics(search_id, number, static, STATIC) + _metrics(search_id, number, measured, 12)
        with writing(storage.engine) as connection:
            connection.execute(insert(trials), rows)
            connection.execute(insert(measurements), curves)
            connection.execute(insert(trial_metrics), metrics)
    return search_id


@contextmanager
def serving(url: str) -> Iterator[httpx.Client]:
    """A client of a real HTTP server in a process of its own, as `nas serve` is, with a token that it looks up."""
    headers = {"Authorization": f"Bearer {_token(url)}"}
    context = multiprocessing.get_context("spawn")
    # Only a socket that says it is TCP is freed from Nagle's delay by asyncio; without that, each page waits 40 ms.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        server = context.Process(target=_serve, args=(url, listener))
        server.start()
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}/api/v1", headers=headers, timeout=60) as client:
                client.get("/ready").raise_for_status()
                yield client
        finally:
            server.terminate()
            server.join()


def _token(url: str) -> str:
    storage = open_storage(url)
    issued = Tokens(storage.engine, storage.clock).issue("benchmark", Role.READ)
    storage.close()
    return issued.text


def _serve(url: str, listener: socket.socket) -> None:
    storage = open_storage(url)
    app = create_app(storage, Settings.from_environment({}))
    uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False)).run(sockets=[listener])
    storage.close()


def time_pages(client: httpx.Client, search_id: str, size: int, requests: int, rival_ms: float) -> list[Timing]:
    """Every kind of page, first and deep ones, after a warm-up of a tenth as many requests."""
    url = f"/searches/{search_id}/leaderboard"
    queries: dict[str, dict[str, object]] = {
        "sorted": {"sort": "-AP"},
        "sorted and filtered": {"sort": "-AP", "where": ["params<300000", "AP50>=0.2"]},
        "sorted by a rare filter": {"sort": "-AP", "where": ["params<101000"]},
        "filtered against the order": {"sort": "-AP", "where": ["params<120000"]},
    }
    found = []
    for kind, query in queries.items():
        for place, depth in (("first pages", 1), ("deep pages", size // PAGE // 4)):
            cursor = _cursor_at(client, url, query, depth)
            pages = {**query, "limit": PAGE}
            deque(_walk(client, url, pages, cursor, requests // 10), maxlen=0)  # warm-up
            times = sorted(_walk(client, url, pages, cursor, requests))
            found.append(
                Timing(
                    trials=size,
                    kind=f"{kind}, {place}",
                    p50_ms=statistics.median(times),
                    p99_ms=times[int(len(times) * 0.99)],
                    rival_ms=rival_ms,
                )
            )
    return found


def _cursor_at(client: httpx.Client, url: str, query: dict[str, object], depth: int) -> str | None:
    """The cursor after so many pages, reached in big steps; the last there is when the listing ends before."""
    cursor, left = None, (depth - 1) * PAGE
    while left > 0:
        step = min(left, 500)
        following = _get(client, url, {**query, "limit": step}, cursor)
        if following is None:
            return cursor
        cursor, left = following, left - step
    return cursor


def _walk(
    client: httpx.Client, url: str, query: dict[str, object], start: str | None, requests: int
) -> Iterator[float]:
    """The milliseconds of page after page; at the end of the listing, from the start again."""
    cursor = start
    for _ in range(requests):
        began = time.perf_counter()
        cursor = _get(client, url, query, cursor) or start
        yield (time.perf_counter() - began) * 1000


def _get(client: httpx.Client, url: str, query: dict[str, object], cursor: str | None) -> str | None:
    answer = client.get(url, params={**query, **({"cursor": cursor} if cursor else {})})  # type: ignore[dict-item]
    answer.raise_for_status()
    following: str | None = answer.json()["next_cursor"]
    return following


def _rival(storage: SqlStorage, search_id: str) -> None:
    query = parse_query(sort="-AP", where=["params<300000", "AP50>=0.2"], limit=PAGE)
    select(storage.trials(search_id), query)


def _trial_row(search_id: str, number: int, static: dict[str, float]) -> dict[str, object]:
    trial = Trial(
        search_id=search_id,
        number=number,
        genotype=tuple(range(46)),
        architecture={"kind": "bench", "blocks": [{"level": level, "parents": [0, 1]} for level in range(17)]},
        architecture_id=f"{number:016x}",
        static_metrics=static,
    )
    return {**trial_values(trial), "search_id": search_id, "status": TrialStatus.COMPLETED.value}


def _metrics(search_id: str, number: int, values: dict[str, float], fidelity: int) -> list[dict[str, object]]:
    status = TrialStatus.COMPLETED.value
    return metric_values(values, search_id=search_id, number=number, status=status, fidelity=fidelity)


if __name__ == "__main__":
    for row in run():
        print(f"{row.name:75} {row.ours:30} rival {row.rival:>9}  {row.goal}: {'yes' if row.met else 'no'}")
