"""synflow: how much can flow through an untrained network, whatever the data."""

import copy
import math
from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from workers.zero_cost.errors import Unscorable
from workers.zero_cost.gradients import weighted_layers


def synflow(network: nn.Module, shape: tuple[int, ...]) -> float:
    """The logarithm of the sum of |weight * dR / dweight| over convolutions and linear layers.

    R is the sum of all outputs for one input of ones [1, *shape], all weights and biases replaced by their absolute
    values: Tanaka et al. 2020 (SynFlow), section 5, equation 2; summed over the network as in Abdelfattah et al. 2021,
    section 3.2. As in their code batch norms are left out altogether, and numbers are float64; dropout is off. The
    network itself is not touched. The logarithm keeps the order, and deep networks within reach of a table.
    Raises `Unscorable` where nothing flows, or more than a float64 holds.
    """
    linear = _linearised(network)
    layers = weighted_layers(linear)
    ones = torch.ones((1, *shape), dtype=torch.float64, device=next(linear.parameters()).device)
    flow = sum(tensor.sum() for tensor in _tensors(linear(ones)))
    if not isinstance(flow, Tensor) or not layers:
        raise Unscorable("nothing flows through the network")
    gradients = torch.autograd.grad(flow, [layer.weight for layer in layers], allow_unused=True)
    total = sum(
        float((layer.weight.detach() * gradient).abs().sum())
        for layer, gradient in zip(layers, gradients, strict=True)
        if gradient is not None
    )
    if not 0 < total < math.inf:
        raise Unscorable(f"the flow through the network is {total}")
    return math.log(total)


def _linearised(network: nn.Module) -> nn.Module:
    """A copy in float64 and evaluation mode, of absolute weights, whose batch norms hand on what they are given."""
    linear = copy.deepcopy(network).double().eval()
    with torch.no_grad():
        for parameter in linear.parameters():
            parameter.abs_()
    for module in linear.modules():
        if isinstance(module, _BatchNorm):
            module.register_forward_hook(_hand_on)
    return linear


def _hand_on(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> Tensor:
    """What the module was given; a copy, for the activation behind it may work in place."""
    return inputs[0].clone()


def _tensors(outputs: Any) -> Iterator[Tensor]:
    """The floating point tensors of whatever a network gives."""
    if isinstance(outputs, Tensor):
        if outputs.is_floating_point():
            yield outputs
    elif isinstance(outputs, Mapping):
        yield from _tensors(list(outputs.values()))
    elif isinstance(outputs, list | tuple):
        for output in outputs:
            yield from _tensors(output)
