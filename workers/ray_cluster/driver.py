"""Ray Tune as a driver of a controller: Tune dispatches the trials, the controller decides everything.

A search algorithm hands out `controller.next_trial()`, a Stopper records each measurement and asks `should_stop`, and
a Callback records ends and dead workers. A trial runs in an actor that the next one reuses. Of Tune's own bookkeeping
(checkpoints, loggers, retries, console output) nothing is used: the storage behind the controller is the only truth.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import ray
from ray import tune
from ray.tune.execution.placement_groups import PlacementGroupFactory, resource_dict_to_pg_factory
from ray.tune.experiment import Experiment, Trial
from ray.tune.search import SearchAlgorithm

from nas.controller import Controller
from nas.ports import Evaluator
from nas.records import Assignment, Finished, Report, Signal
from workers.ray_cluster.deaths import report_of_death
from workers.ray_cluster.quiet import quiet_tune
from workers.ray_cluster.trial_actor import Sealed, TrialActor


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


class Bridge:
    """Between Tune, which knows trials by its own ids, and the controller, which counts them."""

    def __init__(self, controller: Controller, name: str, concurrent: int) -> None:
        self.controller = controller
        self.name = name
        self.concurrent = concurrent
        self.numbers: dict[str, int] = {}  # running trials, by the id of Tune's trial: one of a worker after the other
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
        """Records what one step brought; whether Tune's trial ends here: its worker has no next one of ours."""
        if trial_id not in self.numbers or self.stopped_by:
            return True
        return bool(self.guarded(lambda: self._record_step(trial_id, result), otherwise=True))

    def _record_step(self, trial_id: str, result: dict[str, Any]) -> bool:
        number = self.numbers[trial_id]
        self.controller.record(*result["reports"])
        if not result["ended"]:
            if not self.controller.should_stop(number):
                return False
            self.controller.record(Finished(number=number))
        return not self._goes_on(trial_id)

    def _goes_on(self, trial_id: str) -> bool:
        """Whether the worker was given the next trial. It takes it up as part of the same trial of Tune, which would
        otherwise ask the cluster for room and a worker each time, only to give both back for this one."""
        actor = self.actors[trial_id]
        self._forget(trial_id)
        answer = self.next_trial(trial_id)
        if not isinstance(answer, Assignment):
            return False
        actor.take_up.remote(answer)
        self.started(trial_id, actor)
        return True

    def completed(self, trial_id: str) -> None:
        """Records the end of a trial that the controller had asked to stop; any other end is a report of its own."""
        if trial_id in self.numbers and not self.stopped_by:
            self._end(Finished(number=self._forget(trial_id)))

    def died(self, trial_id: str, words: str) -> None:
        """Records that the worker itself is gone, or its machine."""
        if trial_id in self.numbers and not self.stopped_by:
            self._end(report_of_death(self._forget(trial_id), words))

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


def directory_of(trial: Any) -> str:
    """The folder of a trial among Tune's files."""
    assignment = trial.config["assignment"].assignment
    return f"trial-{assignment.number}-{assignment.attempt}"


def last_words(trial: Any) -> str:
    """What Tune wrote about the end of the trial, beside the driver; the copy in its storage may be an older run's."""
    path = Path(trial.local_path, "error.txt")
    return path.read_text(errors="replace") if path.is_file() else ""
