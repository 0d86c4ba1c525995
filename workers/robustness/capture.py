"""Pre-activations of named layers, caught while a network runs.

What a layer gives is copied the moment it is there: a ReLU that works in place, as torchvision's do, would else
overwrite it, silently, with what the activation makes of it. The copy keeps its place in the graph of gradients.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import torch
from torch import Tensor, nn
from torchvision.models import VGG

from nas.errors import TrialFailure
from nas.records import FailureKind
from search_spaces.reading import nearest

VGG16_NAMES: Mapping[str, str] = MappingProxyType(
    {"conv5_3": "features.28", "fc6": "classifier.0", "fc7": "classifier.3", "fc8": "classifier.6"}
)
"""The names of the literature for layers of torchvision's VGG-16, whose modules are numbered."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outputs:
    """What a network gives for B pictures: logits [B, classes], and by layer its values before the activation [B, n]
    (a map of features flattened)."""

    logits: Tensor
    activations: Mapping[str, Tensor]


def run_capturing(network: nn.Module, pictures: Tensor, layers: Sequence[str]) -> Outputs:
    """Runs the network once. Raises `TrialFailure` for a layer it does not have, or does not run exactly once."""
    caught: dict[str, list[Tensor]] = {name: [] for name in layers}
    with ExitStack() as hooks:
        for name, values in caught.items():
            hooks.enter_context(_hooked(layer_of(network, name), values))
        logits = network(pictures)
    return Outputs(logits=logits, activations={name: _only(name, values) for name, values in caught.items()})


def layer_of(network: nn.Module, name: str) -> nn.Module:
    """The layer of that name: a dotted path of modules, its end where no other module has the same end, or the name
    that the literature has for a layer of VGG-16. Raises `TrialFailure` with the nearest name."""
    modules: dict[str, nn.Module] = dict(network.named_modules())
    for path in (name, *_published_paths(modules, name)):
        if path in modules:
            return modules[path]
    ending = [path for path in modules if path.endswith(f".{name}")]
    if len(ending) == 1:
        return modules[ending[0]]
    reason = f"names {len(ending)} layers, {', '.join(ending)}" if ending else "names no layer" + _known(modules, name)
    raise TrialFailure(FailureKind.ERROR, f"{name!r} {reason}")


@torch.no_grad()
def check_before_activation(network: nn.Module, layers: Sequence[str], *, size: tuple[int, int]) -> None:
    """Returns where none of these layers gives what an activation has rectified, of two pictures of noise on the CPU.

    Raises `TrialFailure` naming the first that does: behind a ReLU there are no signs left to compare.
    """
    noise = torch.randn(2, 3, *size, generator=torch.Generator().manual_seed(0))
    before = network.training
    found = run_capturing(network.eval(), noise, layers)
    network.train(before)
    for name, values in found.activations.items():
        if values.min() == 0 < values.max():
            sentence = f"layer {name!r} gives no value below 0; name the layer before the activation"
            raise TrialFailure(FailureKind.ERROR, sentence)


def _published_paths(modules: Mapping[str, nn.Module], name: str) -> Iterator[str]:
    """Where a name of the literature stands in every VGG-16 of torchvision among the modules."""
    if name in VGG16_NAMES:
        for path, module in modules.items():
            if isinstance(module, VGG):
                yield f"{path}.{VGG16_NAMES[name]}".removeprefix(".")


def _known(modules: Mapping[str, nn.Module], name: str) -> str:
    """The nearest known names, of modules that hold no others."""
    published = list(VGG16_NAMES) if any(isinstance(module, VGG) for module in modules.values()) else []
    return nearest(name, [*published, *(path for path, module in modules.items() if not list(module.children()))])


@contextmanager
def _hooked(layer: nn.Module, values: list[Tensor]) -> Iterator[None]:
    def keep(module: nn.Module, inputs: Any, output: Tensor) -> None:
        values.append(output.clone().flatten(1))

    handle = layer.register_forward_hook(keep)
    try:
        yield
    finally:
        handle.remove()


def _only(name: str, values: list[Tensor]) -> Tensor:
    if len(values) != 1:
        sentence = f"layer {name!r} must run once for every batch to be compared, it ran {len(values)} times"
        raise TrialFailure(FailureKind.ERROR, sentence)
    return values[0]
