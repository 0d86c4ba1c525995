"""Scores of one architecture of a task, as its network is built from a seed."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType
from typing import Any, Generic

import torch
from torch import nn

from nas.errors import ScreeningFailed
from search_spaces.space import Architecture
from workers.task import B, Task
from workers.training.randomness import derived_seed, seeded
from workers.zero_cost.activation_codes import nwot
from workers.zero_cost.gradients import LayerGradient, grad_norm, layer_gradients, snip, zico
from workers.zero_cost.synaptic_flow import synflow

BATCHES: Mapping[str, int] = MappingProxyType({"nwot": 1, "synflow": 1, "grad_norm": 1, "snip": 1, "zico": 2})
"""How many batches of training pictures a score looks at; synflow at the shape of one alone."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Opened(Generic[B]):
    """A task and the batches its candidates are scored on, which are the same for all of them."""

    task: Task[B]
    batches: Sequence[B]
    seed: int
    device: torch.device

    @classmethod
    def of(cls, task: Task[B], names: Iterable[str], *, seed: int, device: torch.device) -> "Opened[B]":
        """The first training batches of the task, as many as the scores need. Raises `ScreeningFailed`."""
        wanted = max((BATCHES[name] for name in names), default=1)
        if task.steps_per_epoch < wanted:
            sentence = f"needs {wanted} batches of the training split, which gives {task.steps_per_epoch}"
            raise ScreeningFailed(f"zico {sentence}: make screening.batch_size smaller")
        with closing(task.batches(epoch=0, seed=derived_seed(seed, "screening"))) as batches:  # type: ignore[type-var]
            return cls(task=task, batches=tuple(islice(batches, wanted)), seed=seed, device=device)

    def scores_of(self, architecture: Architecture, names: Iterable[str]) -> dict[str, float]:
        """The scores by name, each a function of architecture, task and seed alone. Raises `Unscorable`."""
        with deterministic():
            with seeded(derived_seed(self.seed, "weights"), self.device):
                network = self.task.network(architecture)
            probe = Probe(opened=self, network=network.to(self.device))
            return {name: probe.score(name) for name in names}


class Probe(Generic[B]):
    """One network that was never trained, and its gradients once they were asked for."""

    def __init__(self, *, opened: Opened[B], network: nn.Module) -> None:
        self.opened = opened
        self.network = network
        self.gradients: dict[int, list[LayerGradient]] = {}

    def score(self, name: str) -> float:
        """The score of that name."""
        scores: dict[str, Callable[[], float]] = {
            "nwot": self._nwot,
            "synflow": self._synflow,
            "grad_norm": lambda: grad_norm(self._gradients(0)),
            "snip": lambda: snip(self._gradients(0)),
            "zico": lambda: zico([self._gradients(place) for place in range(BATCHES["zico"])]),
        }
        return scores[name]()

    def _nwot(self) -> float:
        with self._seeded():
            return nwot(self.network, self._inputs())

    def _synflow(self) -> float:
        return synflow(self.network, tuple(self._inputs()[0].shape[1:]))

    def _inputs(self) -> tuple[Any, ...]:
        return inputs_of(self.opened.task, self.network, self.opened.batches[0])

    def _gradients(self, place: int) -> list[LayerGradient]:
        if place not in self.gradients:
            with self._seeded():
                self.gradients[place] = layer_gradients(self.opened.task, self.network, self.opened.batches[place])
        return self.gradients[place]

    @contextmanager
    def _seeded(self) -> Iterator[None]:
        """Dropout is the same whichever scores were asked for before."""
        with seeded(derived_seed(self.opened.seed, "dropout"), self.opened.device):
            yield


class _Enough(Exception):
    """The network was called: nothing more has to be computed."""


def inputs_of(task: Task[B], network: nn.Module, batch: B) -> tuple[Any, ...]:
    """What the loss of the task gives the network first for a batch: pixels, and whatever else it takes."""
    caught: list[tuple[Any, ...]] = []

    def catch(module: nn.Module, inputs: tuple[Any, ...]) -> None:
        caught.append(inputs)
        raise _Enough

    handle = network.register_forward_pre_hook(catch)
    try:
        with torch.no_grad():
            task.loss(network, batch)
    except _Enough:
        return caught[0]
    finally:
        handle.remove()
    raise ValueError("the loss of the task never calls the network")


@contextmanager
def deterministic() -> Iterator[None]:
    """Float32 without shortcuts inside, and of cuDNN only what gives the same twice."""
    with torch.backends.cudnn.flags(enabled=True, benchmark=False, deterministic=True, allow_tf32=False):
        yield
