"""The optimizer and the learning rate of every step."""

import math

import torch
from torch import nn

from nas.tasks.training import AdamW, Cosine, Sgd, Step


def build_optimizer(network: nn.Module, options: AdamW | Sgd) -> torch.optim.Optimizer:
    """A fused optimizer over the trainable parameters; weight decay acts on those of two and more dimensions only."""
    groups = _groups(network, options.weight_decay)
    match options:
        case AdamW():
            return torch.optim.AdamW(groups, lr=options.learning_rate, betas=options.betas, fused=True)
        case Sgd():
            return torch.optim.SGD(
                groups, lr=options.learning_rate, momentum=options.momentum, nesterov=options.nesterov, fused=True
            )


def set_learning_rate(optimizer: torch.optim.Optimizer, learning_rate: float) -> None:
    """Makes the next step use this learning rate in every group."""
    for group in optimizer.param_groups:
        group["lr"] = learning_rate


def rate_at(step: int, *, steps: int, schedule: Cosine | Step) -> float:
    """The share of the peak learning rate at `step` of `steps` (0-based): linear warm-up, then the schedule.

    The warm-up ends on the peak itself; the last cosine step stands just above `final`.
    """
    warmup = round(schedule.warmup * steps)
    if step < warmup:
        return (step + 1) / warmup
    match schedule:
        case Cosine():
            progress = (step - warmup) / max(1, steps - warmup)
            return schedule.final + (1 - schedule.final) * 0.5 * (1 + math.cos(math.pi * progress))
        case Step():
            passed = sum(step >= milestone * steps for milestone in schedule.milestones)
            return float(schedule.factor**passed)


def _groups(network: nn.Module, weight_decay: float) -> list[dict[str, object]]:
    parameters = [parameter for parameter in network.parameters() if parameter.requires_grad]
    return [
        {"params": [parameter for parameter in parameters if parameter.ndim > 1], "weight_decay": weight_decay},
        {"params": [parameter for parameter in parameters if parameter.ndim <= 1], "weight_decay": 0.0},
    ]
