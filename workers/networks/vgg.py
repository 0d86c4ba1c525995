"""VGG-like classifiers, built from an architecture (Simonyan and Zisserman 2015, table 1).

Layers carry the names of the literature: `convolutions.conv5_3`, `fc6`, `fc7`, `fc8`. What such a layer gives is the
value before its activation, for hooks to capture. What a convolution gave is activated in place (a hook has to clone
it), what `fc6` and `fc7` gave is not.

Where convolutions have a batch norm they have no bias, which it would cancel. Without one, weights start with
variance 2 / (inputs * 9), which keeps the size of the features through any depth (He et al. 2015).
"""

from collections.abc import Iterator

import torch.nn.functional as F
from torch import Tensor, nn

from nas.tasks.training import BatchNorm
from search_spaces.vgg.architecture import Vgg
from search_spaces.vgg.cost import PICTURE_CHANNELS, pooled_features
from workers.networks.fully_connected import CLASSIFIER_STD, fully_connected
from workers.networks.layers import Activation, ConvNorm, LayerOptions, activate, convolution

DROPOUT = 0.5  # as published


class VggClassifier(nn.Module):
    """Pictures [B, 3, H, W] of any size -> logits [B, classes].

    `dropout` is the share dropped of what the activations behind `fc6` and `fc7` give.
    """

    def __init__(
        self,
        architecture: Vgg,
        *,
        classes: int,
        activation: Activation = "relu",
        batch_norm: BatchNorm | None = None,
        dropout: float = DROPOUT,
    ) -> None:
        super().__init__()
        options = LayerOptions(activation=activation, batch_norm=batch_norm or BatchNorm())
        width = architecture.fc_width
        self.convolutions = nn.ModuleDict(dict(_convolutions(architecture, options)))
        self.pooling = nn.AdaptiveAvgPool2d(architecture.pooled_size)
        self.fc6 = fully_connected(pooled_features(architecture), width)
        self.fc7 = fully_connected(width, width)
        self.fc8 = fully_connected(width, classes, std=CLASSIFIER_STD)
        self.dropout = nn.Dropout(dropout)
        self._activation = activation
        self._last_of_stage = {_name(place, stage.depth) for place, stage in enumerate(architecture.stages, 1)}

    def forward(self, pictures: Tensor) -> Tensor:
        """Logits."""
        x = pictures
        for name, layer in self.convolutions.items():
            x = activate(layer(x), self._activation)
            if name in self._last_of_stage:
                x = halve(x)
        x = self.pooling(x).flatten(1)
        for layer in (self.fc6, self.fc7):
            x = self.dropout(_activated(layer(x), self._activation))
        logits: Tensor = self.fc8(x)
        return logits


def halve(x: Tensor) -> Tensor:
    """[B, C, H, W] -> [B, C, H // 2, W // 2]: 2x2 max pooling, stride 2; a side of 1 stays 1."""
    height, width = x.shape[-2:]
    return F.max_pool2d(x, (min(2, height), min(2, width)))


def _convolutions(architecture: Vgg, options: LayerOptions) -> Iterator[tuple[str, nn.Module]]:
    """Every convolution under its name, in order."""
    channels = PICTURE_CHANNELS
    for place, stage in enumerate(architecture.stages, 1):
        for number in range(1, stage.depth + 1):
            yield _name(place, number), _convolution(channels, stage.width, architecture.batch_norm, options)
            channels = stage.width


def _name(stage: int, number: int) -> str:
    return f"conv{stage}_{number}"


def _convolution(channels: int, filters: int, batch_norm: bool, options: LayerOptions) -> nn.Module:
    if batch_norm:
        return ConvNorm(channels, filters, 3, options=options, active=False)
    layer = convolution(channels, filters, 3, bias=True)
    nn.init.kaiming_normal_(layer.weight, mode="fan_in", nonlinearity="relu")
    return layer


def _activated(x: Tensor, activation: Activation) -> Tensor:
    """The activated tensor; x is left as it is, for those who captured it."""
    return F.relu(x) if activation == "relu" else F.silu(x)
