"""Which classifier stands for which kind of architecture."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from torch import nn

from nas.tasks.training import BatchNorm
from search_spaces.reference.architecture import Reference
from search_spaces.space import Architecture
from search_spaces.spinenet.architecture import SpineNet
from search_spaces.vgg.architecture import Vgg
from workers.networks import spinenet_classifier, vgg
from workers.networks.layers import Activation
from workers.networks.reference import build_reference


@dataclass(frozen=True, kw_only=True, slots=True)
class ClassifierOptions:
    """What a task says of its network; a kind takes what it has a use for."""

    classes: int
    activation: Activation
    batch_norm: BatchNorm | None
    stochastic_depth: float
    zero_last_gamma: bool
    dropout: float | None


Build = Callable[[Any, ClassifierOptions], nn.Module]


def build_classifier(
    architecture: Architecture,
    *,
    classes: int,
    activation: Activation = "relu",
    batch_norm: BatchNorm | None = None,
    stochastic_depth: float = 0.0,
    zero_last_gamma: bool = True,
    dropout: float | None = None,
) -> nn.Module:
    """A network from pictures [B, 3, H, W] to logits [B, classes], freshly initialised or with the weights of its file.

    `dropout` is the share dropped before fully connected layers; None: as published for the kind. Stochastic depth and
    `zero_last_gamma` concern the residual blocks of SpineNets alone. Networks of torchvision are taken as they are
    published: only `classes` and `dropout` matter to them. Raises ValueError for a kind without a classifier, and as
    `build_reference`.
    """
    kind = getattr(architecture, "kind", type(architecture).__name__)
    if kind not in CLASSIFIERS:
        raise ValueError(f"architecture kind must be one of {sorted(CLASSIFIERS)}, got {kind!r}")
    options = ClassifierOptions(
        classes=classes,
        activation=activation,
        batch_norm=batch_norm,
        stochastic_depth=stochastic_depth,
        zero_last_gamma=zero_last_gamma,
        dropout=dropout,
    )
    return CLASSIFIERS[kind](architecture, options)


def _spinenet(architecture: SpineNet, options: ClassifierOptions) -> nn.Module:
    return spinenet_classifier.SpineNetClassifier(
        architecture,
        classes=options.classes,
        activation=options.activation,
        batch_norm=options.batch_norm,
        stochastic_depth=options.stochastic_depth,
        zero_last_gamma=options.zero_last_gamma,
        dropout=spinenet_classifier.DROPOUT if options.dropout is None else options.dropout,
    )


def _vgg(architecture: Vgg, options: ClassifierOptions) -> nn.Module:
    return vgg.VggClassifier(
        architecture,
        classes=options.classes,
        activation=options.activation,
        batch_norm=options.batch_norm,
        dropout=vgg.DROPOUT if options.dropout is None else options.dropout,
    )


def _reference(architecture: Reference, options: ClassifierOptions) -> nn.Module:
    return build_reference(architecture, classes=options.classes, dropout=options.dropout)


CLASSIFIERS: Mapping[str, Build] = MappingProxyType({"spinenet": _spinenet, "torchvision": _reference, "vgg": _vgg})
