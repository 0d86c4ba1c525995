"""The reference networks as data: every operation that costs something or changes a shape, in the order it runs.

`networks.json` is written by `python docs/trace_reference.py` from the installed torchvision. Activations, dropout and
stochastic depth are left out; a fully connected layer is a 1x1 convolution of a picture with one position.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from search_spaces.errors import InvalidArchitecture
from search_spaces.reference.architecture import Name

NETWORKS = Path(__file__).with_name("networks.json")
PICTURE_CHANNELS = 3
Pair = tuple[int, int]  # height, width


class Kind(StrEnum):
    """What an operation does to shapes."""

    CONVOLUTION = "convolution"
    BATCH_NORM = "batch_norm"
    POOL = "pool"  # maximum or average under a moving window
    ADAPTIVE_POOL = "adaptive_pool"  # to a given size
    FLATTEN = "flatten"
    CONCATENATION = "concatenation"  # of channels
    BROADCAST = "broadcast"  # an elementwise sum or product


class Shape(NamedTuple):
    """Channels, height and width of features."""

    channels: int
    height: int
    width: int

    @property
    def pixels(self) -> int:
        """Number of positions."""
        return self.height * self.width


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """One step of a network. `parents` are what it takes: 0 is the picture, i what the i-th operation made."""

    kind: Kind
    parents: tuple[int, ...]
    filters: int | None = None  # of a convolution; None for the classifier, which has one per class
    kernel: Pair = (1, 1)
    stride: Pair = (1, 1)
    padding: Pair = (0, 0)
    groups: int = 1
    bias: bool = False
    size: Pair = (1, 1)  # that an adaptive pooling makes


class Step(NamedTuple):
    """An operation at a size: what it is given (the first parent's shape) and what it makes."""

    operation: Operation
    given: Shape
    made: Shape


class _TooSmall(Exception):
    """A picture of which an operation leaves nothing."""


def steps(name: Name, size: Pair, classes: int) -> list[Step]:
    """Every operation of the network on one picture of `size` (height, width).

    Raises `InvalidArchitecture` for a picture of which the network leaves nothing, with the least side it takes.
    """
    try:
        return list(_walk(operations(name), size, classes))
    except _TooSmall:
        sentence = f"{name} takes pictures of at least {least_size(name)} in height and in width, got {size}"
        raise InvalidArchitecture([("name", sentence)]) from None


@cache
def least_size(name: Name) -> int:
    """The least height, and the least width, of a picture that the network takes."""
    return next(side for side in count(1) if _fits(name, side))


@cache
def operations(name: Name) -> tuple[Operation, ...]:
    """The operations of a network in the order they run; parents come before what takes them."""
    rows = _networks()[name]
    return tuple(_operation(row, index) for index, row in enumerate(rows))


@cache
def _networks() -> Mapping[str, Sequence[Mapping[str, Any]]]:
    networks: Mapping[str, Sequence[Mapping[str, Any]]] = json.loads(NETWORKS.read_text())
    return networks


def _operation(row: Mapping[str, Any], index: int) -> Operation:
    """One row; without parents it takes what the row before it made."""
    fields: dict[str, Any] = {"parents": (index,)}
    fields |= {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}
    return Operation(**fields | {"kind": Kind(row["kind"])})


def _fits(name: Name, side: int) -> bool:
    try:
        list(_walk(operations(name), (side, side), 1))
    except _TooSmall:
        return False
    return True


def _walk(network: Sequence[Operation], size: Pair, classes: int) -> Iterator[Step]:
    shapes = [Shape(PICTURE_CHANNELS, *size)]
    if min(size) < 1:
        raise _TooSmall
    for operation in network:
        given = [shapes[parent] for parent in operation.parents]
        made = _made(operation, given, classes)
        shapes.append(made)
        yield Step(operation, given[0], made)


def _made(operation: Operation, given: Sequence[Shape], classes: int) -> Shape:
    first = given[0]
    match operation.kind:
        case Kind.CONVOLUTION:
            return _moved(operation, first, classes if operation.filters is None else operation.filters)
        case Kind.BATCH_NORM:
            return first
        case Kind.POOL:
            return _moved(operation, first, first.channels)
        case Kind.ADAPTIVE_POOL:
            return Shape(first.channels, *operation.size)
        case Kind.FLATTEN:
            return Shape(first.channels * first.pixels, 1, 1)
        case Kind.CONCATENATION:
            return Shape(sum(shape.channels for shape in given), first.height, first.width)
        case Kind.BROADCAST:
            return Shape(*map(max, *given))


def _moved(operation: Operation, given: Shape, channels: int) -> Shape:
    """What a window leaves that moves over all of a padded picture, never beyond it."""
    (kernel_y, kernel_x), (stride_y, stride_x) = operation.kernel, operation.stride
    pad_y, pad_x = operation.padding
    height = (given.height + 2 * pad_y - kernel_y) // stride_y + 1
    width = (given.width + 2 * pad_x - kernel_x) // stride_x + 1
    if height < 1 or width < 1:
        raise _TooSmall
    return Shape(channels, height, width)
