"""A classifier on a SpineNet backbone (Du et al. 2020; its head as released).

The head starts from the coarsest level, enlarges what it has to the size of the next finer one, adds that one, and so
on; the sum over all levels is divided by their number, averaged over the picture and read by one layer. Where a picture
is no multiple of the coarsest stride, which position is nearest follows from this way of going level by level.
"""

from collections.abc import Mapping

from torch import Tensor, nn

from nas.tasks.training import BatchNorm
from search_spaces.spinenet.architecture import SpineNet
from workers.networks.fully_connected import CLASSIFIER_STD, fully_connected
from workers.networks.layers import Activation, enlarge
from workers.networks.spinenet import SpineNetBackbone

DROPOUT = 0.0  # as released


class SpineNetClassifier(nn.Module):
    """Pictures [B, 3, H, W] of any size -> logits [B, classes]. `dropout` is the share dropped before `classifier`."""

    def __init__(
        self,
        architecture: SpineNet,
        *,
        classes: int,
        activation: Activation = "relu",
        batch_norm: BatchNorm | None = None,
        stochastic_depth: float = 0.0,
        zero_last_gamma: bool = True,
        dropout: float = DROPOUT,
    ) -> None:
        super().__init__()
        self.backbone = SpineNetBackbone(
            architecture,
            activation=activation,
            batch_norm=batch_norm,
            stochastic_depth=stochastic_depth,
            zero_last_gamma=zero_last_gamma,
        )
        self.dropout = nn.Dropout(dropout)
        self.classifier = fully_connected(self.backbone.channels, classes, std=CLASSIFIER_STD)

    def forward(self, pictures: Tensor) -> Tensor:
        """Logits."""
        features = mean_over_levels(self.backbone(pictures)).mean((2, 3))
        logits: Tensor = self.classifier(self.dropout(features))
        return logits


def mean_over_levels(features: Mapping[int, Tensor]) -> Tensor:
    """{level: [B, C, h, w]} -> [B, C, h, w] of the finest level: the mean of all, each enlarged level by level."""
    coarsest, *finer = sorted(features, reverse=True)
    total = features[coarsest]
    for level in finer:
        height, width = features[level].shape[-2:]
        total = enlarge(total, (height, width)) + features[level]
    return total / len(features)
