"""Real training, equal CPU time: our default strategy and early stopping against random search by bare Ray Tune.

`python -m benchmarks.search.training DOCUMENT` with a document whose data is at hand (examples/blood_cells.yaml). Both
sides train the same candidates' space with the same trainable on the same local Ray, two at a time, until their
trainings have used as many CPU seconds; what runs then is given up.
"""

import argparse
import json
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from ray import tune
from ray.cloudpickle import register_pickle_by_value
from rich.console import Console

from api.storage import open_storage
from benchmarks.__main__ import table
from benchmarks.rows import Row
from nas.constraints import violation
from nas.document import SearchDocument, load_document
from nas.estimates import estimate
from nas.opening import open_controller
from nas.records import Assignment, Measurement, TrialStatus
from nas.static_metrics import static_metrics_of
from search_spaces.genotypes import sample
from search_spaces.registry import space_from
from workers.evaluator import evaluate
from workers.ray_cluster.connection import connected
from workers.ray_cluster.driver import run_on_ray
from workers.ray_cluster.quiet import quiet_tune

CONCURRENT = 2
CPU_S = "cpu_s"
POLL_S = 2.0
OURS = {"strategy": {"kind": "predictor"}, "scheduler": {"kind": "asha", "min_epochs": 3, "eta": 2}}


