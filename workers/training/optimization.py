"""The optimizer and the learning rate of every step."""

import math

import torch
from torch import nn

from nas.tasks.training import AdamW, Cosine, Sgd, Step

RATIO = "learning_rate_ratio"
"""What a module, and a group of its parameters, remember their ratio under."""


def rated(module: nn.Module, ratio: float) -> nn.Module:
    """The module itself, marked: its parameters learn at `ratio` times the learning rate. The innermost mark counts.

    The mark is no part of the state dict; copies of the module keep it. Raises ValueError unless it is positive.
    """
    if not 0 < ratio < math.inf:
        raise ValueError(f"the ratio of a learning rate must be positive and finite, got {ratio}")
    setattr(module, RATIO, float(ratio))
    return module


def build_optimizer(network: nn.Module, options: AdamW | Sgd) -> torch.optim.Optimizer:
    """A fused optimizer over the trainable parameters; weight decay acts on those of two and more dimensions only.

    Parameters of a module that went through `rated` learn by that module's ratio of the learning rate.
    """
    groups = _groups(network, options.weight_decay)
    match options:
        case AdamW():
            return torch.optim.AdamW(groups, lr=options.learning_rate, betas=options.betas, fused=True)
        case Sgd():
            return torch.optim.SGD(
                groups, lr=options.learning_rate, momentum=options.momentum, nesterov=options.nesterov, fused=True
            )


def set_learning_rate(optimizer: torch.optim.Optimizer, learning_rate: float) -> None:
    """Makes the next step use this learning rate, in every group times its ratio."""
    for group in optimizer.param_groups:
        group["lr"] = learning_rate * group.get(RATIO, 1.0)


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
    """Two groups per ratio, with and without weight decay. A group of ratio 1 does not mention it."""
    by_ratio: dict[float, list[nn.Parameter]] = {1.0: []}
    for parameter, ratio in _ratios(network, 1.0).items():
        if parameter.requires_grad:
            by_ratio.setdefault(ratio, []).append(parameter)
    groups: list[dict[str, object]] = []
    for ratio, parameters in by_ratio.items():
        mark = {} if ratio == 1.0 else {RATIO: ratio}
        for decay, of_matrices in ((weight_decay, True), (0.0, False)):
            chosen = [parameter for parameter in parameters if (parameter.ndim > 1) == of_matrices]
            groups.append({"params": chosen, "weight_decay": decay, **mark})
    return groups


def _ratios(module: nn.Module, ratio: float) -> dict[nn.Parameter, float]:
    """The ratio of every parameter, in the order of `module.parameters()`; one shared by two modules counts once."""
    ratio = getattr(module, RATIO, ratio)
    ratios = dict.fromkeys(module.parameters(recurse=False), ratio)
    for child in module.children():
        for parameter, own in _ratios(child, ratio).items():
            ratios.setdefault(parameter, own)
    return ratios
