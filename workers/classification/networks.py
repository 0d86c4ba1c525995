"""The network around an architecture that may have a resizer, and the pictures that network takes."""

from dataclasses import dataclass

from torch import nn

from nas.tasks.classification import ClassificationTask
from nas.tasks.quality import QualityTask
from nas.tasks.training import BatchNorm
from search_spaces.parts import part
from search_spaces.resizer.architecture import Resizer
from search_spaces.resizer.resampling import Resampling
from search_spaces.space import Architecture
from workers.networks.classifiers import build_classifier
from workers.networks.resizer import Colours, Resized, build_resizer
from workers.training.optimization import rated


@dataclass(frozen=True, kw_only=True, slots=True)
class Input:
    """The size (height, width) of the pictures a network takes, and how stored pictures are brought to it; None: as
    pictures are read best, antialiased."""

    size: tuple[int, int]
    resampling: Resampling | None = None


def input_of(architecture: Architecture, image_size: tuple[int, int]) -> Input:
    """What the architecture's network takes: pictures of `image_size`, or of its resizer's input size.

    How pictures are brought to that size is the task's business, not the resizer's: all resizers of one input size,
    learned or not and whatever their interpolation, are given the same pictures, and share one cache.
    """
    resizer = part(architecture, "resizer")
    return Input(size=resizer.input_size if isinstance(resizer, Resizer) else image_size)


def build_network(architecture: Architecture, options: ClassificationTask | QualityTask, *, classes: int) -> nn.Module:
    """Pictures [B, 3, H, W] of `input_of` -> logits [B, classes], freshly initialised.

    The backbone's weights are drawn first: the same seed gives it the same ones with any resizer and without.
    """
    backbone = part(architecture, "backbone")
    if backbone is None:
        raise ValueError(f"the architecture must have a backbone, got {architecture.canonical_json()}")
    network = build_classifier(
        backbone,
        classes=classes,
        activation=options.activation,
        batch_norm=options.batch_norm,
        stochastic_depth=options.stochastic_depth,
        zero_last_gamma=options.zero_last_gamma,
        dropout=options.dropout,
    )
    colours = Colours(mean=options.pixel_mean, std=options.pixel_std)
    return behind_resizer(network, architecture, batch_norm=options.batch_norm, colours=colours)


def behind_resizer(
    network: nn.Module, architecture: Architecture, *, batch_norm: BatchNorm, colours: Colours
) -> nn.Module:
    """The network behind the architecture's resizer, which learns at its own ratio; without one the network itself."""
    resizer = part(architecture, "resizer")
    if not isinstance(resizer, Resizer):
        return network
    built = build_resizer(resizer, batch_norm=batch_norm, colours=colours)
    return Resized(rated(built, resizer.learning_rate_ratio), network)
