"""The cost of a built network, counted layer by layer while it runs.

The conventions of the SpineNet publication: parameters are trainable ones; a multiply-add counts 1; convolutions and
fully connected layers count without their bias, a batch norm counts 1 per output element; nothing else counts.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.func import functional_call

from search_spaces.cost import Cost


def count(network: nn.Module, input_shape: tuple[int, int, int]) -> Cost:
    """Parameters and multiply-adds of one forward pass over one picture of (channels, height, width).

    Only shapes are computed (on torch's meta device), so a large network on a large picture takes no time or memory.
    """
    params = sum(parameter.numel() for parameter in network.parameters() if parameter.requires_grad)
    tally = {"convolution": 0, "batch norm": 0}
    with torch.no_grad(), _evaluating(network), _counting(network, tally):
        functional_call(network, _meta_state(network), (torch.empty(1, *input_shape, device="meta"),))
    return Cost(params=params, conv_macs=tally["convolution"], batch_norm_macs=tally["batch norm"])


def _meta_state(network: nn.Module) -> dict[str, Tensor]:
    state = [*network.named_parameters(), *network.named_buffers()]
    return {name: tensor.to("meta") for name, tensor in state}


@contextmanager
def _evaluating(network: nn.Module) -> Iterator[None]:
    modes = {module: module.training for module in network.modules()}
    network.eval()
    try:
        yield
    finally:
        for module, mode in modes.items():
            module.training = mode


@contextmanager
def _counting(network: nn.Module, tally: dict[str, int]) -> Iterator[None]:
    def add(module: nn.Module, _inputs: tuple[Tensor, ...], output: Tensor) -> None:
        kind = "batch norm" if isinstance(module, nn.BatchNorm2d) else "convolution"
        tally[kind] += output.numel() * _macs_per_element(module)

    counted = [module for module in network.modules() if isinstance(module, nn.Conv2d | nn.Linear | nn.BatchNorm2d)]
    handles = [module.register_forward_hook(add) for module in counted]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _macs_per_element(module: nn.Module) -> int:
    if isinstance(module, nn.Conv2d):
        return module.in_channels // module.groups * math.prod(module.kernel_size)
    return module.in_features if isinstance(module, nn.Linear) else 1
