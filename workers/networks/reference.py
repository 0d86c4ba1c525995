"""The published classifiers as torchvision builds them, at random or with the weights of a local file.

ReLUs work in place where torchvision's do. Inception-v3 is built without its auxiliary classifier, whose loss short
trainings do without; what a file has of one is passed over. Whatever its weights, Inception-v3 takes pictures that are
normalised with the mean and spread of ImageNet, as the others do, and turns them to its own range itself.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import torch
from torch import Tensor, nn
from torchvision import models

from search_spaces.reference.architecture import Name, Reference
from workers.networks.weights import State, differences, read_weights, unfit

_BUILDERS: Mapping[Name, Callable[..., nn.Module]] = MappingProxyType(
    {
        "resnet50": models.resnet50,
        "densenet121": models.densenet121,
        "mobilenet_v2": models.mobilenet_v2,
        "inception_v3": models.inception_v3,
        "efficientnet_b0": models.efficientnet_b0,
        "vgg16": models.vgg16,
    }
)
_INCEPTION = {"aux_logits": False, "transform_input": True, "init_weights": True}
_AUXILIARY = "AuxLogits."  # where a published file of Inception-v3 has the classifier that is not built
_FORMER_DENSE_LAYER = re.compile(r"(denselayer\d+\.(?:norm|relu|conv))\.(?=\d\.)")  # `norm.1`, today `norm1`


def build_reference(architecture: Reference, *, classes: int, dropout: float | None = None) -> nn.Module:
    """The classifier: pictures [B, 3, H, W] -> logits [B, classes].

    Without a file every weight is drawn as torchvision draws it, from torch's global generator. With one, the last
    layer is drawn anew, as torch draws linear layers, where the file was trained for another number of classes; nothing
    else is drawn. `dropout` is the share dropped where torchvision's network drops some, before its last layer where it
    drops nothing; None: as published. Raises `TrialFailure` (data) for a file that is missing, unreadable or of another
    network.
    """
    network = _begun(architecture, classes)
    if dropout is not None:
        _set_dropout(network, dropout)
    return network


def _begun(architecture: Reference, classes: int) -> nn.Module:
    """As published, at random or with the weights of its file."""
    if architecture.weights is None:
        return _network(architecture.name, classes)
    network = _restored(architecture.name, Path(architecture.weights))
    head_name, head = _head(network)
    if head.out_features != classes:
        network.set_submodule(head_name, nn.Linear(head.in_features, classes))
    return network


def _network(name: Name, classes: int) -> nn.Module:
    more = _INCEPTION if name == "inception_v3" else {}
    return _BUILDERS[name](weights=None, num_classes=classes, **more)


def _restored(name: Name, path: Path) -> nn.Module:
    """The network of a file, with as many classes as the file has."""
    state = _current_names(read_weights(path))
    with torch.device("meta"):
        network = _network(name, _classes_of(state, _head(_network(name, 1))[0]))
    problems = differences(network.state_dict(), state)
    if problems:
        raise unfit(path, f"must be a state dict of torchvision's {name}: {'; '.join(problems)}")
    network.load_state_dict(state, assign=True)
    return network


def _set_dropout(network: nn.Module, share: float) -> None:
    """Names of weights stay what they were."""
    published = [layer for layer in network.modules() if isinstance(layer, nn.Dropout)]
    for layer in published:
        layer.p = share
    if not published:
        head = _head(network)[1]
        head.add_module("dropout", nn.Dropout(share))
        head.register_forward_pre_hook(_dropped)


def _dropped(head: nn.Module, given: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    kept: Tensor = head.get_submodule("dropout")(given[0])
    return (kept,)


def _head(network: nn.Module) -> tuple[str, nn.Linear]:
    """The last fully connected layer and its name."""
    return [(name, layer) for name, layer in network.named_modules() if isinstance(layer, nn.Linear)][-1]


def _classes_of(state: State, head: str) -> int:
    weight = state.get(f"{head}.weight")
    return 1 if weight is None or weight.ndim == 0 else len(weight)


def _own(tensor: Tensor) -> Tensor:
    """In float32, with memory of its own."""
    kept = tensor.float() if tensor.is_floating_point() else tensor
    return kept.detach().clone(memory_format=torch.contiguous_format)


def _current_names(state: State) -> State:
    """The state under the names of today's networks, without an auxiliary classifier, each tensor on its own."""
    kept = {name: _own(tensor) for name, tensor in state.items() if not name.startswith(_AUXILIARY)}
    return {_FORMER_DENSE_LAYER.sub(r"\1", name): tensor for name, tensor in kept.items()}
