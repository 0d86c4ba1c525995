"""From the submission of a search to its first running trial, where a search of the same task has run before.

A trial runs once it is recorded as running; that a worker has really begun shows in the log it opens.
"""

import statistics
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from benchmarks.rows import Row
from benchmarks.service.running import running
from nas.folders import LOG, trial_folder
from workers.data.shapes import draw_shapes

GOAL_S = 1.0
ROUNDS = 3
POLL_S = 0.01
PATIENCE_S = 240.0


def run() -> list[Row]:
    """Until the first trial of a search is recorded as running, and until a worker has begun it."""
    with tempfile.TemporaryDirectory(prefix="nas-bench-", ignore_cleanup_errors=True) as folder:
        home = Path(folder) / "home"
        document = small_document(Path(folder))
        with running(home, "--cpus", "2") as client:
            first, *rounds = [_submit(client, home, document | {"seed": seed}) for seed in range(1 + ROUNDS)]
    recorded_s, begun_s = (statistics.median(each) for each in zip(*rounds, strict=True))
    return [
        _row("its first trial is recorded as running", recorded_s, first[0]),
        _row("a worker has begun its first trial", begun_s, first[1]),
    ]


def small_document(folder: Path) -> dict[str, Any]:
    """A search of two trials of seconds, its pictures drawn into the folder."""
    draw_shapes(folder / "shapes", train=12, val=6, size=(64, 64), seed=1)
    parts = {
        part: {
            "images": str(folder / "shapes" / "images"),
            "annotations": str(folder / "shapes" / "annotations" / f"instances_{part}.json"),
        }
        for part in ("train", "val")
    }
    return {
        "name": "quick",
        "space": {"kind": "spinenet", "width": 0.0625, "alpha": 0.25, "stem_filters": 8, "endpoint_filters": 16},
        "task": {
            "kind": "detection",
            "data": parts,
            "image_size": [64, 64],
            "epochs": 1,
            "batch_size": 6,
            "head": {"filters": 16, "convs": 1},
            "anchors": {"scales": 1, "aspect_ratios": [1.0]},
        },
        "objectives": [{"metric": "AP"}],
        "strategy": {"kind": "random"},
        "budget": {"trials": 2},
        "resources": {"cpus": 1, "concurrent": 2},
    }


def _submit(client: httpx.Client, home: Path, document: dict[str, Any]) -> tuple[float, float]:
    """Seconds until the first trial was recorded as running and until its worker had begun; returns at the end."""
    submitted = time.time()
    answer = client.post("/searches", json=document)
    answer.raise_for_status()
    search = answer.json()["id"]
    log = trial_folder(home, search, 0) / LOG
    _wait(log.exists, f"the first trial of search {search} begins")
    begun_s = time.time() - submitted
    _wait(lambda: _ended(client, search), f"search {search} ends", poll_s=0.3)
    trial = client.get(f"/searches/{search}/trials/0").raise_for_status().json()
    return datetime.fromisoformat(trial["started_at"]).timestamp() - submitted, begun_s


def _ended(client: httpx.Client, search: str) -> bool:
    view = client.get(f"/searches/{search}").raise_for_status().json()
    if view["status"] == "failed":
        raise RuntimeError(f"search {search} failed: {view['reason']}")
    return bool(view["status"] == "completed")


def _wait(met: Any, what: str, *, poll_s: float = POLL_S) -> None:
    until = time.monotonic() + PATIENCE_S
    while not met():
        if time.monotonic() > until:
            raise TimeoutError(f"waited {PATIENCE_S:.0f} s in vain until {what}")
        time.sleep(poll_s)


def _row(what: str, spent_s: float, first_s: float) -> Row:
    return Row(
        name=f"from a submission until {what}",
        ours=f"{spent_s:.2f} s",
        goal=f"under {GOAL_S:.0f} s",
        met=spent_s < GOAL_S,
        note=f"`nas serve` on SQLite with its own Ray; median of {ROUNDS}; the first search, which starts Ray, "
        f"{first_s:.1f} s",
    )
