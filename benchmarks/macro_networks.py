"""The networks of NAS-Bench-Macro (Su et al. 2021, section 5.1 and the authors' `train/model.py`), and their task.

A code has 8 digits, one per layer in stages of 2, 3 and 3: 0 is the identity, 1 an inverted residual of kernel 3 and
expansion 3, 2 one of kernel 5 and expansion 6. The first layer of a stage halves the picture and doubles the width.
"""

from collections.abc import Iterator
from pathlib import Path

import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor, nn

from workers.data.batching import spread
from workers.data.labelled import read_class_folders
from workers.task import Loss

STAGES = (2, 3, 3)
WIDTH, LAST_WIDTH, CLASSES, SIDE = 32, 1280, 10, 32
KINDS = {"1": (3, 3), "2": (5, 6)}  # kernel, expansion
Batch = tuple[Tensor, Tensor]


def is_canonical(code: str) -> bool:
    """Whether identities stand last in each stage, behind its first layer: elsewhere they give the same network."""
    starts = [sum(STAGES[:stage]) for stage in range(len(STAGES))]
    tails = [code[start + 1 : start + length] for start, length in zip(starts, STAGES, strict=True)]
    return all("0" not in tail.rstrip("0") for tail in tails)


def macro_network(code: str) -> nn.Module:
    """Pictures [B, 3, 32, 32] -> logits [B, 10], freshly initialised as torch does by default."""
    layers: list[nn.Module] = [*_convolution(3, WIDTH, 3), nn.ReLU(inplace=True)]
    width, digits = WIDTH, iter(code)
    for length in STAGES:
        for place in range(length):
            layers.append(_layer(next(digits), width, first=place == 0))
            width *= 2 if place == 0 else 1
    layers += [*_convolution(width, LAST_WIDTH, 1), nn.ReLU(inplace=True)]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(LAST_WIDTH, CLASSES))


class InvertedResidual(nn.Module):
    """Widen, filter each channel, narrow; around an identity where the shape stays."""

    def __init__(self, inputs: int, outputs: int, *, kernel: int, expansion: int, stride: int) -> None:
        super().__init__()
        hidden = inputs * expansion
        self.branch = nn.Sequential(
            *_convolution(inputs, hidden, 1),
            nn.ReLU(inplace=True),
            *_convolution(hidden, hidden, kernel, stride=stride, groups=hidden),
            nn.ReLU(inplace=True),
            *_convolution(hidden, outputs, 1),
        )
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        """[B, inputs, H, W] -> [B, outputs, H / stride, W / stride]."""
        branch: Tensor = self.branch(x)
        return branch + x if self.residual else branch


def _layer(digit: str, width: int, *, first: bool) -> nn.Module:
    outputs, stride = (2 * width, 2) if first else (width, 1)
    if digit in KINDS:
        kernel, expansion = KINDS[digit]
        return InvertedResidual(width, outputs, kernel=kernel, expansion=expansion, stride=stride)
    return nn.Sequential(*_convolution(width, outputs, 1, stride=stride)) if first else nn.Identity()


def _convolution(inputs: int, outputs: int, kernel: int, *, stride: int = 1, groups: int = 1) -> list[nn.Module]:
    padding = kernel // 2
    convolution = nn.Conv2d(inputs, outputs, kernel, stride, padding, groups=groups, bias=False)
    return [convolution, nn.BatchNorm2d(outputs)]


class MacroTask:
    """As much of a task as scores ask for: cross entropy on pictures of ten classes, or on noise."""

    def __init__(self, batches: list[Batch]) -> None:
        self._batches = batches

    @property
    def steps_per_epoch(self) -> int:
        """All there are."""
        return len(self._batches)

    def batches(self, *, epoch: int, seed: int) -> Iterator[Batch]:
        """The same ones always."""
        yield from self._batches

    def loss(self, network: nn.Module, batch: Batch) -> Loss:
        """Cross entropy."""
        pictures, labels = batch
        return Loss(total=F.cross_entropy(network(pictures), labels), samples=len(labels))


def noise_batches(count: int, size: int) -> list[Batch]:
    """Standard normal pictures with labels that mean nothing."""
    generator = torch.Generator().manual_seed(0)
    return [
        (
            torch.randn(size, 3, SIDE, SIDE, generator=generator),
            torch.randint(CLASSES, (size,), generator=generator),
        )
        for _ in range(count)
    ]


def picture_batches(folder: Path, count: int, size: int) -> list[Batch]:
    """Pictures of a folder per class, shrunk to 32 x 32 and normalised, the classes in turns."""
    pictures = read_class_folders(folder)
    places = spread(len(pictures), count * size)
    pixels = torch.stack([_pixels(pictures.folder / pictures.names[place]) for place in places])
    pixels = (pixels - pixels.mean((0, 2, 3), keepdim=True)) / pixels.std((0, 2, 3), keepdim=True)
    labels = torch.tensor([int(pictures.labels[place]) for place in places])
    return [(pixels[start::count], labels[start::count]) for start in range(count)]


def _pixels(file: Path) -> Tensor:
    """float32 [3, 32, 32] in 0..1."""
    with Image.open(file) as picture:
        small = picture.convert("RGB").resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    return torch.frombuffer(bytearray(small.tobytes()), dtype=torch.uint8).view(SIDE, SIDE, 3).permute(2, 0, 1) / 255
