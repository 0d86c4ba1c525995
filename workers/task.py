"""The Task port: the four questions a task answers, so that one training loop serves every task.

Which data (`steps_per_epoch`, `batches`), which model around this architecture (`network`), which loss (`loss`),
which metrics (`evaluate`), and may show what came out (`show`). The loop knows nothing else about a task. What is taken
home of a trained network is its `deployment`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeVar

from torch import Tensor, nn

from search_spaces.space import Architecture
from workers.deployment import Deployment

B = TypeVar("B")


@dataclass(frozen=True, kw_only=True, slots=True)
class Loss:
    """The loss of one batch. `total` is what is minimised; `parts` are reported as metrics `loss_<part>`, detached."""

    total: Tensor
    samples: int  # pictures in the batch
    parts: dict[str, Tensor] = field(default_factory=dict)


class Task(Protocol[B]):
    """Which data, which model, which loss, which metrics. Everything it hands out lies on the trial's device."""

    @property
    def workload(self) -> str:
        """What one step processes, for people: `batches of 8 pictures of 192 x 192`."""
        ...

    @property
    def steps_per_epoch(self) -> int:
        """Number of batches of every epoch; at least 1."""
        ...

    def description(self) -> dict[str, Any]:
        """Everything the result depends on beside architecture and seed, as JSON: options and data. Goes into the
        digest of a checkpoint and into the model artifact."""
        ...

    def network(self, architecture: Architecture) -> nn.Module:
        """A freshly initialised network; its weights depend on the architecture and torch's global generator only."""
        ...

    def batches(self, *, epoch: int, seed: int) -> Iterator[B]:
        """The `steps_per_epoch` training batches of an epoch (0, 1, ...), a pure function of epoch and seed."""
        ...

    def loss(self, network: nn.Module, batch: B) -> Loss:
        """The loss of a batch, with the gradient graph of one forward pass. Runs under the loop's autocast."""
        ...

    def evaluate(self, network: nn.Module) -> dict[str, float]:
        """The metrics of a network in evaluation mode. Runs under the loop's autocast and without gradients."""
        ...

    def show(self, network: nn.Module, folder: Path) -> Sequence[Path]:
        """Files written into the folder that show people what a trained network does; none where there is nothing to
        see. Runs as `evaluate` does, after the last epoch."""
        ...

    def deployment(self, network: nn.Module) -> Deployment:
        """A trained network in evaluation mode as others use it, with a few validation pictures as examples. Runs
        without gradients and without autocast."""
        ...
