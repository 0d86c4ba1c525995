"""What a RetinaNet detector around a backbone costs: a head shared over levels, batch norms of its own per level.

Two branches of `head_convs` biased 3x3 convolutions each followed by a batch norm per level, then a biased 3x3
predictor: `classes` scores, and 4 coordinates, for every anchor of every position (Lin et al. 2017; Du et al. 2020).
"""

from collections.abc import Iterator
from itertools import pairwise

from search_spaces.cost import Cost, batch_norm, convolution, total
from search_spaces.spinenet.architecture import SpineNet
from search_spaces.spinenet.cost import backbone_cost, level_pixels
from search_spaces.spinenet.graph import Size, output_blocks

BRANCHES = 2  # classes and boxes
COORDINATES = 4


def detector_cost(
    architecture: SpineNet, *, size: Size, classes: int, head_filters: int, head_convs: int, anchors_per_position: int
) -> Cost:
    """Backbone and head for one picture of `size` (height, width); non-maximum suppression not counted."""
    sizes = level_pixels(size)
    pixels = [sizes[level] for level in output_blocks(architecture)]
    widths = [architecture.endpoint_filters] + [head_filters] * head_convs
    branch = total(_branch(widths, pixels))
    predicted = anchors_per_position * (classes + COORDINATES)
    predictors = convolution(widths[-1], predicted, kernel=3, pixels=sum(pixels), bias=True)
    return backbone_cost(architecture, size) + branch * BRANCHES + predictors


def _branch(widths: list[int], pixels: list[int]) -> Iterator[Cost]:
    for channels, filters in pairwise(widths):
        yield convolution(channels, filters, kernel=3, pixels=sum(pixels), bias=True)
        yield from (batch_norm(filters, pixels=here) for here in pixels)
