"""Exact costs by arithmetic: trainable parameters and multiply-adds, one multiply-add counted as 1.

As published: `macs` holds the multiply-adds of convolutions plus one per output element of a batch norm; pooling,
resizing, sums and activations cost nothing. `params` are trainable: convolution weights and biases, gamma and beta of
batch norms, not their running statistics.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Cost:
    """Params, and multiply-adds for one input picture. Costs add, and multiply by how often a part is there."""

    params: int = 0
    conv_macs: int = 0
    batch_norm_macs: int = 0

    @property
    def macs(self) -> int:
        """All multiply-adds, as published."""
        return self.conv_macs + self.batch_norm_macs

    def __add__(self, other: "Cost") -> "Cost":
        return total((self, other))

    def __mul__(self, times: int) -> "Cost":
        return Cost(
            params=self.params * times,
            conv_macs=self.conv_macs * times,
            batch_norm_macs=self.batch_norm_macs * times,
        )


def total(costs: Iterable[Cost]) -> Cost:
    """The sum."""
    params = conv_macs = batch_norm_macs = 0
    for cost in costs:
        params += cost.params
        conv_macs += cost.conv_macs
        batch_norm_macs += cost.batch_norm_macs
    return Cost(params=params, conv_macs=conv_macs, batch_norm_macs=batch_norm_macs)


def convolution(channels: int, filters: int, *, kernel: int, pixels: int, bias: bool = False) -> Cost:
    """A dense convolution whose output has `pixels` positions; a bias adds params, no multiply-adds."""
    weights = channels * filters * kernel * kernel
    return Cost(params=weights + filters * bias, conv_macs=weights * pixels)


def batch_norm(channels: int, *, pixels: int) -> Cost:
    """A batch norm: gamma and beta, one multiply-add per element."""
    return Cost(params=2 * channels, batch_norm_macs=channels * pixels)


def normalized_convolution(channels: int, filters: int, *, kernel: int, pixels: int) -> Cost:
    """A convolution without bias, then a batch norm."""
    weights = channels * filters * kernel * kernel
    return Cost(params=weights + 2 * filters, conv_macs=weights * pixels, batch_norm_macs=filters * pixels)
