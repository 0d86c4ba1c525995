"""Speed: a proposal after ten thousand trials, and trials per second in simulated time."""

import random
import statistics
import tempfile
import time
import warnings
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from api.storage import open_storage
from benchmarks.rows import Row
from benchmarks.search.tables import METRIC, LayerSpace
from nas.drivers.simulated import run_simulated
from nas.memory import MemoryStorage
from nas.opening import open_controller
from nas.ports import Outcome, Storage
from nas.records import Assignment, Measurement
from nas.strategies.kinds import AnyStrategy
from nas.strategies.registry import strategy_from
from nas.tasks.options import Options
from nas.testing.searches import toy_document
from nas.testing.strategies import toy_setting
from search_spaces.genotypes import sample

FINISHED = 10_000
ASKED = 20
SLOW = ("reinforce", "predictor")
SPACE = LayerSpace(12, 4)
SPACES = {"exhaustive": LayerSpace(8, 4)}  # of those that want a smaller one
OPTIONS: TypeAdapter[Options] = TypeAdapter(AnyStrategy)


def proposals(kinds: list[str]) -> Iterator[Row]:
    """Milliseconds per proposal with so many finished trials, beside Optuna in memory."""
    rival = _optuna_ms(_history(SPACE, FINISHED))
    for kind in kinds:
        ms = proposal_ms(kind, finished=FINISHED)
        goal = 100 if kind in SLOW else 20
        yield Row(
            name=f"one proposal of {kind} after {FINISHED:,} trials",
            ours=f"{ms:.1f} ms",
            rival=f"{rival:.0f} ms, Optuna's TPE in memory",
            ratio=rival / ms,
            goal=f"{goal} ms",
            met=ms <= goal,
        )


def throughput() -> Iterator[Row]:
    """Trials per second of the simulated driver with random search, in memory and in SQL."""
    with tempfile.TemporaryDirectory() as folder:
        sql = open_storage(f"sqlite:///{folder}/bench.db")
        for name, storage, trials, goal in (("in memory", MemoryStorage(), 4000, 2000), ("in SQLite", sql, 1500, 500)):
            rate = max(_rate(storage, trials) for _ in range(3))
            yield Row(
                name=f"simulated driver, random, {name}",
                ours=f"{rate:,.0f} trials/s",
                goal=f"{goal:,} trials/s",
                met=rate >= goal,
            )
        sql.close()


def _history(space: LayerSpace, length: int) -> tuple[Outcome, ...]:
    rng = random.Random(0)
    found = []
    for number in range(length):
        draw = sample(space, rng)
        value = sum(draw.architecture.layers) + rng.gauss(0, 1)
        found.append(Outcome(number=number, genotype=draw.genotype, values=(value,)))
    return tuple(found)


def proposal_ms(kind: str, *, finished: int) -> float:
    """The mean; the first proposal fills caches, as after a restart, and is left out."""
    space = SPACES.get(kind, SPACE)
    history = _history(space, finished + ASKED)
    strategy = strategy_from(OPTIONS.validate_python({"kind": kind}), toy_setting(space))
    spent = []
    for number in range(finished, finished + ASKED):
        begin = time.perf_counter()
        list(islice(strategy.ask(space, history[:number], number, random.Random(number)), 1))
        spent.append(1000 * (time.perf_counter() - begin))
    return statistics.fmean(spent[1:])


def _optuna_ms(history: tuple[Outcome, ...]) -> float:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        sampler = optuna.samplers.TPESampler(multivariate=True, seed=0)
    study = optuna.create_study(direction="maximize", sampler=sampler)
    choices = {
        f"layer_{place}": optuna.distributions.CategoricalDistribution(tuple(SPACE.options))
        for place in range(SPACE.layers)
    }
    study.add_trials(
        [
            optuna.create_trial(
                params=dict(zip(choices, outcome.genotype, strict=True)), distributions=choices, value=outcome.values[0]
            )
            for outcome in history
            if outcome.values
        ]
    )
    spent = []
    for _ in range(ASKED):
        begin = time.perf_counter()
        trial = study.ask(choices)
        spent.append(1000 * (time.perf_counter() - begin))
        study.tell(trial, 0.0)
    return statistics.fmean(spent[1:])


def _rate(storage: Storage, trials: int) -> float:
    document = toy_document(strategy={"kind": "random"}, budget={"trials": trials}, resources={"concurrent": 4})
    search = storage.create_search(document.name, document.model_dump(mode="json"))
    controller = open_controller(
        storage, search.id, owner="bench", home=Path("home"), space=SPACE, static_metrics=lambda _: {}
    )
    begin = time.perf_counter()
    run_simulated(controller, _measure)
    return trials / (time.perf_counter() - begin)


def _measure(assignment: Assignment) -> Iterator[Measurement]:
    values: dict[str, Any] = assignment.architecture
    fidelity = assignment.task["epochs"]
    yield Measurement(fidelity=fidelity, metrics={METRIC: sum(values["layers"]) / 36}, elapsed_s=1.0)
