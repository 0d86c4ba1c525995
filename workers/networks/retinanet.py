"""RetinaNet on a backbone (Lin et al. 2017; as used by Du et al. 2020, section 4.1).

Two branches, classes and boxes, run over every level with the same convolutions, which have a bias; every level has
batch norms of its own, per convolution and branch.
"""

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Protocol

import torch
from torch import Tensor, nn

from nas.tasks.training import BatchNorm
from workers.networks.layers import Activation, LayerOptions, activate, convolution

BOX_CODES = 4


class Backbone(Protocol):
    """A network that gives features [B, channels, h, w] at each of its levels, ascending."""

    levels: tuple[int, ...]
    channels: int

    def __call__(self, pictures: Tensor) -> Mapping[int, Tensor]: ...


class RetinaNet(nn.Module):
    """Pictures [B, 3, H, W] -> class logits [B, A, classes] and box codes [B, A, 4].

    A runs over level, row, column, anchor. `predictor_std` spreads the initial weights of the last convolutions: 1e-5
    is published, short trainings of small proxies find rare classes more surely with 0.01.
    """

    def __init__(
        self,
        backbone: Backbone,
        *,
        classes: int,
        anchors_per_position: int,
        head_filters: int = 256,
        head_convs: int = 4,
        class_prior: float = 0.01,
        predictor_std: float = 1e-5,
        activation: Activation = "relu",
        batch_norm: BatchNorm | None = None,
    ) -> None:
        super().__init__()
        options = LayerOptions(activation=activation, batch_norm=batch_norm or BatchNorm())
        widths = [backbone.channels] + [head_filters] * head_convs
        levels = len(backbone.levels)
        self.backbone = backbone
        self.classes = HeadBranch(widths, classes, anchors_per_position, levels, options)
        self.boxes = HeadBranch(widths, BOX_CODES, anchors_per_position, levels, options)
        _initialise_predictor(self.classes.predictor, predictor_std, -math.log((1 - class_prior) / class_prior))
        _initialise_predictor(self.boxes.predictor, predictor_std, 0.0)

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """Logits and box codes in the anchors' order."""
        features = list(self.backbone(pictures).values())
        return self.classes(features), self.boxes(features)


class HeadBranch(nn.Module):
    """Convolutions shared by all levels, each followed by the level's own batch norm, then the predictor."""

    def __init__(
        self, widths: Sequence[int], values: int, anchors_per_position: int, levels: int, options: LayerOptions
    ) -> None:
        super().__init__()
        pairs = list(itertools.pairwise(widths))
        self.convolutions = nn.ModuleList(_head_convolution(inputs, outputs) for inputs, outputs in pairs)
        self.norms = nn.ModuleList(nn.ModuleList(options.norm(outputs) for _, outputs in pairs) for _ in range(levels))
        self.predictor = convolution(widths[-1], anchors_per_position * values, 3, bias=True)
        self._values = values
        self._activation = options.activation

    def forward(self, features: Sequence[Tensor]) -> Tensor:
        """Features [B, C, h, w] per level -> [B, A, values]."""
        predictions = [self._level(x, norms) for x, norms in zip(features, self.norms, strict=True)]
        return torch.cat(predictions, 1)

    def _level(self, x: Tensor, norms: nn.Module) -> Tensor:
        assert isinstance(norms, nn.ModuleList)
        for layer, norm in zip(self.convolutions, norms, strict=True):
            x = activate(norm(layer(x)), self._activation)
        # With channels-last features both steps are views.
        predictions: Tensor = self.predictor(x)
        return predictions.permute(0, 2, 3, 1).reshape(x.shape[0], -1, self._values)


def _head_convolution(inputs: int, outputs: int) -> nn.Conv2d:
    layer = convolution(inputs, outputs, 3, bias=True)
    nn.init.normal_(layer.weight, std=0.01)
    return layer


def _initialise_predictor(layer: nn.Conv2d, std: float, bias: float) -> None:
    nn.init.normal_(layer.weight, std=std)
    assert layer.bias is not None
    nn.init.constant_(layer.bias, bias)
