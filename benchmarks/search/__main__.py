"""Searches complete tables with every strategy and its rival, and measures their speed: one table.

`python -m benchmarks.search FILE` with the JSON of NAS-Bench-Macro; without it only drawn tables are searched.
"""

import argparse
import json
import os
import statistics
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from rich.console import Console

from benchmarks.__main__ import table as drawn_table
from benchmarks.rows import Row
from benchmarks.search.regret import BUDGETS, RIVAL, Searcher, mean, ours, regrets
from benchmarks.search.speed import proposals, throughput
from benchmarks.search.tables import CompleteTable, drawn, nas_bench_macro

KINDS = ("random", "local_search", "evolution", "reinforce", "optuna", "predictor")
MORE_KINDS = ("nsga2", "exhaustive")  # told in speed only
GOALS = {100: 0.01, 300: 0.001}  # the best of our strategies, on the published table
EVOLUTION_GOAL = 0.069


def main() -> None:
    """Command line of the benchmark."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search", description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, help="nas-bench-macro_cifar10.json")
    parser.add_argument("--seeds", type=int, help="of every strategy; by default 50, and 20 of the rival")
    parser.add_argument("--only", nargs="*", choices=("regret", "drawn", "speed"), default=("regret", "drawn", "speed"))
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    arguments = parser.parse_args()
    console = Console(width=max(Console().width, 140))
    rows: list[Row] = []
    for row in rows_of(arguments):
        rows.append(row)
        console.print(f"{row.name}: {row.ours}", highlight=False)
    console.print(drawn_table(rows))
    if arguments.json:
        arguments.json.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n")


def rows_of(arguments: argparse.Namespace) -> Iterator[Row]:
    """All figures that were asked for."""
    if arguments.file is not None and "regret" in arguments.only:
        yield from regret_rows(nas_bench_macro(arguments.file), arguments, budget=BUDGETS[-1], goals=True)
    if "drawn" in arguments.only:
        for seed in range(3):
            yield from regret_rows(drawn(seed), arguments, budget=BUDGETS[0], goals=False)
    if "speed" in arguments.only:
        yield from proposals([*KINDS, *MORE_KINDS])
        yield from throughput()


def regret_rows(table: CompleteTable, arguments: argparse.Namespace, *, budget: int, goals: bool) -> Iterator[Row]:
    """The regret of each strategy beside that of the rival, on the same table."""
    searchers = [ours(kind) for kind in KINDS] + [ours("predictor", concurrent=4)]
    found = {each.name: _regrets(table, each, arguments, budget) for each in (RIVAL, *searchers)}
    rival = found.pop(RIVAL.name)
    for name, by_budget in found.items():
        for evaluations, values in by_budget.items():
            goal = EVOLUTION_GOAL if (name, evaluations) == ("evolution", 100) else None
            yield _row(table, name, evaluations, values, rival[evaluations], goal if goals else None)
    for evaluations in by_budget if goals else ():
        best = min(found, key=lambda name: statistics.fmean(found[name][evaluations]))
        told = f"the best of ours ({best})"
        yield _row(table, told, evaluations, found[best][evaluations], rival[evaluations], GOALS[evaluations])


def _regrets(
    table: CompleteTable, searcher: Searcher, arguments: argparse.Namespace, budget: int
) -> dict[int, list[float]]:
    if arguments.seeds is not None:
        searcher = Searcher(name=searcher.name, run=searcher.run, seeds=arguments.seeds)
    return regrets(table, searcher, evaluations=budget, processes=arguments.processes)


def _row(
    table: CompleteTable, name: str, evaluations: int, values: list[float], rival: list[float], goal: float | None
) -> Row:
    reached = statistics.fmean(values)
    return Row(
        name=f"{table.name}: regret of {name} after {evaluations}",
        ours=mean(values),
        rival=f"{mean(rival)}, {RIVAL.name}",
        ratio=statistics.fmean(rival) / reached if reached else None,
        goal="" if goal is None else f"{goal:g}",
        met=None if goal is None else reached <= goal,
        note=f"mean and standard error over {len(values)} seeds, {len(rival)} of the rival",
    )


if __name__ == "__main__":
    main()