def main() -> None:
    """Command line of the benchmark."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search.training", description=__doc__)
    parser.add_argument("document", type=Path)
    parser.add_argument("--cpu-minutes", type=float, default=40.0, help="of training, of each side and seed")
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    arguments = parser.parse_args()
    register_pickle_by_value(sys.modules[__name__])  # workers import what is installed, and the benchmarks are not
    document = load_document(arguments.document)
    sides = {"ours": searched, "random": drawn_at_random}
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in sides}
    console = Console(width=140)
    for seed in range(arguments.seeds):
        for name, side in sides.items():
            with connected(name="benchmark", cpus=CONCURRENT), tempfile.TemporaryDirectory() as folder:
                found[name].append(side(_seeded(document, seed), 60 * arguments.cpu_minutes, Path(folder)))
            console.print(f"seed {seed}, {name}: {found[name][-1]}", highlight=False)
    console.print(table([row(document, found, cpu_minutes=arguments.cpu_minutes)]))
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=1) + "\n")


def searched(document: SearchDocument, cpu_s: float, folder: Path) -> dict[str, Any]:
    """What our search of the document finds, cancelled when its trainings have used up their time."""
    ours = SearchDocument.model_validate({**document.model_dump(mode="json"), **OURS, "budget": {"trials": 10_000}})
    storage = open_storage(f"sqlite:///{folder / 'nas.db'}")
    search = storage.create_search(ours.name, ours.model_dump(mode="json"))
    controller = open_controller(storage, search.id, owner="bench", home=folder)
    ended = threading.Event()

    def cancel_when_spent() -> None:
        while not ended.wait(POLL_S):
            if sum(trial.metrics.get(CPU_S, 0.0) for trial in storage.trials(search.id)) >= cpu_s:
                storage.request_cancel(search.id)
                return

    watcher = threading.Thread(target=cancel_when_spent)
    watcher.start()
    run_on_ray(
        controller,
        counted,
        name="ours",
        concurrent=CONCURRENT,
        cpus=1,
        gpus=0,
        storage_directory=folder / "ray",
    )
    ended.set()
    watcher.join()
    trials = storage.trials(search.id)
    storage.close()
    metric = document.objectives[0].metric
    complete = [trial.metrics[metric] for trial in trials if trial.status is TrialStatus.COMPLETED]
    return _told(complete, started=len(trials), cpu_s=sum(trial.metrics.get(CPU_S, 0.0) for trial in trials))


def drawn_at_random(document: SearchDocument, cpu_s: float, folder: Path) -> dict[str, Any]:
    """What random search by bare Ray Tune finds in the same time, every candidate trained to its end."""
    spent: dict[str, float] = {}
    complete: list[float] = []
    metric = document.objectives[0].metric

    class UntilSpent(tune.Stopper):
        def __call__(self, trial_id: str, result: dict[str, Any]) -> bool:
            spent[trial_id] = result[CPU_S]
            if result["done"] and self._within():
                complete.append(result[metric])
            return bool(result["done"])

        def _within(self) -> bool:
            return sum(spent.values()) <= cpu_s

        def stop_all(self) -> bool:
            return not self._within()

    with quiet_tune("random"):
        tune.run(
            RandomTrial,
            name="random",
            config={"document": document.model_dump(mode="json"), "draw": tune.randint(0, 2**31), "home": str(folder)},
            num_samples=-1,
            resources_per_trial={"cpu": 1},
            max_concurrent_trials=CONCURRENT,
            stop=UntilSpent(),
            storage_path=str(folder),
            reuse_actors=True,
            raise_on_failed_trial=False,
            verbose=0,
        )
    return _told(complete, started=len(spent), cpu_s=sum(spent.values()))


class RandomTrial(tune.Trainable):
    """Trains one architecture drawn at random, feasible by arithmetic, to its end."""

    def setup(self, config: dict[str, Any]) -> None:
        document = SearchDocument.model_validate(config["document"])
        rng = random.Random(f"{document.seed}/{config['draw']}")
        space, measure = space_from(document.space), static_metrics_of(document.task)
        architecture = sample(space, rng).architecture
        while violation(measure(architecture), document.constraints):
            architecture = sample(space, rng).architecture
        assignment = Assignment(
            search_id="random",
            search_name="random",
            number=config["draw"],
            attempt=1,
            seed=rng.randrange(2**32),
            architecture=architecture.model_dump(mode="json"),
            task=document.task.model_dump(mode="json"),
            cpus=1,
            gpus=0,
            directory=str(Path(config["home"]) / "trials" / str(config["draw"])),
            cache_directory=str(Path(config["home"]) / "cache"),
        )
        self.measurements = counted(assignment)
        self.epochs = document.task.epochs

    def reset_config(self, new_config: dict[str, Any]) -> bool:
        self.setup(new_config)
        return True

    def step(self) -> dict[str, Any]:
        measurement = next(self.measurements)
        return {**measurement.metrics, "done": measurement.fidelity >= self.epochs}


def counted(assignment: Assignment) -> Iterator[Measurement]:
    """The measurements of the trial with the CPU seconds its training has taken."""
    begin = time.process_time()
    for measurement in evaluate(assignment):
        metrics = {**measurement.metrics, CPU_S: time.process_time() - begin}
        yield replace(measurement, metrics=metrics)


def row(document: SearchDocument, found: dict[str, list[dict[str, Any]]], *, cpu_minutes: float) -> Row:
    """The best of both sides, over the seeds."""
    best = {name: [each["best"] for each in tellings] for name, tellings in found.items()}
    differences = estimate([mine - theirs for mine, theirs in zip(best["ours"], best["random"], strict=True)])
    interval = "" if differences.low is None else f" [{differences.low:+.4f}, {differences.high:+.4f}]"
    trials = {name: "/".join(str(each["completed"]) for each in tellings) for name, tellings in found.items()}
    metric = document.objectives[0].metric
    return Row(
        name=f"{document.name}: best {metric} after {cpu_minutes:g} CPU minutes of training",
        ours=_each(best["ours"]),
        rival=f"{_each(best['random'])}, random by bare Ray Tune",
        ratio=statistics.fmean(best["ours"]) / statistics.fmean(best["random"]),
        note=f"difference {differences.mean:+.4f}{interval} over {len(best['ours'])} seeds; trials completed: ours "
        f"{trials['ours']}, random {trials['random']}",
    )


def _each(values: list[float]) -> str:
    return ", ".join(f"{value:.4f}" for value in values)


def _told(complete: list[float], *, started: int, cpu_s: float) -> dict[str, Any]:
    return {"best": max(complete, default=0.0), "completed": len(complete), "started": started, "cpu_s": round(cpu_s)}


def _seeded(document: SearchDocument, seed: int) -> SearchDocument:
    return document.model_copy(update={"seed": seed})


if __name__ == "__main__":
    main()
