"""What a SpineNet classifier costs, equal to the built network to the integer (Du et al. 2020; its head as released).

The features of all levels are brought to the size of the finest one and averaged, then averaged over the picture and
read by one fully connected layer with a bias. Only that layer costs anything beyond the backbone.
"""

from search_spaces.cost import Cost, convolution
from search_spaces.spinenet.architecture import SpineNet
from search_spaces.spinenet.cost import backbone_cost
from search_spaces.spinenet.graph import Size


def classifier_cost(architecture: SpineNet, size: Size, classes: int) -> Cost:
    """The whole classifier for one picture of `size` (height, width), any size of at least 1."""
    layer = convolution(architecture.endpoint_filters, classes, kernel=1, pixels=1, bias=True)
    return backbone_cost(architecture, size) + layer
