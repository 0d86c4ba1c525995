"""What a SpineNet backbone costs, equal to the built network to the integer (Du et al. 2020, section 3 and figure 5).

Dead blocks are not built and not counted. The second 1x1 convolution of an edge counts at the resolution of its target,
as published, also where a network may run it before an upsampling.
"""

from collections.abc import Iterator
from itertools import chain

from search_spaces.cost import Cost, normalized_convolution, total
from search_spaces.spinenet.architecture import HIGHEST_LEVEL, STEM_BLOCKS, BlockKind, SpineNet
from search_spaces.spinenet.graph import (
    EXPANSION,
    STEM_LEVEL,
    Size,
    block_filters,
    block_kind,
    block_level,
    edge_filters,
    input_channels,
    level_size,
    live_blocks,
    output_blocks,
    output_channels,
    stem_projects,
)

PICTURE_CHANNELS = 3


def backbone_cost(architecture: SpineNet, size: Size) -> Cost:
    """The backbone with its endpoints for one picture of `size` (height, width), any size of at least 1."""
    pixels = level_pixels(size)
    learned = live_blocks(architecture).difference(range(STEM_BLOCKS))
    edges = (
        _edge(architecture, parent, index, pixels) for index in learned for parent in _parents(architecture, index)
    )
    blocks = (_block(architecture, index, pixels) for index in learned)
    endpoints = (_endpoint(architecture, index, pixels) for index in output_blocks(architecture).values())
    return total(chain(_stem(architecture, pixels), *edges, *blocks, endpoints))


def level_pixels(size: Size) -> dict[int, int]:
    """Level -> number of positions of its features. Raises ValueError unless height and width are at least 1."""
    if min(size) < 1:
        raise ValueError(f"size must be at least 1 in height and in width, got {size}")
    sizes = {level: level_size(size, level) for level in range(1, HIGHEST_LEVEL + 1)}
    return {level: height * width for level, (height, width) in sizes.items()}


def _parents(architecture: SpineNet, index: int) -> tuple[int, int]:
    return architecture.blocks[index - STEM_BLOCKS].parents


def _stem(architecture: SpineNet, pixels: dict[int, int]) -> Iterator[Cost]:
    """7x7 convolution, max pool, two bottleneck groups; the very first block may project its shortcut."""
    here, filters, channels = pixels[STEM_LEVEL], block_filters(architecture, 0), output_channels(architecture, 0)
    taken = input_channels(architecture, 0)
    yield normalized_convolution(PICTURE_CHANNELS, taken, kernel=7, pixels=pixels[1])
    if stem_projects(architecture):
        yield normalized_convolution(taken, channels, kernel=1, pixels=here)
    yield from _bottleneck(taken, filters, pixels=here)
    for cost in _bottleneck(channels, filters, pixels=here):
        yield cost * (STEM_BLOCKS * architecture.block_repeats - 1)


def _block(architecture: SpineNet, index: int, pixels: dict[int, int]) -> Iterator[Cost]:
    """All copies of a learned block."""
    here, filters = pixels[block_level(architecture, index)], block_filters(architecture, index)
    if block_kind(architecture, index) is BlockKind.BOTTLENECK:
        one = _bottleneck(EXPANSION * filters, filters, pixels=here)
    else:
        one = (normalized_convolution(filters, filters, kernel=3, pixels=here),) * 2
    return (cost * architecture.block_repeats for cost in one)


def _bottleneck(channels: int, filters: int, *, pixels: int) -> tuple[Cost, ...]:
    return (
        normalized_convolution(channels, filters, kernel=1, pixels=pixels),
        normalized_convolution(filters, filters, kernel=3, pixels=pixels),
        normalized_convolution(filters, EXPANSION * filters, kernel=1, pixels=pixels),
    )


def _edge(architecture: SpineNet, parent: int, target: int, pixels: dict[int, int]) -> Iterator[Cost]:
    """1x1 convolution at the parent, 3x3 of stride 2 if the target is coarser, 1x1 convolution at the target."""
    source_level, target_level = block_level(architecture, parent), block_level(architecture, target)
    middle = edge_filters(architecture, parent)
    yield normalized_convolution(output_channels(architecture, parent), middle, kernel=1, pixels=pixels[source_level])
    if target_level > source_level:
        yield normalized_convolution(middle, middle, kernel=3, pixels=pixels[source_level + 1])
    yield normalized_convolution(middle, input_channels(architecture, target), kernel=1, pixels=pixels[target_level])


def _endpoint(architecture: SpineNet, index: int, pixels: dict[int, int]) -> Cost:
    """1x1 convolution of an output block to the channels all levels share."""
    here = pixels[block_level(architecture, index)]
    channels, filters = output_channels(architecture, index), architecture.endpoint_filters
    return normalized_convolution(channels, filters, kernel=1, pixels=here)
