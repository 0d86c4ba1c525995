"""A task without pictures: three classes of points, a small network with batch norm and dropout."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor, nn

from search_spaces.space import Architecture
from workers.task import Loss

CPU = torch.device("cpu")
LOG = logging.Logger("toy")
Points = tuple[Tensor, Tensor]


class Width(Architecture):
    kind: Literal["width"] = "width"
    width: int = 8


@dataclass(kw_only=True)
class ToyTask:
    """Draws its batches from (epoch, seed). `poison`: input factors at some (epoch, step), to break training."""

    poison: dict[tuple[int, int], float] | None = None
    metric: float | None = None
    error: Exception | None = None
    evaluations: int = 0
    steps_per_epoch: int = 6
    workload: str = "batches of 32 points"

    def description(self) -> dict[str, Any]:
        return {"kind": "toy"}

    def network(self, architecture: Architecture) -> nn.Module:
        assert isinstance(architecture, Width)
        layers = [nn.Conv2d(2, architecture.width, 1), nn.BatchNorm2d(architecture.width), nn.ReLU(), nn.Dropout(0.2)]
        return nn.Sequential(*layers, nn.Flatten(), nn.Linear(architecture.width, 3))

    def batches(self, *, epoch: int, seed: int) -> Iterator[Points]:
        generator = torch.Generator().manual_seed(seed * 1000 + epoch)
        for step in range(self.steps_per_epoch):
            factor = (self.poison or {}).get((epoch, step), 1.0)
            points, labels = _points(generator)
            yield points * factor, labels

    def loss(self, network: nn.Module, batch: Points) -> Loss:
        if self.error:
            raise self.error
        points, labels = batch
        total = nn.functional.cross_entropy(network(points).float(), labels)
        return Loss(total=total, samples=len(points), parts={"class": total})

    def evaluate(self, network: nn.Module) -> dict[str, float]:
        assert not network.training
        self.evaluations += 1
        points, labels = _points(torch.Generator().manual_seed(7))
        correct = (network(points).argmax(1) == labels).float().mean().item()
        return {"accuracy": correct if self.metric is None else self.metric}

    def show(self, network: nn.Module, folder: Path) -> list[Path]:
        assert not network.training
        file = folder / "shown.txt"
        file.write_text("what came out")
        return [file]


def _points(generator: torch.Generator) -> Points:
    labels = torch.randint(0, 3, (32,), generator=generator)
    angles = labels * 2.1
    centres = torch.stack([angles.cos(), angles.sin()], 1)
    points = centres + 0.2 * torch.randn(32, 2, generator=generator)
    return points[:, :, None, None], labels
