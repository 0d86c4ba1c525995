"""Ray Tune as a driver of a controller: Tune dispatches the trials, the controller decides everything.

A search algorithm hands out `controller.next_trial()`, a Stopper records each measurement and asks `should_stop`, and
a Callback records ends and dead workers. A trial runs in an actor that the next one reuses. Of Tune's own bookkeeping
(checkpoints, loggers, retries, console output) nothing is used: the storage behind the controller is the only truth.
"""

import importlib
import logging
import math
import os
import re
import socket
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import ray
from ray import tune
from ray.job_config import JobConfig
from ray.tune.execution.placement_groups import PlacementGroupFactory, resource_dict_to_pg_factory
from ray.tune.experiment import Experiment, Trial
from ray.tune.search import SearchAlgorithm

from nas.agenda import Signal
from nas.controller import Controller
from nas.drivers.boundary import reports
from nas.errors import ScreeningFailed
from nas.ports import Evaluator, Screener
from nas.records import Assignment, Failed, Failure, FailureKind, Finished, Measured, Measurement, Report
from search_spaces.space import Architecture

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

CONNECT_S = 10.0
DEATHS = 2  # of actors under one architecture, after which it counts as their cause
LOOPBACK = ("127.0.0.1", "localhost", "::1", "[::1]")
log = logging.getLogger(__name__)
LOW_MEMORY = ("running low on memory", "memory usage threshold", "OutOfMemoryError")  # words of Ray's memory monitor


