"""Web pages over searches of 1,000 and of 100,000 trials: what the page of one search reads, and when it has opened.

Sizes are those of the bodies before they are packed. The first reading of every plot is timed with nothing remembered,
all of them at once as a browser asks for them; the second one is what everybody else gets. The rival is what a page
without endpoints of its own would read: every trial with its measurements, as `GET .../trials`.
"""

import gzip
import random
import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
from sqlalchemy import Table, insert

from api.database import writing
from api.rows import STATIC, metric_values, trial_values
from api.storage import SqlStorage, open_storage
from api.tables import events, measurements, trial_metrics, trials
from benchmarks.leaderboard import serving
from benchmarks.rows import Row
from nas.clock import utc
from nas.records import Genotype, Trial, TrialStatus
from nas.testing.searches import toy_document
from search_spaces.genotypes import sample
from search_spaces.registry import space_from

if TYPE_CHECKING:
    from playwright.sync_api import Page

CHROMIUM = Path("/usr/bin/chromium")
SIZES = (1_000, 100_000)
GOAL_KB = 300
GOAL_MS = 1_000
SPACE = {"kind": "spinenet", "width": 0.25, "alpha": 0.25, "endpoint_filters": 64}
EPOCHS = (4, 8, 12)
DISTINCT = 400  # genotypes, taken in turns: drawing one takes longer than storing it
BATCH = 5_000
LANES = 16
REPEATS = 5
READ = ("", "/metrics", "/plots/progress", "/plots/curves", "/plots/pareto", "/plots/choices", "/plots/timeline")
EVENTS = "/events?after={after}&limit=200"
RIVAL_ROWS = 500  # of a page of trials; the whole is estimated from one


def run() -> list[Row]:
    """Per size what the page of a search reads, how long that takes first and again, and when Chromium shows it."""
    return [row for size in SIZES for row in _rows(size)]


def _rows(size: int) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="nas-pages-") as folder:
        url = f"sqlite:///{Path(folder) / 'nas.db'}"
        storage = open_storage(url)
        search = fill(storage, size)
        storage.close()
        with serving(url) as client:
            paths = [f"/searches/{search}{path}" for path in (*READ, EVENTS.format(after=max(0, size - 200)))]
            first_s, bodies = _read_all(client, paths)
            again_s = statistics.median(_read_all(client, paths)[0] for _ in range(REPEATS))
            rival_kb, rival_s = _rival(client, search, size)
            opened_ms = _opened_ms(client, search)
    sizes = {
        path.rpartition("/")[2].partition("?")[0]: len(body) / 1000 for path, body in zip(paths, bodies, strict=True)
    }
    total_kb, packed_kb = sum(sizes.values()), sum(len(gzip.compress(body, 4)) for body in bodies) / 1000
    name = f"page of a search, {size:,} trials"
    note = ", ".join(f"{part} {kb:.0f}" for part, kb in sizes.items())
    return [
        Row(
            name=f"{name}, data it reads",
            ours=f"{total_kb:.0f} kB ({packed_kb:.0f} kB packed)",
            rival=f"{rival_kb:,.0f} kB",
            ratio=rival_kb / total_kb,
            goal=f"under {GOAL_KB} kB",
            met=total_kb < GOAL_KB,
            note=f"kB: {note}; rival: every trial as GET .../trials lists it",
        ),
        Row(
            name=f"{name}, all of it read at once",
            ours=f"first {1000 * first_s:.0f} ms, again {1000 * again_s:.0f} ms",
            rival=f"{1000 * rival_s:,.0f} ms",
            ratio=rival_s / first_s,
            goal=f"first under {GOAL_MS:,} ms",
            met=1000 * first_s < GOAL_MS,
        ),
        *_browser_rows(name, opened_ms),
    ]


def _browser_rows(name: str, opened_ms: tuple[float, float] | None) -> list[Row]:
    if opened_ms is None:
        return []
    told, drawn = opened_ms
    return [
        Row(
            name=f"{name}, in Chromium",
            ours=f"told after {told:.0f} ms, first plots after {drawn:.0f} ms",
            goal=f"told under {GOAL_MS:,} ms",
            met=told < GOAL_MS,
            note="told: status, progress and best value; the script of the plots is in the browser's cache",
        )
    ]


