"""Runs all benchmarks, or the ones named, and prints one table; `--json FILE` keeps the figures.

`zero_cost` reads files of its own: named first, it takes all that follows.
"""

import argparse
import importlib
import json
import sys
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.rows import Row

NAMES = (
    "cost",
    "training_step",
    "data_loading",
    "average_precision",
    "ray_overhead",
    "leaderboard",
    "pages",
    "scraping",
)
STUDIES = ("zero_cost",)


def main() -> None:
    """Command line of the benchmarks."""
    if sys.argv[1:2] and sys.argv[1] in STUDIES:
        importlib.import_module(f"benchmarks.{sys.argv[1]}").main(sys.argv[2:])
        return
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", help=f"which ones: {', '.join(NAMES)}; by default all")
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    arguments = parser.parse_args()
    unknown = sorted(set(arguments.names) - set(NAMES))
    if unknown:
        parser.error(f"no benchmark named {', '.join(unknown)}; there are {', '.join(NAMES)}")
    console = Console(width=max(Console().width, 140))
    rows: list[Row] = []
    for name in arguments.names or NAMES:
        with console.status(f"{name} ..."):
            rows += importlib.import_module(f"benchmarks.{name}").run()
    console.print(table(rows))
    if arguments.json:
        arguments.json.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n")


def table(rows: list[Row]) -> Table:
    """The figures as a table, ours beside the rival's."""
    drawn = Table(title="SpineSearch benchmarks", show_lines=True)
    for column in ("what", "ours", "rival", "times better", "goal", "met"):
        drawn.add_column(column, overflow="fold", justify="right" if column == "times better" else "left")
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        met = {True: "yes", False: "no", None: ""}[row.met]
        what = f"{row.name}\n[dim]{row.note}[/dim]" if row.note else row.name
        drawn.add_row(what, row.ours, row.rival, ratio, row.goal, met)
    return drawn


if __name__ == "__main__":
    main()
