"""What a resizer costs, equal to the built network to the integer (Talebi and Milanfar 2021, figure 3 and table 2).

Convolutions alone have multiply-adds, as in the paper, whose FLOPs are twice as many: resizing, batch norms and
activations are not counted.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

from search_spaces.cost import Cost, convolution, total
from search_spaces.resizer.architecture import Resizer

PICTURE_CHANNELS = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class ResizerCost:
    """`paper_params` are kernels alone, as in table 2; `params` all trainable ones; `macs` for one picture."""

    paper_params: int = 0
    params: int = 0
    macs: int = 0


def resizer_cost(resizer: Resizer) -> ResizerCost:
    """The resizer for one picture of its input size; an interpolation alone costs nothing."""
    if resizer.method == "none":
        return ResizerCost()
    kernels = total(_kernels(resizer))
    filters, norms = resizer.filters, 2 * resizer.blocks + 2
    biases = 2 * filters + PICTURE_CHANNELS  # of both ends and of the 1x1 convolution
    if resizer.biases == "all":
        biases += (2 * resizer.blocks + 1) * filters
    return ResizerCost(
        paper_params=kernels.params, params=kernels.params + biases + norms * 2 * filters, macs=kernels.conv_macs
    )


def _kernels(resizer: Resizer) -> Iterator[Cost]:
    """7x7 and 1x1 at the input size; two 3x3 of every block, one behind the blocks and 7x7 at the output size."""
    filters, taken, given = resizer.filters, prod(resizer.input_size), prod(resizer.output_size)
    yield convolution(PICTURE_CHANNELS, filters, kernel=7, pixels=taken)
    yield convolution(filters, filters, kernel=1, pixels=taken)
    yield convolution(filters, filters, kernel=3, pixels=given) * (2 * resizer.blocks + 1)
    yield convolution(filters, PICTURE_CHANNELS, kernel=7, pixels=given)
