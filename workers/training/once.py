"""Trainings that several trials build on: each is done once per machine and kept in the cache."""

from pathlib import Path
from typing import Any

import torch

from nas.tasks.training import TrainingOptions
from search_spaces.space import Architecture
from workers.data.cache import locked
from workers.task import Task
from workers.training.checkpoint import training_digest
from workers.training.identity import training_identity
from workers.training.logs import log_file
from workers.training.loop import train


def train_once(
    task: Task[Any],
    architecture: Architecture,
    options: TrainingOptions,
    *,
    seed: int,
    within: Path,
    device: torch.device,
) -> Path:
    """The file of the trained model, in a folder under `within` named by a digest of everything it depends on.

    Who comes first trains it, with a `training.log` beside it; who comes meanwhile, also in another process, waits; a
    training that was killed goes on. Raises what `train` raises.
    """
    identity = training_identity(task, architecture, options, seed=seed)
    folder = within / training_digest(identity)[:24]
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder / "training.lock"), log_file(folder / "training.log") as log:
        for _ in train(task, architecture, options, directory=folder, seed=seed, device=device, log=log):
            pass  # a complete one gives its measurements again and costs nothing
    return folder / "model.pt"
