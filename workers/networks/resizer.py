"""The learned resizer (Talebi and Milanfar 2021, figure 3), the interpolation it has to beat, and what follows it.

Stride 1 and zero padding everywhere, LeakyReLU of slope 0.2. The paper says nothing about biases, initial weights and
where colours are normalised: each is a field of the architecture. By default biases stand where no batch norm follows
directly, which is at both ends and in the 1x1 convolution, as in the public re-implementations; kernels start normal
with variance 1 / (inputs * kernel**2) like all of this house; colours are normalised before.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nas.tasks.training import BatchNorm
from search_spaces.resizer.architecture import Initialiser, Resizer
from search_spaces.resizer.cost import PICTURE_CHANNELS
from workers.networks.layers import convolution
from workers.networks.resizing import resize
from workers.networks.weights import State, differences, read_weights, unfit

SLOPE = 0.2  # of LeakyReLU below 0
WHITE = 255.0
REDRAWN: Mapping[Initialiser, Callable[[Tensor], Tensor]] = MappingProxyType(
    {
        "he": partial(nn.init.kaiming_normal_, mode="fan_in", nonlinearity="relu"),
        "glorot": nn.init.xavier_uniform_,
        "torch": partial(nn.init.kaiming_uniform_, a=math.sqrt(5)),
    }
)
"""Initialisers of kernels, beside the one that every `convolution` begins with."""
RESIZER = "resizer."  # how the names of its weights begin in a network that stands behind it
CALLED = "resizer weights"


@dataclass(frozen=True, kw_only=True, slots=True)
class Colours:
    """What normalised pictures are: (colour of 0..255 - mean) / std, by channel."""

    mean: tuple[float, float, float]
    std: tuple[float, float, float]


NEUTRAL = Colours(mean=(0.0, 0.0, 0.0), std=(WHITE, WHITE, WHITE))
"""Colours of 0..1 as they are."""


def build_resizer(
    resizer: Resizer, *, batch_norm: BatchNorm | None = None, colours: Colours | None = None
) -> nn.Module:
    """The network of this resizer: `BaseResizer` for method none, else `LearnedResizer`, with the weights of its file.

    Without a file they are drawn, and so many are drawn with one: what is drawn later is the same either way. Raises
    `TrialFailure` (data) for a file that is missing, unreadable or of another resizer.
    """
    if resizer.method == "none":
        return BaseResizer(resizer)
    network = LearnedResizer(resizer, batch_norm=batch_norm, colours=colours)
    if resizer.weights is not None:
        network.load_state_dict(resizer_weights(Path(resizer.weights), resizer))
    return network


def resizer_weights(file: Path, resizer: Resizer) -> State:
    """The weights of this learned resizer, by their names in it: out of its own state dict, or the model of a trial.

    Raises `TrialFailure` (data) naming what differs.
    """
    found = read_weights(file, called=CALLED)
    behind = {name.removeprefix(RESIZER): value for name, value in found.items() if name.startswith(RESIZER)}
    state = behind or found
    with torch.device("meta"):
        wanted = LearnedResizer(resizer, colours=NEUTRAL).state_dict()
    problems = differences(wanted, state)
    if not problems:
        return state
    ours, theirs = _measures(wanted), _measures(state)
    sentence = f"got {theirs}" if theirs not in (None, ours) else "; ".join(problems)
    raise unfit(file, f"must be those of a learned resizer with {ours}: {sentence}", called=CALLED)


class BaseResizer(nn.Module):
    """The interpolation of a resizer alone, from its input size to its output size."""

    def __init__(self, resizer: Resizer) -> None:
        super().__init__()
        self.architecture = resizer

    def forward(self, pictures: Tensor) -> Tensor:
        """[B, C, *input_size] -> [B, C, *output_size], whatever the channels. ValueError for another size."""
        architecture = self.architecture
        if tuple(pictures.shape[2:]) != architecture.input_size:
            wanted = ", ".join(map(str, architecture.input_size))
            raise ValueError(f"pictures must be [B, C, {wanted}], got {list(pictures.shape)}")
        return resize(
            pictures,
            architecture.output_size,
            interpolation=architecture.interpolation,
            antialias=architecture.antialias,
        )


class LearnedResizer(nn.Module):
    """Pictures [B, 3, *input_size] -> pictures [B, 3, *output_size], differentiable; values are not clamped.

    The interpolated pictures plus what convolutions make of them. With tail `zero` that starts as exactly nothing; the
    first step then only moves the tail, and the rest follows from the second on. No parameter depends on the sizes.

    Pictures are normalised, as given and as returned; where the architecture normalises after the resizer, it works on
    colours of 0..1, for which `colours` are needed.
    """

    centre: Tensor
    spread: Tensor

    def __init__(
        self, resizer: Resizer, *, batch_norm: BatchNorm | None = None, colours: Colours | None = None
    ) -> None:
        super().__init__()
        if resizer.method != "learned":
            raise ValueError(f"the method of a learned resizer must be learned, got {resizer.method}")
        constants, filters, biased = batch_norm or BatchNorm(), resizer.filters, resizer.biases == "all"
        self.architecture = resizer
        self.base = BaseResizer(resizer)
        self.head = _head(filters, constants)
        self.blocks = nn.Sequential(*(ResidualBlock(filters, constants, bias=biased) for _ in range(resizer.blocks)))
        self.merge = nn.Sequential(convolution(filters, filters, 3, bias=biased), _norm(filters, constants))
        self.tail = convolution(filters, PICTURE_CHANNELS, 7, bias=True)
        self._draw(resizer)
        self._keep_colours(colours)

    def forward(self, pictures: Tensor) -> Tensor:
        """The resized pictures. ValueError for pictures of another size than the architecture says."""
        if self.architecture.normalisation == "before":
            return self._resized(pictures)
        return (self._resized(pictures * self.spread + self.centre) - self.centre) / self.spread

    def _resized(self, pictures: Tensor) -> Tensor:
        base = self.base(pictures)
        features = self.base(self.head(pictures))
        merged = self.merge(self.blocks(features)).add_(features)
        resized: Tensor = base + self.tail(merged)
        return resized

    def _draw(self, resizer: Resizer) -> None:
        """Draws the kernels in another way than `convolution` did, where another is wanted."""
        if resizer.initialiser in REDRAWN:
            for layer in (module for module in self.modules() if isinstance(module, nn.Conv2d)):
                REDRAWN[resizer.initialiser](layer.weight)
        if resizer.tail == "zero":
            nn.init.zeros_(self.tail.weight)

    def _keep_colours(self, colours: Colours | None) -> None:
        """Centre and spread [3, 1, 1] of the colours on the scale 0..1, beside the weights but not among them."""
        if self.architecture.normalisation == "before":
            return
        if colours is None:
            raise ValueError("a resizer before the normalisation needs the colours that pictures are normalised by")
        for name, values in (("centre", colours.mean), ("spread", colours.std)):
            self.register_buffer(name, torch.tensor(values)[:, None, None] / WHITE, persistent=False)


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions around an identity; no activation after the sum."""

    def __init__(self, filters: int, batch_norm: BatchNorm, *, bias: bool = False) -> None:
        super().__init__()
        self.branch = nn.Sequential(
            convolution(filters, filters, 3, bias=bias),
            _norm(filters, batch_norm),
            Leaky(),
            convolution(filters, filters, 3, bias=bias),
            _norm(filters, batch_norm),
        )

    def forward(self, x: Tensor) -> Tensor:
        """[B, filters, H, W] -> the same shape."""
        output: Tensor = self.branch(x).add_(x)
        return output


