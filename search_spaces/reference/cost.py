"""What a reference network costs, equal to the built network to the integer, at any size it takes.

Counted are convolutions with their groups, fully connected layers and the gates of squeeze-and-excitation included, and
batch norms; biases are params without multiply-adds. Inception-v3 is without its auxiliary classifier, as it is built.
"""

import math

from search_spaces.cost import Cost, batch_norm, total
from search_spaces.reference.architecture import Reference
from search_spaces.reference.operations import Kind, Pair, Step, steps


def reference_cost(architecture: Reference, size: Pair, classes: int) -> Cost:
    """The classifier of so many classes for one picture of `size` (height, width).

    Raises `InvalidArchitecture` for a picture smaller than `least_size` of the network.
    """
    return total(_cost(step) for step in steps(architecture.name, size, classes))


def _cost(step: Step) -> Cost:
    match step.operation.kind:
        case Kind.CONVOLUTION:
            return _convolution(step)
        case Kind.BATCH_NORM:
            return batch_norm(step.made.channels, pixels=step.made.pixels)
        case _:
            return Cost()


def _convolution(step: Step) -> Cost:
    filters = step.made.channels
    weights = step.given.channels // step.operation.groups * filters * math.prod(step.operation.kernel)
    return Cost(params=weights + filters * step.operation.bias, conv_macs=weights * step.made.pixels)
