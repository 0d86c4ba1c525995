"""Batch-norm statistics re-estimated on training batches, for the weights that are about to be evaluated."""

from collections.abc import Callable, Iterable

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm


@torch.no_grad()
def reestimate(network: nn.Module, passes: Iterable[Callable[[], object]]) -> None:
    """Sets the running statistics of every batch norm to their plain mean over these forward passes of it.

    Changes the network in place and leaves it in evaluation mode: hand in a copy to keep a training state. Everything
    but the batch norms stays in evaluation mode meanwhile, so stochastic depth draws nothing.
    """
    layers = [module for module in network.modules() if isinstance(module, _BatchNorm)]
    momenta = [layer.momentum for layer in layers]
    network.eval()
    for layer in layers:
        layer.reset_running_stats()
        layer.momentum = None  # torch then weighs every batch the same
        layer.train()
    for forward in passes:
        forward()
    for layer, momentum in zip(layers, momenta, strict=True):
        layer.momentum = momentum
    network.eval()