class Leaky(nn.Module):
    """LeakyReLU of the paper's slope, in place: no layer before it needs its own output for the backward pass."""

    def forward(self, x: Tensor) -> Tensor:
        """Any shape -> the same."""
        return F.leaky_relu(x, SLOPE, inplace=True)


class Resized(nn.Module):
    """A network behind a resizer, trained as one; the parts stay `resizer` and `network`."""

    def __init__(self, resizer: nn.Module, network: nn.Module) -> None:
        super().__init__()
        self.resizer = resizer
        self.network = network

    def forward(self, pictures: Tensor) -> Any:
        """Pictures as the resizer takes them -> whatever the network gives."""
        return self.network(self.resizer(pictures))


def _head(filters: int, batch_norm: BatchNorm) -> nn.Sequential:
    """What runs at the input size; its batch norm stands behind the activation."""
    return nn.Sequential(
        convolution(PICTURE_CHANNELS, filters, 7, bias=True),
        Leaky(),
        convolution(filters, filters, 1, bias=True),
        Leaky(),
        _norm(filters, batch_norm),
    )


def _measures(state: Mapping[str, Tensor]) -> str | None:
    """Blocks and filters of the resizer that has these weights; None where they are no resizer's."""
    head = state.get("head.0.weight")
    blocks = {name.split(".")[1] for name in state if name.startswith("blocks.")}
    return None if head is None or head.ndim == 0 else f"blocks {len(blocks)}, filters {len(head)}"


def _norm(filters: int, batch_norm: BatchNorm) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(filters, eps=batch_norm.epsilon, momentum=batch_norm.momentum)