def run_on_ray(
    controller: Controller,
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
    bridge = Bridge(controller, name, concurrent)
    trainable = type(name, (TrialActor,), {"evaluator": staticmethod(evaluator) if callable(evaluator) else evaluator})
    storage_directory.mkdir(parents=True, exist_ok=True)
    try:
        with quiet_tune(name, TUNE_MAX_PENDING_TRIALS_PG=str(concurrent)):  # their workers start at the same time
            tune.run(
                trainable,
                name=name,
                search_alg=ControllerSearch(bridge),
                stop=ControllerStopper(bridge),
                callbacks=[ControllerCallback(bridge)],
                num_samples=-1,
                resources_per_trial={"cpu": cpus, "gpu": gpus},
                storage_path=str(storage_directory.absolute()),
                trial_dirname_creator=directory_of,
                reuse_actors=True,
                raise_on_failed_trial=False,
                verbose=0,
            )
    finally:
        bridge.release_actors()
    bridge.raise_what_stopped_it()


@contextmanager
def screening_pool(
    screener: Callable[..., Screener] | str, order: Mapping[str, Any], *, actors: int
) -> Iterator[Screener]:
    """Scores candidates on so many warm actors of the Ray this process is connected to; they end with the context.

    `screener` makes one from what `order` holds: a callable that pickles, or an import string "module:factory", loaded
    in the actors only.
    """
    pool = RayScreener(screener, order, actors=actors)
    try:
        yield pool
    finally:
        pool.release()


@contextmanager
def connected(
    *, name: str, cpus: float = 1, address: str | None = None, dashboard: bool = False
) -> Iterator[dict[str, str]]:
    """Connected to Ray inside, disconnected after: to the cluster at `address`, else to a local Ray of so many CPUs.

    A local Ray counts the GPUs of the machine itself. Yields Ray's own addresses (`gcs_address`, `webui_url`). `name`
    stands in the dashboard's list of jobs. Raises OSError when nothing answers at the address, ValueError when it is
    none.
    """
    local: dict[str, Any] = {"num_cpus": max(1, math.ceil(cpus)), "include_dashboard": dashboard}
    if address:
        check_reachable(address)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of Ray's own start-up
        context: Any = ray.init(
            address=address or "local",
            job_config=InstalledOnly(metadata={"search": name}),
            logging_level=logging.ERROR,
            log_to_driver=False,
            **({} if address else local),
        )
    try:
        yield dict(context.address_info)
    finally:
        ray.shutdown()


def check_reachable(address: str) -> None:
    """Raises OSError when nothing listens at host:port, which Ray would try again for minutes."""
    host, port = host_and_port(address)
    if host and port.isdigit():
        socket.create_connection((host, int(port)), timeout=CONNECT_S).close()


def host_and_port(address: str) -> tuple[str, str]:
    """The two parts of host:port or ray://host:port."""
    host, _, port = address.rpartition("://")[2].rpartition(":")
    return host, port


class InstalledOnly(JobConfig):
    """A job whose workers import what is installed, never what lies in the folder where the command runs."""

    def _runtime_env_has_working_dir(self) -> bool:
        """True: Ray then puts neither that folder nor the script's before everything else on the workers' path."""
        return True


def shortage(*, cpus: float, gpus: float) -> str | None:
    """Why a trial of that size would wait for ever on the Ray this process is connected to; None when it would not.

    A Ray on loopback is one machine and stays so. Others may grow: there, what no node can hold yet is only logged.
    """
    nodes = [node["Resources"] for node in ray.nodes() if node["Alive"]]  # type: ignore[no-untyped-call]
    if any(node.get("CPU", 0) >= cpus and node.get("GPU", 0) >= gpus for node in nodes):
        return None
    most = [max((node.get(kind, 0) for node in nodes), default=0) for kind in ("CPU", "GPU")]
    sentence = (
        f"a trial asks for {cpus:g} CPUs and {gpus:g} GPUs (resources), "
        f"but no machine of this Ray has more than {most[0]:g} CPUs and {most[1]:g} GPUs"
    )
    if host_and_port(ray.get_runtime_context().gcs_address)[0] in LOOPBACK:
        return sentence
    log.warning("%s: trials wait for one that has", sentence)
    return None


class Bridge:
    """Between Tune, which knows trials by its own ids, and the controller, which counts them."""

    def __init__(self, controller: Controller, name: str, concurrent: int) -> None:
        self.controller = controller
        self.name = name
        self.concurrent = concurrent
        self.numbers: dict[str, int] = {}  # running trials, by Tune's id
        self.actors: dict[str, Any] = {}
        self.stopped_by: Exception | None = None
        self.dropped = False  # the controller wants nothing more

    def __reduce__(self) -> tuple[type[object], tuple[()]]:
        """Nothing: Tune snapshots whatever it was given, but a controller is rebuilt from its storage."""
        return (object, ())

    def next_trial(self, trial_id: str) -> Assignment | Signal:
        """What the trial is to do; WAIT while all places are taken, too."""
        if len(self.numbers) >= self.concurrent:
            return Signal.WAIT
        answer: Assignment | Signal = self.guarded(self.controller.next_trial, otherwise=Signal.DONE)
        if isinstance(answer, Assignment):
            self.numbers[trial_id] = answer.number
        return answer

    def started(self, trial_id: str, actor: Any) -> None:
        """Names the trial's next calls, so that the Ray dashboard lists them by search and number."""
        if trial_id not in self.numbers:  # dropped before it began
            ray.kill(actor)
            return
        self.actors[trial_id] = actor
        bound = type(actor).__getattr__(actor, "train")
        actor.train = bound.options(name=f"{self.name} trial {self.numbers[trial_id]}")

    def take(self, trial_id: str, result: dict[str, Any]) -> bool:
        """Records what one step brought; whether the trial ends here."""
        if trial_id not in self.numbers or self.stopped_by:
            return True
        return bool(self.guarded(lambda: self._record_step(trial_id, result), otherwise=True))

    def _record_step(self, trial_id: str, result: dict[str, Any]) -> bool:
        number = self.numbers[trial_id]
        self.controller.record(*result["reports"])
        if result["done"]:
            self._forget(trial_id)
            return True
        if self.controller.should_stop(number):
            self.controller.record(Finished(number=self._forget(trial_id)))
            return True
        return False

    def completed(self, trial_id: str) -> None:
        """Records the end of a trial that the controller had asked to stop; any other end is a report of its own."""
        if trial_id in self.numbers and not self.stopped_by:
            self._end(Finished(number=self._forget(trial_id)))

    def died(self, trial_id: str, words: str) -> None:
        """Records that the worker itself is gone."""
        if trial_id in self.numbers and not self.stopped_by:
            self._end(Failed(number=self._forget(trial_id), failure=death_of(words)))

    def _end(self, report: Report) -> None:
        self.guarded(lambda: self.controller.record(report))

    def _forget(self, trial_id: str) -> int:
        self.actors.pop(trial_id, None)
        return self.numbers.pop(trial_id)

    def look(self) -> None:
        """Lets the controller renew its lease, and end trials that do not report: they may wait, or train for long."""
        self.guarded(self._look)

    def _look(self) -> None:
        self.controller.heartbeat()
        for trial_id, number in list(self.numbers.items()):
            if self.controller.should_stop(number):
                self._drop(trial_id)

    def _drop(self, trial_id: str) -> None:
        """Ends a trial where it is. Tune is told to stop altogether: it may still wait for room to start this one."""
        actor = self.actors.get(trial_id)
        if actor is not None:
            ray.kill(actor)
        self.controller.record(Finished(number=self._forget(trial_id)))
        self.dropped = True

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


class Sealed:
    """An assignment on its way through Tune, which copies what is in a config and writes it out, again and again."""

    def __init__(self, assignment: Assignment) -> None:
        self.assignment = assignment

    def __deepcopy__(self, memo: dict[int, Any]) -> "Sealed":
        return self  # nobody changes an assignment

    def __repr__(self) -> str:
        return f"trial {self.assignment.number}"


class ControllerSearch(SearchAlgorithm):
    """Asks the controller for the next trial. Tune's own searchers parse and copy the experiment anew for each."""

    def __init__(self, bridge: Bridge) -> None:
        self.bridge = bridge
        self.experiment: dict[str, Any] = {}
        self.resources: PlacementGroupFactory | None = None

    def add_configurations(self, experiments: Any) -> None:
        """The one experiment there is."""
        (experiment,) = (each.spec if isinstance(each, Experiment) else each for each in experiments)
        self.experiment = experiment
        self.resources = resource_dict_to_pg_factory(experiment["resources_per_trial"])

    def next_trial(self) -> Trial | None:
        """The next trial, or None: then Tune asks again, unless the search is finished."""
        trial_id = str(Trial.generate_id())  # type: ignore[no-untyped-call]
        answer = self.bridge.next_trial(trial_id)
        if isinstance(answer, Assignment):
            return Trial(
                self.experiment["run"],
                config={"assignment": Sealed(answer)},
                trial_id=trial_id,
                storage=self.experiment["storage"],
                placement_group_factory=self.resources,
                trial_dirname_creator=self.experiment["trial_dirname_creator"],
            )
        if answer is Signal.DONE:
            self.set_finished()  # type: ignore[no-untyped-call]
        return None


class ControllerStopper(tune.Stopper):
    """Records each step and tells Tune when a trial, or everything, ends. Tune asks it before any callback."""

    def __init__(self, bridge: Bridge) -> None:
        self.bridge = bridge

    def __call__(self, trial_id: str, result: dict[str, Any]) -> bool:
        return self.bridge.take(trial_id, result)

    def stop_all(self) -> bool:
        return self.bridge.dropped or self.bridge.stopped_by is not None


class ControllerCallback(tune.Callback):
    """Records ends of trials and deaths of workers."""

    def __init__(self, bridge: Bridge) -> None:
        self.bridge = bridge

    def on_trial_start(self, iteration: int, trials: list[Any], trial: Any, **info: Any) -> None:
        self.bridge.started(trial.trial_id, trial.temporary_state.ray_actor)

    def on_trial_complete(self, iteration: int, trials: list[Any], trial: Any, **info: Any) -> None:
        self.bridge.completed(trial.trial_id)

    def on_trial_error(self, iteration: int, trials: list[Any], trial: Any, **info: Any) -> None:
        self.bridge.died(trial.trial_id, last_words(trial))

    def on_step_end(self, iteration: int, trials: list[Any], **info: Any) -> None:
        self.bridge.look()


class TrialActor(tune.Trainable):
    """Runs trials one after the other in one process; each step is the next report of the evaluator.

    A failure is a report too, so that the process lives on for the next trial.
    """

    evaluator: Evaluator | str

    def setup(self, config: dict[str, Any]) -> None:
        threads = str(max(1, min(int(config["assignment"].assignment.cpus), os.cpu_count() or 1)))
        os.environ.update(OMP_NUM_THREADS=threads, MKL_NUM_THREADS=threads)  # before the evaluator loads torch
        self.reports: Iterator[Report] = iter(())
        self.reset_config(config)

    def reset_config(self, new_config: dict[str, Any]) -> bool:
        self.cleanup()
        self.assignment: Assignment = new_config["assignment"].assignment
        self.reports = reports(self.evaluate, self.assignment)
        return True

    def evaluate(self, assignment: Assignment) -> Iterator[Measurement]:
        """The evaluator's measurements; it is loaded here, so that an import that fails is a failure of the trial."""
        return load_evaluator(self.evaluator)(assignment)

    def step(self) -> dict[str, Any]:
        show_in_process_list(f"{self.assignment.search_name} trial {self.assignment.number}")
        report = next(self.reports)
        if isinstance(report, Measured) and not self.is_last(report):
            return {"reports": (report,), "done": False}
        return {"reports": (report, *self.reports), "done": True}

    def is_last(self, report: Measured) -> bool:
        """Whether this was the last epoch: then the end comes in the same step, which saves a call per trial."""
        return bool(report.measurement.fidelity >= self.assignment.task.get("epochs", math.inf))

    def cleanup(self) -> None:
        close = getattr(self.reports, "close", None)
        if close is not None:
            close()


class RayScreener:
    """Deals architectures to warm actors, one at a time to each; implements `nas.ports.Screener`.

    An actor that dies is replaced. An architecture under which it died twice has that as its reason, unless it did so
    under all of several. The actors ask Ray for no processors, or they would wait for those of the trials that wait for
    them.
    """

    def __init__(self, screener: Callable[..., Screener] | str, order: Mapping[str, Any], *, actors: int) -> None:
        actor: Any = ray.remote(ScreenerActor)
        self.start: Callable[[], Any] = lambda: actor.options(num_cpus=0, num_gpus=0).remote(screener, dict(order))
        self.most = actors
        self.idle: list[Any] = []
        self.busy: dict[Any, tuple[Any, int]] = {}  # by the answer to come: actor and place of the architecture

    def __call__(self, architectures: Sequence[Architecture]) -> list[Mapping[str, float] | str]:
        """The scores of each, in their order. Raises `ScreeningFailed` when actors cannot score at all."""
        answers: dict[int, Mapping[str, float] | str] = {}
        waiting, deaths = list(range(len(architectures))), Counter[int]()
        while waiting or self.busy:
            while waiting and len(self.busy) < self.most:
                actor: Any = self.idle.pop() if self.idle else self.start()
                place = waiting.pop(0)
                self.busy[actor.score.remote(architectures[place])] = actor, place
            place, answer = self._next_answer()
            deaths[place] += isinstance(answer, ray.exceptions.RayActorError)
            if not isinstance(answer, ray.exceptions.RayActorError):
                answers[place] = answer
            elif deaths[place] < DEATHS:
                waiting.append(place)
            else:
                answers[place] = f"{death_of(str(answer)).message}, {DEATHS} times"
        if len(architectures) > 1 and min(deaths[place] for place in answers) == DEATHS:
            raise ScreeningFailed(f"whatever was to be scored, {answers[0]}")
        return [answers[place] for place in range(len(architectures))]

    def _next_answer(self) -> tuple[int, Any]:
        """The place of an architecture and its answer, or the error that says how its actor died."""
        (ready, *_), _ = ray.wait(list(self.busy), num_returns=1)
        actor, place = self.busy.pop(ready)
        try:
            answer = ray.get(ready)
        except ray.exceptions.RayActorError as error:
            if error.actor_init_failed:
                raise ScreeningFailed(f"no scoring worker can be started: {last_line(str(error))}") from error
            return place, error
        except ray.exceptions.RayTaskError as error:
            self.release()
            raise ScreeningFailed(str(error.cause)) from error
        self.idle.append(actor)
        return place, answer

    def release(self) -> None:
        """Ends the actors, whatever they do."""
        for actor in [*self.idle, *(actor for actor, _ in self.busy.values())]:
            ray.kill(actor)
        self.idle.clear()
        self.busy.clear()


class ScreenerActor:
    """Holds a screener in a process of its own, so that libraries and data are loaded once."""

    def __init__(self, screener: Callable[..., Screener] | str, order: dict[str, Any]) -> None:
        self.screener, self.order = screener, order
        self.loaded: Screener | None = None

    def score(self, architecture: Architecture) -> Mapping[str, float] | str:
        """The scores of one architecture, or why it has none."""
        show_in_process_list("scoring candidates")
        if self.loaded is None:  # here, so that an import that fails is told, and is not the death of the actor
            self._lend_devices()
            self.loaded = load(self.screener)(**self.order)
        (answer,) = self.loaded([architecture])
        return answer

    def _lend_devices(self) -> None:
        """Before torch is loaded: its threads, and the GPUs that Ray hides from whoever asks for none."""
        threads = str(max(1, min(int(self.order.get("cpus", 1)), os.cpu_count() or 1)))
        os.environ.update(OMP_NUM_THREADS=threads, MKL_NUM_THREADS=threads)
        if self.order.get("gpus", 0) > 0 and not os.environ.get("CUDA_VISIBLE_DEVICES"):
            os.environ.pop("CUDA_VISIBLE_DEVICES", None)


def load_evaluator(evaluator: Evaluator | str) -> Evaluator:
    """The evaluator itself, imported where it is named as "module:function"."""
    loaded: Evaluator = load(evaluator)
    return loaded


def load(named: Any) -> Any:
    """What "module:name" names; anything else is itself."""
    if not isinstance(named, str):
        return named
    module, _, name = named.partition(":")
    return getattr(importlib.import_module(module), name)


def directory_of(trial: Any) -> str:
    """The folder of a trial among Tune's files."""
    assignment = trial.config["assignment"].assignment
    return f"trial-{assignment.number}-{assignment.attempt}"


def last_words(trial: Any) -> str:
    """What Tune wrote about the end of the trial, beside the driver; the copy in its storage may be an older run's."""
    path = Path(trial.local_path, "error.txt")
    return path.read_text(errors="replace") if path.is_file() else ""


def death_of(words: str) -> Failure:
    """Why a worker died, as far as Ray can tell: its memory monitor says so, everything else is a crash."""
    if any(sign in words for sign in LOW_MEMORY):
        message = "the worker was killed because its machine ran out of memory"
        return Failure(kind=FailureKind.OUT_OF_MEMORY, message=message)
    detail = re.search(r"Worker exit detail: ([^.]*)", words)
    reason = detail[1] if detail else last_line(words)
    return Failure(kind=FailureKind.CRASHED, message=f"the worker process died: {reason}")


def last_line(words: str) -> str:
    """The last line of a message, which says most."""
    return (words.strip().splitlines() or ["for an unknown reason"])[-1].strip()


def show_in_process_list(title: str) -> None:
    """Names this worker in `ps` and on the dashboard's cluster page while it is in the call."""
    vars(ray._raylet)["setproctitle"](f"ray::{title}")  # the library Ray itself names its processes with


@contextmanager
def quiet_tune(name: str, **more: str) -> Iterator[None]:
    """Tune without its console output, loggers and snapshots; the environment is as before afterwards."""
    settings = {**QUIET_TUNE, "TUNE_PLACEMENT_GROUP_PREFIX": name, **more}
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
