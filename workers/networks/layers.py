"""Convolution, batch norm and activation as every network of the service uses them.

Tensors are NCHW in meaning; all layers keep the channels-last memory format when they are given it, which is faster on
CPUs and on tensor cores. Padding is k // 2 on both sides, so a stride-2 layer turns a side of n into ceil(n / 2).
"""

from dataclasses import dataclass
from typing import Literal

import torch.nn.functional as F
from torch import Tensor, nn

from nas.tasks.training import BatchNorm

Activation = Literal["relu", "swish"]


@dataclass(frozen=True, kw_only=True, slots=True)
class LayerOptions:
    """What all layers of one network share."""

    activation: Activation
    batch_norm: BatchNorm

    def norm(self, channels: int) -> nn.BatchNorm2d:
        """A batch norm with these constants."""
        return nn.BatchNorm2d(channels, eps=self.batch_norm.epsilon, momentum=self.batch_norm.momentum)


def activate(x: Tensor, activation: Activation) -> Tensor:
    """The activated tensor. ReLU works in place: no layer before it needs its own output for the backward pass."""
    return F.relu(x, inplace=True) if activation == "relu" else F.silu(x)


class Convolution(nn.Conv2d):
    """A convolution that steps by 1 across a picture one column wide, which gives the same output.

    With stride 2 there, oneDNN in bfloat16 leaves the weight gradient of the outer columns of the kernel unwritten.
    """

    def forward(self, x: Tensor) -> Tensor:
        """[B, inputs, H, W] -> [B, outputs, ceil(H / stride), ceil(W / stride)]."""
        stride = (self.stride[0], 1) if x.shape[-1] == 1 else self.stride
        return F.conv2d(x, self.weight, self.bias, stride, self.padding)


def convolution(inputs: int, outputs: int, kernel: int, *, stride: int = 1, bias: bool = False) -> nn.Conv2d:
    """A convolution with zero bias and normal weights of variance 1 / (inputs * kernel**2), as released."""
    layer = Convolution(inputs, outputs, kernel, stride=stride, padding=kernel // 2, bias=bias)
    nn.init.kaiming_normal_(layer.weight, mode="fan_in", nonlinearity="linear")
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return layer


class ConvNorm(nn.Module):
    """Convolution without bias, batch norm, and the activation unless `active` is off."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int = 1, *, options: LayerOptions, stride: int = 1, active: bool = True
    ) -> None:
        super().__init__()
        self.convolution = convolution(inputs, outputs, kernel, stride=stride)
        self.norm = options.norm(outputs)
        self.activation = options.activation if active else None

    def forward(self, x: Tensor) -> Tensor:
        """[B, inputs, H, W] -> [B, outputs, ceil(H / stride), ceil(W / stride)]."""
        x = self.norm(self.convolution(x))
        return x if self.activation is None else activate(x, self.activation)


def halve_by_pooling(x: Tensor) -> Tensor:
    """[B, C, H, W] -> [B, C, ceil(H / 2), ceil(W / 2)]: 3x3 max pooling, stride 2, padded as TensorFlow's SAME.

    SAME pads an odd side by one at both ends and an even side at its far end only; ceil mode gives the latter.
    """
    height, width = x.shape[-2:]
    return F.max_pool2d(x, 3, 2, padding=(height % 2, width % 2), ceil_mode=True)


def enlarge(x: Tensor, size: tuple[int, int]) -> Tensor:
    """[B, C, h, w] -> [B, C, *size], each position the nearest one at or before it; any ratio of sizes."""
    return F.interpolate(x, size=size, mode="nearest")


def drop_path(x: Tensor, rate: float, *, training: bool) -> Tensor:
    """The branch, or in training 0 for a random share `rate` of the pictures and x / (1 - rate) for the others.

    Stochastic depth (Huang et al. 2016). Draws from torch's global generator.
    """
    if not training or rate == 0.0:
        return x
    kept = x.new_empty((x.shape[0], 1, 1, 1)).bernoulli_(1.0 - rate)
    return x * kept.div_(1.0 - rate)
