"""The losses of an epoch, collected without making the device wait."""

from dataclasses import dataclass, field

import torch
from torch import Tensor

from workers.task import Loss
from workers.training.failures import check_finite

_CUDA_INTERVAL = 25
"""Steps between two looks at the values on a GPU: reading one waits for everything queued before it."""


@dataclass(kw_only=True, slots=True)
class StepRecord:
    """Means over the steps of an epoch; raises `TrialFailure` (diverged) when a loss or gradient norm is not finite.

    On a CPU every step is looked at when it is added, on a GPU `interval` of them at a time; the step named is exact.
    """

    interval: int
    place: str
    samples: int = 0
    _waiting: list[dict[str, Tensor]] = field(default_factory=list)
    _sums: dict[str, float] = field(default_factory=dict)
    _steps: int = 0

    @classmethod
    def on(cls, device: torch.device, *, place: str) -> "StepRecord":
        """A record for the device; `place` says which epoch it is."""
        return cls(interval=1 if device.type == "cpu" else _CUDA_INTERVAL, place=place)

    def add(self, loss: Loss, gradient_norm: Tensor) -> None:
        """Adds a step."""
        self.samples += loss.samples
        parts = {f"train_loss_{name}": value.detach() for name, value in loss.parts.items()}
        norm = gradient_norm.detach()
        self._waiting.append({"train_loss": loss.total.detach(), **parts, "gradient_norm": norm})
        if len(self._waiting) >= self.interval:
            self._read()

    def means(self) -> dict[str, float]:
        """The mean of every value over the steps so far."""
        self._read()
        return {name: total / max(1, self._steps) for name, total in self._sums.items()}

    def _read(self) -> None:
        if not self._waiting:
            return
        names = list(self._waiting[0])
        table = torch.stack([torch.stack([step[name].float() for name in names]) for step in self._waiting])
        for row in table.tolist():
            self._steps += 1
            for name, value in zip(names, row, strict=True):
                check_finite(name, value, f"{self.place}, step {self._steps}")
                self._sums[name] = self._sums.get(name, 0.0) + value
        self._waiting.clear()
