"""Measures a running service beside its rivals and prints one table; `--json FILE` keeps the figures."""

import argparse
import json
import signal
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console

from benchmarks.__main__ import table
from benchmarks.rows import Row
from benchmarks.service import first_trial, leaderboard, reports, submitters
from benchmarks.service.databases import DATABASES
from benchmarks.service.rivals import THIS_PYTHON, RivalAt

SIZES = (1_000, 100_000, 1_000_000)


@dataclass(frozen=True, kw_only=True, slots=True)
class Extent:
    """How much of each part is measured."""

    databases: tuple[str, ...] = DATABASES
    sizes: tuple[int, ...] = SIZES
    requests: int = 200
    writes: int = 2_000
    submitters: int = 100
    rival: RivalAt


def main() -> None:
    """Command line of the benchmarks of the service."""
    given = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # what was started here ends, too
    extent = Extent(
        databases=tuple(given.databases),
        sizes=tuple(given.sizes),
        requests=given.requests,
        writes=given.writes,
        submitters=given.submitters,
        rival=RivalAt(given.rivals),
    )
    console = Console(width=max(Console().width, 140))
    rows: list[Row] = []
    for name in given.only:
        with console.status(f"{name} ..."):
            rows += PARTS[name](extent)
    console.print(table(rows))
    if given.json:
        given.json.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n")


def _leaderboard(extent: Extent) -> list[Row]:
    return leaderboard.run(databases=extent.databases, sizes=extent.sizes, requests=extent.requests, rival=extent.rival)


def _reports(extent: Extent) -> list[Row]:
    return reports.run(databases=extent.databases, writes=extent.writes, rival=extent.rival)


def _first_trial(_: Extent) -> list[Row]:
    return first_trial.run()


def _submitters(extent: Extent) -> list[Row]:
    return submitters.run(databases=extent.databases, submitters=extent.submitters)


PARTS: dict[str, Callable[[Extent], list[Row]]] = {
    "reports": _reports,
    "submitters": _submitters,
    "first-trial": _first_trial,
    "leaderboard": _leaderboard,
}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.service", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), help="which parts; by default all")
    parser.add_argument("--databases", nargs="+", choices=DATABASES, default=list(DATABASES))
    parser.add_argument("--sizes", nargs="+", type=int, default=list(SIZES), help="trials of a leaderboard")
    parser.add_argument("--requests", type=int, default=200, help="pages of each kind that are timed")
    parser.add_argument("--writes", type=int, default=2_000, help="reports of each kind that are timed")
    parser.add_argument("--submitters", type=int, default=100, help="how many submit at the same moment")
    parser.add_argument("--rivals", default=THIS_PYTHON, help="a Python with mlflow and optuna-dashboard installed")
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    return parser.parse_args()


if __name__ == "__main__":
    main()
