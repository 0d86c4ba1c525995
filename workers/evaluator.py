"""Judges one candidate by training it: the `Evaluator` port, from a plain function call."""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

import torch
from torch import Tensor

from nas.errors import TrialFailure
from nas.records import Assignment, FailureKind, Measurement
from nas.tasks.classification import ClassificationTask
from nas.tasks.detection import DetectionTask
from nas.tasks.overlay import with_training
from nas.tasks.quality import QualityTask
from nas.tasks.robustness import RobustnessTask
from nas.tasks.training import TrainingOptions
from search_spaces.parts import part, without
from search_spaces.registry import architecture_from
from search_spaces.space import Architecture
from search_spaces.training.architecture import Training
from workers.classification.task import Classification
from workers.detection.task import Detection
from workers.quality.task import Quality
from workers.robustness.task import Robustness
from workers.task import Task
from workers.training.failures import as_failure
from workers.training.logs import log_file
from workers.training.loop import train
from workers.training.warm_start import warm_weights


class OpenTask(Protocol):
    """Opens a task for an architecture on a device, with its data cached in a folder that all trials of a machine
    share. The architecture says in which size a resizer takes its pictures; its network is built later."""

    def __call__(
        self, options: Any, *, architecture: Architecture, cache_directory: Path, device: torch.device
    ) -> Task[Any]: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskKind:
    """A kind of task: its options in the search document, and what opens it."""

    options: type[TrainingOptions]
    open: OpenTask


TASKS: Mapping[str, TaskKind] = MappingProxyType(
    {
        "detection": TaskKind(options=DetectionTask, open=Detection),
        "classification": TaskKind(options=ClassificationTask, open=Classification),
        "quality": TaskKind(options=QualityTask, open=Quality),
        "robustness": TaskKind(options=RobustnessTask, open=Robustness),
    }
)


def evaluate(assignment: Assignment) -> Iterator[Measurement]:
    """Yields a measurement per epoch; closing the iterator stops the training. Called again, it resumes.

    The whole trial lives in `assignment.directory`: `checkpoint.pt`, `model.pt`, and `trial.log` with a line per epoch
    and the traceback of a failure. Raises `TrialFailure`, whatever happens.
    """
    directory = Path(assignment.directory)
    workload = "the data of the task"
    with log_file(directory / "trial.log") as log:
        try:
            device = _device(assignment)
            kind = _kind(assignment)
            shared = kind.options.model_validate(assignment.task)
            architecture = architecture_from(assignment.architecture)
            options = with_training(shared, _training(architecture))
            place: dict[str, Any] = {"cache_directory": Path(assignment.cache_directory), "device": device}
            task = kind.open(options, architecture=architecture, **place)
            workload = task.workload
            log.info("%s, architecture %s, on %s", _title(assignment), architecture.architecture_id, device)
            yield from train(
                task,
                architecture,
                options,
                directory=directory,
                seed=assignment.seed,
                device=device,
                log=log,
                timeout_s=assignment.timeout_s,
                clock=time.monotonic,
                start=_start(
                    shared,
                    architecture,
                    opened=lambda: task if options is shared else kind.open(shared, architecture=architecture, **place),
                    log=log,
                    **place,
                ),
            )
        except Exception as error:  # the trial boundary: one candidate's failure never ends the search
            failure = as_failure(error, workload)
            log.exception("failed, %s: %s", failure.failure.kind.value, failure)
            raise failure from error


def _training(architecture: Architecture) -> Training | None:
    """How the candidate is trained where its space chooses that."""
    found = part(architecture, Training.role)
    return found if isinstance(found, Training) else None


def _start(
    shared: TrainingOptions, architecture: Architecture, *, opened: Callable[[], Task[Any]], **place: Any
) -> Callable[[], Mapping[str, Tensor]] | None:
    """What gives the weights to begin with; None where all of them begin at random.

    All candidates share them: they are trained by the task of the document, whatever options a candidate chooses.
    """
    if shared.warm_start is None:
        return None
    warm_start, network = shared.warm_start, without(architecture, Training.role)
    return lambda: warm_weights(opened(), network, shared, warm_start, **place)


def _kind(assignment: Assignment) -> TaskKind:
    kind = str(assignment.task.get("kind"))
    if kind not in TASKS:
        raise ValueError(f"task kind must be one of {sorted(TASKS)}, got {kind!r}")
    return TASKS[kind]


def _device(assignment: Assignment) -> torch.device:
    """Where the trial runs; also gives torch the threads the trial was lent."""
    torch.set_num_threads(max(1, min(int(assignment.cpus), os.cpu_count() or 1)))  # more only wait for each other
    if assignment.gpus <= 0:
        return torch.device("cpu")
    if not torch.cuda.is_available():
        sentence = f"resources.gpus is {assignment.gpus:g} but torch sees no CUDA device on this machine; set it to 0"
        raise TrialFailure(FailureKind.ERROR, sentence)
    torch.backends.cudnn.benchmark = True  # every batch has the same shape
    return torch.device("cuda", 0)


def _title(assignment: Assignment) -> str:
    return f"search {assignment.search_name}, trial {assignment.number}, attempt {assignment.attempt}"
