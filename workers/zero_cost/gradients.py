"""grad_norm, snip and zico: what the gradients of the loss say before the first step.

All three look at the weights of convolutions and linear layers, as their authors' code does: neither biases nor batch
norms. Gradients are those of training: batch norms use the statistics of the batch.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from workers.task import B, Task
from workers.zero_cost.errors import Unscorable


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class LayerGradient:
    """The weights of one layer and the gradient of the loss by them, of the same shape."""

    weight: Tensor
    gradient: Tensor


def weighted_layers(network: nn.Module) -> list[nn.Conv2d | nn.Linear]:
    """The convolutions and linear layers whose weights are trained, in the order of the modules."""
    layers = [module for module in network.modules() if isinstance(module, nn.Conv2d | nn.Linear)]
    return [layer for layer in layers if layer.weight.requires_grad]


def layer_gradients(task: Task[B], network: nn.Module, batch: B) -> list[LayerGradient]:
    """The gradients of one batch; 0 for a layer that the loss does not depend on. Leaves none in the network."""
    weights = [layer.weight for layer in weighted_layers(network)]
    if not weights:
        raise Unscorable("the network has no convolution and no linear layer to train")
    network.train()
    gradients = torch.autograd.grad(task.loss(network, batch).total, weights, allow_unused=True)
    return [
        LayerGradient(weight=weight.detach(), gradient=torch.zeros_like(weight) if gradient is None else gradient)
        for weight, gradient in zip(weights, gradients, strict=True)
    ]


def grad_norm(layers: Sequence[LayerGradient]) -> float:
    """The Euclidean norm of the gradient of each layer, summed (Abdelfattah et al. 2021, section 3.2)."""
    return sum(float(layer.gradient.double().norm()) for layer in layers)


def snip(layers: Sequence[LayerGradient]) -> float:
    """The sum of |weight * gradient| over all weights: how much the loss would feel the loss of each.

    Lee et al. 2019 (SNIP), section 4.1, equation 5, before its normalisation; summed over the network as in Abdelfattah
    et al. 2021, section 3.2, equation 1.
    """
    return sum(float((layer.weight.double() * layer.gradient.double()).abs().sum()) for layer in layers)


def zico(batches: Sequence[Sequence[LayerGradient]]) -> float:
    """The sum over layers of log(sum over weights of mean |g| / std g), g the gradients of at least two batches.

    Li et al. 2023 (ZiCo), section 3.3, with the standard deviation of the gradient itself and of the whole population,
    as in the authors' code. Weights whose gradient does not vary count nothing, layers without others neither. Unlike
    there, every batch has its own gradient: that code adds them up. Raises `Unscorable` where no gradient varies.
    """
    if len(batches) < 2:
        raise ValueError(f"zico needs the gradients of at least two batches, got {len(batches)}")
    ratios = [_inverse_variation([layer.gradient for layer in layers]) for layers in zip(*batches, strict=True)]
    varied = [ratio for ratio in ratios if ratio > 0]
    if not varied:
        raise Unscorable("the gradient of no weight varies between batches")
    return float(torch.tensor(varied, dtype=torch.float64).log().sum())


def _inverse_variation(gradients: Sequence[Tensor]) -> float:
    """The sum of mean |g| / std g over the weights of one layer."""
    stacked = torch.stack([gradient.double() for gradient in gradients])
    deviation = stacked.std(0, correction=0)
    varied = deviation > 0
    return float((stacked.abs().mean(0)[varied] / deviation[varied]).sum())
