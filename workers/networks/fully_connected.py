"""Fully connected layers as the classifiers of the service start them."""

import math

from torch import nn

CLASSIFIER_STD = 0.01  # small: a classifier starts with all classes about equally likely


def fully_connected(inputs: int, outputs: int, *, std: float | None = None) -> nn.Linear:
    """A layer with zero bias and normal weights; by default of variance 2 / inputs, which keeps the size of what a ReLU
    gave (He et al. 2015)."""
    layer = nn.Linear(inputs, outputs)
    nn.init.normal_(layer.weight, std=math.sqrt(2 / inputs) if std is None else std)
    nn.init.zeros_(layer.bias)
    return layer
