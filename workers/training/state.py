"""What a training changes step by step: network, optimizer, running average."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from itertools import islice
from types import MappingProxyType
from typing import Any, Generic

import torch
from torch import Tensor, nn

from nas.tasks.training import TrainingOptions
from search_spaces.space import Architecture
from workers.task import B, Task
from workers.training.averaging import WeightAverage
from workers.training.batch_norm import reestimate
from workers.training.optimization import build_optimizer
from workers.training.randomness import derived_seed, seeded


@dataclass(frozen=True, kw_only=True, slots=True)
class TrainingState(Generic[B]):
    """The moving parts of one training; `snapshot` and `restore` carry all of them through a checkpoint."""

    network: nn.Module
    optimizer: torch.optim.Optimizer
    average: WeightAverage | None

    @classmethod
    def fresh(
        cls,
        task: Task[B],
        architecture: Architecture,
        options: TrainingOptions,
        *,
        seed: int,
        device: torch.device,
        start: Mapping[str, Tensor] = MappingProxyType({}),
    ) -> "TrainingState[B]":
        """The state before the first step: weights drawn from the seed, on the device, channels last in memory.

        Those that `start` holds by their names in the network begin with its values.
        """
        with seeded(derived_seed(seed, "weights"), device):
            network = task.network(architecture)
        network.load_state_dict({**network.state_dict(), **start})
        network.to(device)
        network.to(memory_format=torch.channels_last)
        return cls(
            network=network,
            optimizer=build_optimizer(network, options.optimizer),
            average=WeightAverage(network, options.ema_decay) if options.ema_decay is not None else None,
        )

    def snapshot(self) -> dict[str, Any]:
        """What a checkpoint keeps: tensors and plain values only."""
        return {
            "network": self.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "average": self.average.state_dict() if self.average else None,
        }

    def restore(self, snapshot: dict[str, Any]) -> None:
        """Goes on from what `snapshot` returned."""
        self.network.load_state_dict(snapshot["network"])
        self.optimizer.load_state_dict(snapshot["optimizer"])
        if self.average:
            self.average.load_state_dict(snapshot["average"])

    def evaluated(self, task: Task[B], *, batches: int, epoch: int, seed: int) -> nn.Module:
        """The network to judge, in evaluation mode: averaged weights, batch norms re-estimated on `batches` batches.

        A copy whenever it differs from the trained network, so that judging changes nothing in the training.
        """
        if self.average is None and batches == 0:
            return self.network.eval()
        network = copy.deepcopy(self.network)
        if self.average:
            network.load_state_dict(self.average.weights())
        if batches:
            seed = derived_seed(seed, "batch-norm")
            drawn = islice(task.batches(epoch=epoch, seed=seed), batches)
            reestimate(network, (partial(task.loss, network, batch) for batch in drawn))
        return network.eval()
