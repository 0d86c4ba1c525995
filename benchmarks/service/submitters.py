"""Many people submit at the same moment: whether all are accepted, and how long each waits for the answer."""

import asyncio
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from benchmarks.rows import Row
from benchmarks.service.databases import fresh
from benchmarks.service.first_trial import small_document
from benchmarks.service.latencies import percentile
from benchmarks.service.running import running


def run(*, databases: tuple[str, ...], submitters: int) -> list[Row]:
    """A row per database."""
    return [_measure(database, submitters) for database in databases]


def _measure(database: str, submitters: int) -> Row:
    with tempfile.TemporaryDirectory(prefix="nas-bench-") as folder, fresh(database) as url:
        document = small_document(Path(folder))
        with running(Path(folder) / "home", "--no-controller", database_url=url) as client:
            client.post("/searches", json=document).raise_for_status()  # what is loaded at the first one
            answers = asyncio.run(submit_at_once(client, document, submitters))
            stored = client.get("/searches", params={"limit": 200}).raise_for_status().json()["items"]
    return _row(database, answers, stored=len(stored) - 1)


async def submit_at_once(client: httpx.Client, document: dict[str, Any], submitters: int) -> list[tuple[int, float]]:
    """The status and the milliseconds of every submission, each over a connection of its own that stands already."""
    limits = httpx.Limits(max_connections=submitters, max_keepalive_connections=submitters)
    async with httpx.AsyncClient(base_url=client.base_url, headers=client.headers, timeout=120, limits=limits) as crowd:
        await asyncio.gather(*(crowd.get("/ready") for _ in range(submitters)))
        return await asyncio.gather(*(_submit(crowd, document, number) for number in range(submitters)))


async def _submit(crowd: httpx.AsyncClient, document: dict[str, Any], number: int) -> tuple[int, float]:
    began = time.perf_counter()
    answer = await crowd.post("/searches", json=document | {"name": f"quick-{number}", "seed": number})
    return answer.status_code, (time.perf_counter() - began) * 1_000


def _row(database: str, answers: list[tuple[int, float]], *, stored: int) -> Row:
    accepted = sum(status == 201 for status, _ in answers)
    times = [spent for _, spent in answers]
    return Row(
        name=f"{len(answers)} submitters at once, {database}",
        ours=f"{accepted} accepted, p50 {percentile(times, 0.5):.0f} ms, p99 {percentile(times, 0.99):.0f} ms",
        goal="all accepted",
        met=accepted == len(answers) == stored,
        note="over HTTP with a token, each on a connection of its own; the client shares the cores",
    )
