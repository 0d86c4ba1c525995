"""A trained trial, opened again: its task over the data it was judged on, and its network as its training left it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from nas.exporting import ExportOrder, NoExport
from nas.tasks.overlay import with_training
from nas.tasks.training import TrainingOptions
from search_spaces.parts import part
from search_spaces.registry import architecture_from
from search_spaces.space import Architecture
from search_spaces.training.architecture import Training
from workers.evaluator import TASKS
from workers.networks.weights import differences, read_weights
from workers.task import Task
from workers.training.precision import autocast


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Trained:
    """A network in evaluation mode on a device, and the task it was trained for."""

    task: Task[Any]
    network: nn.Module
    options: TrainingOptions
    architecture: Architecture
    device: torch.device

    def evaluated(self) -> dict[str, float]:
        """The metrics of the network, measured as after the last epoch of its training."""
        with torch.no_grad(), autocast(self.device, self.options.precision):
            return self.task.evaluate(self.network)


def open_trained(order: ExportOrder, device: torch.device) -> Trained:
    """The trial's network as its training left it. Raises `NoExport` for a model that was changed since or is of
    another network, `TrialFailure` for data that cannot be read."""
    kind = TASKS[str(order.training.task["kind"])]
    architecture = architecture_from(order.training.architecture)
    training = part(architecture, Training.role)
    shared: Any = kind.options.model_validate(order.training.task)
    options = with_training(shared, training if isinstance(training, Training) else None)
    task = kind.open(
        options, architecture=architecture, cache_directory=Path(order.training.cache_directory), device=device
    )
    network = task.network(architecture)
    network.load_state_dict(_weights(order, network))
    network.to(device).to(memory_format=torch.channels_last)
    return Trained(task=task, network=network.eval(), options=options, architecture=architecture, device=device)


def best_device() -> torch.device:
    """A GPU where there is one."""
    return torch.device("cuda", 0) if torch.cuda.is_available() else torch.device("cpu")


def _weights(order: ExportOrder, network: nn.Module) -> Mapping[str, torch.Tensor]:
    file = Path(order.model)
    if hashlib.sha256(file.read_bytes()).hexdigest() != order.model_sha256:
        raise NoExport(f"{file} is not what trial {order.called} wrote: its SHA-256 is another one")
    weights = read_weights(file, called="model")
    unfit = differences(network.state_dict(), weights)
    if unfit:
        raise NoExport(f"{file} is no model of this architecture: {'; '.join(unfit)}")
    return weights
