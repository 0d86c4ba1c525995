"""How a published classifier is drawn: a chain of its convolutions by the size of the maps they make."""

from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import NamedTuple

from search_spaces.errors import InvalidArchitecture
from search_spaces.figures import Figure, Form, Node, Row, Shape, by, chain
from search_spaces.reference.architecture import Reference
from search_spaces.reference.operations import Kind, Pair, Step, steps

USUAL: Pair = (299, 299)  # large enough for every network to have all of its stages apart
CLASSES = 1000


class _Aligned(NamedTuple):
    """One operation at the usual size, where stages are told apart, and at the size that is drawn."""

    usual: Step
    drawn: Step


def reference_figure(architecture: Reference, size: Pair | None) -> Figure:
    """The classifier for pictures of `size`, height and width; of a usual size where that is not known, or too small
    for it."""
    usual = steps(architecture.name, USUAL, CLASSES)
    taken, drawn = _walked(architecture, size or USUAL, usual)
    found = [_Aligned(*pair) for pair in zip(usual, drawn, strict=True)]
    nodes = (_node("picture", 0, (by(*taken),), shape=Shape.DATA), *_stages(found))
    return Figure(
        role=architecture.role,
        kind=architecture.kind,
        form=Form.CHAIN,
        rows=(Row(number=0),),
        nodes=nodes,
        edges=chain(*nodes),
        facts=(("network", architecture.name), ("weights", architecture.weights or "drawn at random")),
    )


def _walked(architecture: Reference, size: Pair, usual: list[Step]) -> tuple[Pair, list[Step]]:
    try:
        return size, steps(architecture.name, size, CLASSES)
    except InvalidArchitecture:
        return USUAL, usual


def _stages(found: Sequence[_Aligned]) -> Iterator[Node]:
    """Convolutions by the maps they make, then what is fully connected; gates of single values are left out."""
    connected = len(list(takewhile(lambda each: each.usual.made.pixels == 1, reversed(found))))
    maps: dict[Pair, list[Step]] = {}
    for usual, drawn in found[: len(found) - connected]:
        if usual.operation.kind is Kind.CONVOLUTION and usual.made.pixels > 1:
            maps.setdefault((usual.made.height, usual.made.width), []).append(drawn)
    for place, some in enumerate(maps.values(), 1):
        layers = f"{len(some)} convolution{'s' if len(some) > 1 else ''}"
        most = max(step.made.channels for step in some)
        size = by(some[-1].made.height, some[-1].made.width)
        yield _node(f"stage {place}", place, (layers, f"up to {most} ch.", size))
    last = [each.usual for each in found[len(found) - connected :]]
    yield _node("classes", len(maps) + 1, _connected(last), shape=Shape.DATA)


def _connected(found: Sequence[Step]) -> tuple[str, ...]:
    layers = sum(step.operation.kind is Kind.CONVOLUTION for step in found)
    return (f"{layers} fully", "connected")


def _node(name: str, column: int, lines: tuple[str, ...], *, shape: Shape = Shape.LAYER) -> Node:
    return Node(
        id=name, name=name, label=name, shape=shape, column=column, lines=lines, traits=(("does", ", ".join(lines)),)
    )
