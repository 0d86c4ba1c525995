"""Ray Tune as a driver of a controller: Tune dispatches the trials, the controller decides everything.

A Searcher hands out `controller.next_trial()`, a Stopper records each measurement and asks `should_stop`, a Callback
records ends and dead workers. A trial runs in an actor that is reused by the next one. Of Tune's own bookkeeping
(checkpoints, loggers, retries, console output) nothing is used: the storage behind the controller is the only truth.
"""

import dataclasses
import importlib
import logging
import math
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import ray
from ray import tune
from ray.exceptions import OutOfMemoryError, RayActorError
from ray.tune.search import ConcurrencyLimiter, Searcher

from nas.controller import Signal
from nas.errors import TrialFailure
from nas.ports import Evaluator
from nas.records import Assignment, Failed, Failure, FailureKind, Finished, Measured, Measurement, Report

QUIET_TUNE = {
    "RAY_AIR_NEW_OUTPUT": "0",  # the old reporter can be silenced altogether
    "RAY_CHDIR_TO_TRIAL_DIR": "0",
    "RAY_TRAIN_ENABLE_V2_MIGRATION_WARNINGS": "0",
    "TUNE_DISABLE_AUTO_CALLBACK_LOGGERS": "1",
    "TUNE_DISABLE_AUTO_INIT": "1",
    "TUNE_DISABLE_SIGINT_HANDLER": "1",  # Ctrl-C belongs to whoever called us
    "TUNE_DISABLE_STRICT_METRIC_CHECKING": "1",
    "TUNE_GLOBAL_CHECKPOINT_S": "1e9",
    "TUNE_PRINT_ALL_TRIAL_ERRORS": "0",
    "TUNE_WARN_INSUFFICENT_RESOURCE_THRESHOLD_S": "1e9",
}


class Dispatcher(Protocol):
    """What a driver needs of a controller."""

    def next_trial(self) -> Assignment | Signal: ...

    def record(self, report: Report) -> None: ...

    def should_stop(self, number: int) -> bool: ...

    def heartbeat(self) -> None: ...


def run_on_ray(
    controller: Dispatcher,
    evaluator: Evaluator | str,
    *,
    name: str,
    concurrent: int,
    cpus: float,
    gpus: float,
    storage_directory: Path,
) -> None:
    """Runs the search until the controller says it is done, on the Ray this process is connected to.

    `evaluator` is a callable that pickles or an import string "module:function", loaded in the workers only. What the
    controller raises (`LeaseLost`) stops the run and is raised again; so is KeyboardInterrupt, at once.
    """
    bridge = Bridge(controller, name)
    trainable = type(name, (TrialActor,), {"evaluator": staticmethod(evaluator) if callable(evaluator) else evaluator})
    storage_directory.mkdir(parents=True, exist_ok=True)
    try:
        with quiet_tune(name):
            tune.run(
                trainable,
                name=name,
                search_alg=ConcurrencyLimiter(ControllerSearcher(bridge), max_concurrent=concurrent),
                stop=ControllerStopper(bridge),
                callbacks=[ControllerCallback(bridge)],
                num_samples=-1,
                resources_per_trial={"cpu": cpus, "gpu": gpus},
                storage_path=str(storage_directory.absolute()),
                trial_dirname_creator=bridge.directory_of,
                reuse_actors=True,
                raise_on_failed_trial=False,
                verbose=0,
            )
    finally:
        bridge.release_actors()
    bridge.raise_what_stopped_it()


