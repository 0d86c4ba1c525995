"""How a SpineNet is drawn: levels as rows, blocks in building order as columns, every connection an arrow."""

from collections.abc import Iterator

from search_spaces.figures import Arrow, Edge, Figure, Form, Node, Row, Shape, Told, by, number
from search_spaces.spinenet.architecture import STEM_BLOCKS, BlockKind, SpineNet
from search_spaces.spinenet.graph import (
    STEM_LEVEL,
    Size,
    absorbed,
    block_kind,
    block_level,
    dead_blocks,
    level_size,
    output_blocks,
    output_channels,
)

SHAPES = {BlockKind.BOTTLENECK: Shape.BOTTLENECK, BlockKind.RESIDUAL: Shape.RESIDUAL}
Merges = dict[int, tuple[int, ...]]


def spinenet_figure(architecture: SpineNet, size: Size | None) -> Figure:
    """The backbone; `size` is that of the pictures it takes, height and width, where that is known."""
    merges = absorbed(architecture)
    indices = range(STEM_BLOCKS + len(architecture.blocks))
    return Figure(
        role=architecture.role,
        kind=architecture.kind,
        form=Form.LEVELS,
        rows=tuple(_rows(architecture, size)),
        nodes=tuple(_node(architecture, index, merges, size) for index in indices),
        edges=tuple(_edges(architecture, merges)),
        facts=_facts(architecture),
    )


def _rows(architecture: SpineNet, size: Size | None) -> Iterator[Row]:
    levels = {STEM_LEVEL, *(block.level for block in architecture.blocks)}
    for level in range(min(levels), max(levels) + 1):
        maps = f", {by(*level_size(size, level))}" if size else ""
        yield Row(number=level, label=f"level {level}", note=f"stride {2**level}{maps}")


def _node(architecture: SpineNet, index: int, merges: Merges, size: Size | None) -> Node:
    level, outputs = block_level(architecture, index), output_blocks(architecture)
    is_output = outputs.get(level) == index
    return Node(
        id=str(index),
        name=f"block {index}",
        label=str(index),
        shape=SHAPES[block_kind(architecture, index)] if index >= STEM_BLOCKS else Shape.STEM,
        column=index,
        row=level,
        traits=_traits(architecture, index, merges),
        notes=_notes(architecture, index, size),
        output=f"P{level}" if is_output else None,
        dead=index in dead_blocks(architecture),
    )


def _traits(architecture: SpineNet, index: int, merges: Merges) -> Told:
    level = block_level(architecture, index)
    learned = index - STEM_BLOCKS
    if learned < 0:
        return ("level", str(level)), ("kind", "stem, bottleneck"), ("inputs", "0" if index else "picture")
    told = [
        ("level", str(level)),
        ("kind", str(block_kind(architecture, index))),
        ("inputs", ", ".join(map(str, architecture.blocks[learned].parents))),
    ]
    if index in merges:
        told.append(("merges", ", ".join(map(str, merges[index]))))
    if learned >= len(architecture.intermediates):
        told.append(("output", f"P{level}"))
    return (*told, ("built", "no" if index in dead_blocks(architecture) else "yes"))


def _notes(architecture: SpineNet, index: int, size: Size | None) -> Told:
    channels = ("channels", str(output_channels(architecture, index)))
    return (channels, ("map", by(*level_size(size, block_level(architecture, index))))) if size else (channels,)


def _edges(architecture: SpineNet, merges: Merges) -> Iterator[Edge]:
    yield Edge(source="0", target="1")
    for index, block in enumerate(architecture.blocks, STEM_BLOCKS):
        yield from (Edge(source=str(parent), target=str(index)) for parent in block.parents)
        for dangling in merges.get(index, ()):
            yield Edge(source=str(dangling), target=str(index), arrow=Arrow.MERGED)


def _facts(architecture: SpineNet) -> Told:
    return (
        ("width", number(architecture.width)),
        ("alpha of edges", number(architecture.alpha)),
        ("stem filters", str(architecture.stem_filters)),
        ("endpoint filters", str(architecture.endpoint_filters)),
        ("repeats of a block", str(architecture.block_repeats)),
    )
