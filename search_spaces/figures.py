"""What a drawing of an architecture shows, as data: nodes in a grid, arrows between them, values told beside it."""

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

Told = tuple[tuple[str, str], ...]
"""Names and values in words, in the order they are told."""


class Form(StrEnum):
    """How a part is laid out."""

    LEVELS = "levels"  # rows are feature levels, columns the order in which blocks are built
    CHAIN = "chain"  # columns are steps, one after the other; a second row is what runs beside them
    TABLE = "table"  # nothing to draw: values by name


class Shape(StrEnum):
    """What a node stands for; each is drawn in a shape of its own, whatever its colour."""

    STEM = "stem"
    BOTTLENECK = "bottleneck"
    RESIDUAL = "residual"
    DATA = "data"  # pictures or features that go in or come out
    LAYER = "layer"  # convolutions and what belongs to them
    SUM = "sum"


class Arrow(StrEnum):
    """What goes along an edge."""

    INPUT = "input"
    MERGED = "merged"  # a dangling block, added to the inputs of an output block
    SKIP = "skip"  # a shortcut around steps


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One row of the grid; nodes name it by its number."""

    number: int
    label: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """One block or step. `id` is unique within its figure, and the same in figures that are held beside it.

    `traits` are what makes it differ from the node of another architecture; `notes` follow from them and from the facts
    of the figure.
    """

    id: str
    name: str  # in a sentence: block 4
    label: str  # within its shape: 4
    shape: Shape
    column: int
    row: int = 0
    lines: tuple[str, ...] = ()  # below the label
    traits: Told = ()
    notes: Told = ()
    output: str | None = None  # the name of the features it gives out
    dead: bool = False  # it belongs to the architecture, and is not built


@dataclass(frozen=True, kw_only=True, slots=True)
class Edge:
    """An arrow from a node to another one."""

    source: str
    target: str
    arrow: Arrow = Arrow.INPUT


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """One part of an architecture: a drawing and the values that hold for all of it."""

    role: str  # what the part is for: backbone, resizer ...
    kind: str
    form: Form
    rows: tuple[Row, ...] = ()
    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    facts: Told = ()


def chain(*nodes: Node) -> tuple[Edge, ...]:
    """An arrow from every node to the next one."""
    return tuple(Edge(source=one.id, target=other.id) for one, other in pairwise(nodes))


def by(height: int, width: int) -> str:
    """A size in words."""
    return f"{height} × {width}"


def number(value: float) -> str:
    """A number as people write it."""
    return f"{value:g}"