@contextmanager
def local_ray(
    *, cpus: float, gpus: float = 0, address: str | None = None, name: str = "", **options: Any
) -> Iterator[str]:
    """Connected to Ray inside, disconnected after; the address. Without an address it starts a local Ray of that size."""
    size = (
        {}
        if address
        else {"num_cpus": max(1, math.ceil(cpus)), "num_gpus": math.ceil(gpus), "include_dashboard": False}
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of Ray's own start-up; harmless, and ours are errors
        context = ray.init(
            address=address or "local",
            job_config=ray.job_config.JobConfig(metadata={"search": name} if name else {}),
            logging_level=logging.ERROR,
            log_to_driver=False,
            **{**size, **options},
        )
    try:
        yield str(context.address_info["gcs_address"])
    finally:
        ray.shutdown()


class Bridge:
    """Between Tune, which knows trials by its own ids, and the controller, which counts them."""

    def __init__(self, controller: Dispatcher, name: str) -> None:
        self.controller = controller
        self.name = name
        self.numbers: dict[str, int] = {}  # running trials, by Tune's id
        self.actors: dict[str, Any] = {}
        self.stopped_by: Exception | None = None

    def suggest(self, trial_id: str) -> dict[str, Any] | str | None:
        """A config for the next trial, None to be asked again, or Searcher.FINISHED."""
        answer = self.guarded(self.controller.next_trial, otherwise=Signal.DONE)
        if isinstance(answer, Assignment):
            self.numbers[trial_id] = answer.number
            return {"assignment": answer}
        return None if answer is Signal.WAIT else str(Searcher.FINISHED)

    def started(self, trial_id: str, actor: Any) -> None:
        """Names the trial's next calls, so that the Ray dashboard lists them by search and number."""
        self.actors[trial_id] = actor
        bound = type(actor).__getattr__(actor, "train")
        actor.train = bound.options(name=f"{self.name} trial {self.numbers[trial_id]}")

    def take(self, trial_id: str, result: dict[str, Any]) -> bool:
        """Records what one step brought; whether the trial ends here."""
        number = self.numbers.get(trial_id)
        if number is None or self.stopped_by:
            return True
        return bool(self.guarded(lambda: self._record_step(trial_id, number, result), otherwise=True))

    def _record_step(self, trial_id: str, number: int, result: dict[str, Any]) -> bool:
        if result.get("failure"):
            self.ended(trial_id, Failed(number=number, failure=result["failure"]))
            return True
        for measurement in result.get("measurements", ()):
            self.controller.record(Measured(number=number, measurement=measurement))
        return bool(result["done"]) or self.controller.should_stop(number)

    def completed(self, trial_id: str) -> None:
        """Records that the worker is done, unless its failure is recorded already."""
        if trial_id in self.numbers and not self.stopped_by:
            self.ended(trial_id, Finished(number=self.numbers[trial_id]))

    def died(self, trial_id: str, error: Exception | None) -> None:
        """Records that the worker itself is gone."""
        if trial_id in self.numbers and not self.stopped_by:
            self.ended(trial_id, Failed(number=self.numbers[trial_id], failure=death_of(error)))

    def ended(self, trial_id: str, report: Report) -> None:
        self.actors.pop(trial_id, None)
        del self.numbers[trial_id]
        self.guarded(lambda: self.controller.record(report))

    def heartbeat(self) -> None:
        """Lets the controller renew its lease while no trial reports."""
        self.guarded(self.controller.heartbeat)

    def guarded(self, step: Callable[[], Any], otherwise: Any = None) -> Any:
        """What the step returns. Tune would swallow or wrap an error of ours: it is kept, and ends the run."""
        try:
            return step()
        except Exception as error:  # noqa: BLE001 - the boundary of a controller step
            self.stopped_by = self.stopped_by or error
            self.release_actors()
            return otherwise

    def release_actors(self) -> None:
        """Kills what still trains: nobody will take its results."""
        for actor in self.actors.values():
            ray.kill(actor)
        self.actors.clear()

    def raise_what_stopped_it(self) -> None:
        if self.stopped_by is not None:
            raise self.stopped_by

    def directory_of(self, trial: Any) -> str:
        """The folder of a trial among Tune's files."""
        return f"trial-{self.numbers[trial.trial_id]}"


class ControllerSearcher(Searcher):  # type: ignore[misc]  # ray has no types
    """Asks the controller for the next trial."""

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self.bridge = bridge

    def suggest(self, trial_id: str) -> dict[str, Any] | str | None:
        return self.bridge.suggest(trial_id)

    def on_trial_complete(self, trial_id: str, result: dict[str, Any] | None = None, error: bool = False) -> None:
        """Nothing: the callback records ends."""

    def save(self, checkpoint_path: str) -> None:
        """Nothing: the controller's state is in its storage."""

    def restore(self, checkpoint_path: str) -> None:
        """Nothing, for the same reason."""


class ControllerStopper(tune.Stopper):  # type: ignore[misc]
    """Records each step and tells Tune when a trial, or everything, ends. Tune asks it before any callback."""

    def __init__(self, bridge: Bridge) -> None:
        self.bridge = bridge

    def __call__(self, trial_id: str, result: dict[str, Any]) -> bool:
        return self.bridge.take(trial_id, result)

    def stop_all(self) -> bool:
        return self.bridge.stopped_by is not None


class ControllerCallback(tune.Callback):  # type: ignore[misc]
    """Records ends of trials and deaths of workers."""

    def __init__(self, bridge: Bridge) -> None:
        self.bridge = bridge

    def on_trial_start(self, iteration: int, trials: list[Any], trial: Any, **info: Any) -> None:
        self.bridge.started(trial.trial_id, trial.temporary_state.ray_actor)

    def on_trial_complete(self, iteration: int, trials: list[Any], trial: Any, **info: Any) -> None:
        self.bridge.completed(trial.trial_id)

    def on_trial_error(self, iteration: int, trials: list[Any], trial: Any, **info: Any) -> None:
        self.bridge.died(trial.trial_id, error_of(trial))

    def on_step_end(self, iteration: int, trials: list[Any], **info: Any) -> None:
        self.bridge.heartbeat()


class TrialActor(tune.Trainable):  # type: ignore[misc]
    """Runs trials one after the other in one process; each step is the next measurement of the evaluator.

    A failure is returned as data, so that the process lives on for the next trial.
    """

    evaluator: Evaluator | str

    def setup(self, config: dict[str, Any]) -> None:
        threads = str(max(1, int(config["assignment"].cpus)))
        os.environ.update(OMP_NUM_THREADS=threads, MKL_NUM_THREADS=threads)  # before the evaluator loads torch
        self.iterator: Iterator[Measurement] | None = None
        self.reset_config(config)

    def reset_config(self, new_config: dict[str, Any]) -> bool:
        self.cleanup()
        self.assignment: Assignment = new_config["assignment"]
        return True

    def step(self) -> dict[str, Any]:
        show_in_process_list(f"{self.assignment.search_name} trial {self.assignment.number}")
        try:
            return self.measure()
        except TrialFailure as error:
            return {"failure": error.failure, "done": True}
        except Exception as error:  # noqa: BLE001 - the boundary of a trial
            return {"failure": failure_of(error), "done": True}

    def measure(self) -> dict[str, Any]:
        """The next measurement. The one of the last epoch comes together with the end, which is a call saved."""
        if self.iterator is None:
            self.iterator = iter(load_evaluator(self.evaluator)(self.assignment))
        measurement = next(self.iterator, None)
        if measurement is None:
            return {"measurements": (), "done": True}
        if measurement.fidelity < self.assignment.task.get("epochs", math.inf):
            return {"measurements": (measurement,), "done": False}
        return {"measurements": (measurement, *self.iterator), "done": True}

    def cleanup(self) -> None:
        close = getattr(self.iterator, "close", None)
        self.iterator = None
        if close is not None:
            close()


def load_evaluator(evaluator: Evaluator | str) -> Evaluator:
    """The evaluator itself, imported where it is named as "module:function"."""
    if not isinstance(evaluator, str):
        return evaluator
    module, _, function = evaluator.partition(":")
    loaded: Evaluator = getattr(importlib.import_module(module), function)
    return loaded


def error_of(trial: Any) -> Exception | None:
    """What ended the trial, from Tune's file beside the driver; the copy in its storage may be an older run's."""
    path = trial.pickled_error_file
    return ray.cloudpickle.loads(Path(path).read_bytes()) if path else None


def failure_of(error: Exception) -> Failure:
    """An unexpected exception of the evaluator as a failure that names it."""
    kind = FailureKind.OUT_OF_MEMORY if isinstance(error, MemoryError) else FailureKind.ERROR
    return Failure(kind=kind, message=f"{type(error).__name__}: {error}")


def death_of(error: Exception | None) -> Failure:
    """Why a worker died, as far as Ray can tell."""
    text = str(error)
    if isinstance(error, OutOfMemoryError) or "out of memory" in text.lower() or "OOM" in text:
        message = "The worker was killed because its machine ran out of memory."
        return Failure(kind=FailureKind.OUT_OF_MEMORY, message=message)
    if isinstance(error, RayActorError):
        reason = text.strip().splitlines()[-1].strip()
        return Failure(kind=FailureKind.CRASHED, message=f"The worker process died. {reason}")
    return Failure(kind=FailureKind.CRASHED, message=f"The worker failed: {text}")


def show_in_process_list(title: str) -> None:
    """Names this worker in `ps` and on the dashboard's cluster page while it is in the call."""
    ray._raylet.setproctitle(f"ray::{title}")


@contextmanager
def quiet_tune(name: str) -> Iterator[None]:
    """Tune without its console output, loggers and snapshots; the environment is as before afterwards."""
    settings = {**QUIET_TUNE, "TUNE_PLACEMENT_GROUP_PREFIX": name}
    before = {key: os.environ.get(key) for key in settings}
    logger = logging.getLogger("ray.tune")
    level = logger.level
    os.environ.update(settings)
    logger.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
        for key, value in before.items():
            os.environ.pop(key) if value is None else os.environ.update({key: value})
