"""Weights to begin with: the network behind a resizer, trained with the interpolation alone, once per machine."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from nas.tasks.training import TrainingOptions, WarmStart
from search_spaces.controls import controls_of
from search_spaces.space import Architecture
from workers.networks.resizer import RESIZER
from workers.task import Task
from workers.training.once import train_once

PLAIN = "plain"  # the control that resizes by the interpolation alone


def warm_weights(
    task: Task[Any],
    architecture: Architecture,
    options: TrainingOptions,
    warm_start: WarmStart,
    *,
    cache_directory: Path,
    device: torch.device,
    log: logging.Logger,
) -> Mapping[str, Tensor]:
    """The weights of everything but the resizer, by name, after the training that `warm_start` describes.

    That training is the one of the architecture's plain control, so candidates that differ in the resizer alone share
    it, and a control goes on from its own. Raises what `train` raises.
    """
    base = controls_of(architecture).get(PLAIN, architecture)
    first = _first_training(options, warm_start)
    folder = cache_directory / "warm_starts"
    log.info("warm start: %d epochs with the interpolation alone, once for all candidates, in %s", first.epochs, folder)
    model = train_once(task, base, first, seed=warm_start.seed, within=folder, device=device)
    weights = torch.load(model, map_location="cpu", weights_only=True)["weights"]
    return {name: value for name, value in weights.items() if not name.startswith(RESIZER)}


def _first_training(options: TrainingOptions, warm_start: WarmStart) -> TrainingOptions:
    """The training options of the task, with what the warm start says of its own."""
    shared = {name: getattr(options, name) for name in TrainingOptions.model_fields}
    own = {name: getattr(warm_start, name) for name in ("optimizer", "schedule")}
    changed = {name: value for name, value in own.items() if value is not None}
    return TrainingOptions(**(shared | changed | {"epochs": warm_start.epochs, "warm_start": None}))
