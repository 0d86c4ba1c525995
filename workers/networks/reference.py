"""The published classifiers as torchvision builds them, at random or with the weights of a local file.

ReLUs work in place where torchvision's do. Inception-v3 is built without its auxiliary classifier, whose loss short
trainings do without; what a file has of one is passed over. Whatever its weights, Inception-v3 takes pictures that are
normalised with the mean and spread of ImageNet, as the others do, and turns them to its own range itself.
"""

import pickle
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import torch
from torch import Tensor, nn
from torchvision import models

from nas.errors import TrialFailure
from nas.records import FailureKind
from search_spaces.reference.architecture import Name, Reference

State = dict[str, Tensor]

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
_UNREADABLE = (RuntimeError, ValueError, LookupError, EOFError, TypeError, AttributeError, pickle.UnpicklingError)
_SHOWN = 3  # names of a state dict in one sentence


def build_reference(architecture: Reference, *, classes: int) -> nn.Module:
    """The classifier: pictures [B, 3, H, W] -> logits [B, classes].

    Without a file every weight is drawn as torchvision draws it, from torch's global generator. With one, the last
    layer is drawn anew, as torch draws linear layers, where the file was trained for another number of classes; nothing
    else is drawn. Raises `TrialFailure` (data) for a file that is missing, unreadable or of another network.
    """
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
    state = _current_names(_read(path))
    with torch.device("meta"):
        network = _network(name, _classes_of(state, _head(_network(name, 1))[0]))
    problems = _differences(network.state_dict(), state)
    if problems:
        raise _failure(path, f"must be a state dict of torchvision's {name}: {'; '.join(problems)}")
    network.load_state_dict(state, assign=True)
    return network


def _head(network: nn.Module) -> tuple[str, nn.Linear]:
    """The last fully connected layer and its name."""
    return [(name, layer) for name, layer in network.named_modules() if isinstance(layer, nn.Linear)][-1]


def _classes_of(state: State, head: str) -> int:
    weight = state.get(f"{head}.weight")
    return 1 if weight is None or weight.ndim == 0 else len(weight)


def _read(path: Path) -> State:
    """The tensors of a file by name, in float32 each with memory of its own."""
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise _failure(path, f"cannot be read: {error.strerror or error}") from error
    except _UNREADABLE as error:
        raise _failure(path, f"must be written by torch.save and hold tensors only ({type(error).__name__})") from error
    return _tensors(content, path)


def _tensors(content: Any, path: Path) -> State:
    if not isinstance(content, Mapping):
        raise _failure(path, f"must hold a state dict, names with their tensors, got a {type(content).__name__}")
    strange = [name for name, value in content.items() if not (isinstance(name, str) and isinstance(value, Tensor))]
    if strange:
        raise _failure(path, f"must hold a state dict, names with their tensors; no tensors are {_listed(strange)}")
    return {name: _own(tensor) for name, tensor in content.items()}


def _own(tensor: Tensor) -> Tensor:
    kept = tensor.float() if tensor.is_floating_point() else tensor
    return kept.detach().clone(memory_format=torch.contiguous_format)


def _current_names(state: State) -> State:
    """The state under the names of today's networks, without an auxiliary classifier."""
    kept = {name: tensor for name, tensor in state.items() if not name.startswith(_AUXILIARY)}
    return {_FORMER_DENSE_LAYER.sub(r"\1", name): tensor for name, tensor in kept.items()}


def _differences(wanted: State, got: State) -> list[str]:
    """What keeps `got` from being loaded. Counts of batches may be missing: files before torch 0.4 have none."""
    missing = [name for name in wanted if name not in got and not name.endswith("num_batches_tracked")]
    unknown = [name for name in got if name not in wanted]
    shapes = [name for name in got if name in wanted and got[name].shape != wanted[name].shape]
    groups = {"missing": missing, "unknown": unknown, "of another shape": shapes}
    return [f"{len(names)} {words} ({_listed(names)})" for words, names in groups.items() if names]


def _listed(names: Sequence[Any]) -> str:
    shown = ", ".join(str(name) for name in names[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown} ..."


def _failure(path: Path, sentence: str) -> TrialFailure:
    return TrialFailure(FailureKind.DATA, f"weights {str(path)!r} {sentence}")