def fill(storage: SqlStorage, size: int, *, seed: int = 0) -> str:
    """The id of a new search with so many ended trials of SpineNets: curves, one in four stopped, an event each."""
    rng = random.Random(seed)
    document = toy_document(
        name=f"bench-{size}",
        space=SPACE,
        objectives=[{"metric": "AP"}, {"metric": "macs", "goal": "minimize"}],
        budget={"trials": size},
        resources={"concurrent": LANES, "gpus": 1},
    )
    search_id = storage.create_search(document.name, document.model_dump(mode="json")).id
    space = space_from(SPACE)
    draws = [sample(space, rng) for _ in range(DISTINCT)]
    known = [(draw.genotype, draw.architecture.model_dump(mode="json")) for draw in draws]
    for start in range(0, size, BATCH):
        rows: Rows = {table: [] for table in (trials, measurements, trial_metrics, events)}
        for number in range(start, min(start + BATCH, size)):
            _add(rows, search_id, number, *known[number % DISTINCT], rng)
        with writing(storage.engine) as connection:
            for table, values in rows.items():
                connection.execute(insert(table), values)
    return search_id


Rows = dict[Table, list[dict[str, object]]]


def _add(
    rows: Rows, search_id: str, number: int, genotype: Genotype, architecture: dict[str, object], rng: random.Random
) -> None:
    """One trial as a controller would have left it."""
    params = rng.uniform(1e6, 5e6)
    static = {"params": params, "macs": params * rng.uniform(200, 300)}
    trial = Trial(
        search_id=search_id,
        number=number,
        genotype=genotype,
        architecture=architecture,
        architecture_id=f"{number:016x}",
        static_metrics=static,
    )
    status = TrialStatus.STOPPED if rng.random() < 0.25 else TrialStatus.COMPLETED
    began = utc(1.79e9 + 40.0 * number / LANES)
    ended = began + timedelta(seconds=rng.uniform(20, 40))
    moments = {"created_at": began, "started_at": began, "finished_at": ended}
    key = {"search_id": search_id, "number": number}
    rows[trials].append({**trial_values(trial), "search_id": search_id, "status": status.value, **moments})
    top = 0.3 * rng.random() + params / 2e7
    for epoch in EPOCHS if status is TrialStatus.COMPLETED else EPOCHS[:1]:
        measured = {"AP": round(top * epoch / 12, 4), "AP50": rng.random(), "loss": 2 - top}
        rows[measurements].append({**key, "fidelity": epoch, "metrics": measured, "elapsed_s": 3.0 * epoch})
    told = {"kind": f"trial_{status}", "message": f"trial {number} {status}", "trial": number}
    rows[events].append({"search_id": search_id, "sequence": number + 1, "at": ended, **told})
    for values, fidelity in ((static, STATIC), (measured, epoch)):
        rows[trial_metrics] += metric_values(values, **key, status=status.value, fidelity=fidelity)  # type: ignore[arg-type]


def _read_all(client: httpx.Client, paths: list[str]) -> tuple[float, list[bytes]]:
    """Seconds until all have come, asked for six at a time as a browser does, and what came."""
    began = time.perf_counter()
    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(client.get, paths))
    seconds = time.perf_counter() - began
    return seconds, [answer.raise_for_status().content for answer in answers]


def _rival(client: httpx.Client, search: str, size: int) -> tuple[float, float]:
    """Kilobytes and seconds of all trials, by one page of them."""
    began = time.perf_counter()
    body = client.get(f"/searches/{search}/trials", params={"limit": RIVAL_ROWS}).raise_for_status().content
    pages = size / RIVAL_ROWS
    return pages * len(body) / 1000, pages * (time.perf_counter() - began)


def _opened_ms(client: httpx.Client, search: str) -> tuple[float, float] | None:
    """Milliseconds until Chromium shows how the search stands, and its first plots; None where it is not installed."""
    if not CHROMIUM.exists():
        return None
    from playwright.sync_api import sync_playwright

    origin = str(client.base_url).removesuffix("/").removesuffix("/api/v1")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(extra_http_headers={"Authorization": client.headers["Authorization"]})
        seen = [_open(page, f"{origin}/searches/{search}") for _ in range(REPEATS)][1:]
        browser.close()
    told, drawn = zip(*seen, strict=True)
    return statistics.median(told), statistics.median(drawn)


def _open(page: "Page", address: str) -> tuple[float, float]:
    began = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.locator("#tiles dd").first.wait_for()
    told = time.perf_counter()
    page.locator("#reward .main-svg").first.wait_for()
    return 1000 * (told - began), 1000 * (time.perf_counter() - began)


if __name__ == "__main__":
    for row in run():
        print(
            f"{row.name:62} {row.ours:60} rival {row.rival:>12}  {row.goal}: {'yes' if row.met else 'no'}  {row.note}"
        )
