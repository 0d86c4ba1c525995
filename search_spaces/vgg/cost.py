"""What a VGG-like classifier costs, equal to the built network to the integer (Simonyan and Zisserman 2015)."""

from collections.abc import Iterator
from itertools import pairwise

from search_spaces.cost import Cost, convolution, normalized_convolution, total
from search_spaces.vgg.architecture import Vgg

PICTURE_CHANNELS = 3
Size = tuple[int, int]


def vgg_cost(architecture: Vgg, size: Size, classes: int) -> Cost:
    """The whole classifier for one picture of `size` (height, width).

    Raises ValueError unless height and width are at least 1.
    """
    if min(size) < 1:
        raise ValueError(f"size must be at least 1 in height and in width, got {size}")
    return total((*_convolutions(architecture, size), *_fully_connected(architecture, classes)))


def halved(size: Size) -> Size:
    """Height and width after the pooling that ends a stage: rounded down as published, but a side of 1 stays."""
    return max(1, size[0] // 2), max(1, size[1] // 2)


def pooled_features(architecture: Vgg) -> int:
    """How many values fc6 reads."""
    return architecture.stages[-1].width * architecture.pooled_size**2


def _convolutions(architecture: Vgg, size: Size) -> Iterator[Cost]:
    channels = PICTURE_CHANNELS
    for stage in architecture.stages:
        pixels = size[0] * size[1]
        for inputs in (channels, *[stage.width] * (stage.depth - 1)):
            yield _convolution(inputs, stage.width, pixels=pixels, batch_norm=architecture.batch_norm)
        channels, size = stage.width, halved(size)


def _convolution(channels: int, filters: int, *, pixels: int, batch_norm: bool) -> Cost:
    if batch_norm:
        return normalized_convolution(channels, filters, kernel=3, pixels=pixels)
    return convolution(channels, filters, kernel=3, pixels=pixels, bias=True)


def _fully_connected(architecture: Vgg, classes: int) -> Iterator[Cost]:
    """fc6, fc7 and fc8."""
    widths = (pooled_features(architecture), architecture.fc_width, architecture.fc_width, classes)
    return (convolution(inputs, outputs, kernel=1, pixels=1, bias=True) for inputs, outputs in pairwise(widths))
