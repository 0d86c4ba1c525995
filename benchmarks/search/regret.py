"""Regret on complete tables: how far the best of the first evaluations is from the best there is, over many seeds."""

import statistics
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

from benchmarks.search.tables import METRIC, CompleteTable
from nas.drivers.simulated import run_simulated
from nas.memory import MemoryStorage
from nas.opening import open_controller
from nas.testing.searches import toy_document

BUDGETS = (100, 300)


@dataclass(frozen=True, kw_only=True, slots=True)
class Searcher:
    """Something that searches a table; `run` gives the values in the order they were evaluated."""

    name: str
    run: Callable[[CompleteTable, int, int], list[float]]  # table, seed, evaluations
    seeds: int = 50


def ours(kind: str, *, concurrent: int = 1, **options: Any) -> Searcher:
    """A strategy of ours under its defaults, through the controller in simulated time."""
    name = kind if concurrent == 1 else f"{kind}, {concurrent} at a time"
    return Searcher(name=name, run=_Ours(kind, concurrent, tuple(options.items())))


@dataclass(frozen=True, slots=True)
class _Ours:
    kind: str
    concurrent: int
    options: tuple[tuple[str, Any], ...]

    def __call__(self, table: CompleteTable, seed: int, evaluations: int) -> list[float]:
        lag = {} if self.kind == "random" else {"lag": self.concurrent}
        strategy = {"kind": self.kind, **lag, **dict(self.options)}
        document = toy_document(
            strategy=strategy, budget={"trials": evaluations}, seed=seed, resources={"concurrent": self.concurrent}
        )
        storage = MemoryStorage()
        search = storage.create_search(document.name, document.model_dump(mode="json"))
        controller = open_controller(
            storage, search.id, owner="bench", home=Path("home"), space=table.space, static_metrics=lambda _: {}
        )
        run_simulated(controller, table.evaluator())
        return [trial.metrics[METRIC] for trial in storage.trials(search.id)]


def optuna_tpe(table: CompleteTable, seed: int, evaluations: int) -> list[float]:
    """Optuna's multivariate TPE as its users run it, in memory."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        sampler = optuna.samplers.TPESampler(multivariate=True, seed=seed)
    study = optuna.create_study(direction="maximize", sampler=sampler)

    def objective(trial: Any) -> float:
        point = [trial.suggest_categorical(f"layer_{p}", list(table.space.options)) for p in range(table.space.layers)]
        return table.values[tuple(point)]

    study.optimize(objective, n_trials=evaluations)
    return [trial.value for trial in study.trials if trial.value is not None]


RIVAL = Searcher(name="Optuna, multivariate TPE", run=optuna_tpe, seeds=20)


def regrets(table: CompleteTable, searcher: Searcher, *, evaluations: int, processes: int) -> dict[int, list[float]]:
    """The regret of every seed after each of the budgets, in units of the table."""
    tasks = [(table, searcher, seed, evaluations) for seed in range(searcher.seeds)]
    with ProcessPoolExecutor(processes) as pool:
        curves = list(pool.map(_best_so_far, tasks))
    return {
        budget: [table.optimum - curve[min(budget, len(curve)) - 1] for curve in curves]
        for budget in BUDGETS
        if budget <= evaluations
    }


def _best_so_far(task: tuple[CompleteTable, Searcher, int, int]) -> list[float]:
    table, searcher, seed, evaluations = task
    return list(accumulate(searcher.run(table, seed, evaluations), max))


def mean(values: Sequence[float]) -> str:
    """The mean with its standard error, if there are several."""
    if len(values) < 2:
        return f"{statistics.fmean(values):.4f}"
    error = statistics.stdev(values) / len(values) ** 0.5
    return f"{statistics.fmean(values):.4f} +- {error:.4f}"
