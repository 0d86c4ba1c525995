"""How a VGG-like classifier is drawn: a chain of its stages and of its fully connected layers."""

from collections.abc import Iterator

from search_spaces.figures import Figure, Form, Node, Row, Shape, by, chain
from search_spaces.vgg.architecture import Vgg
from search_spaces.vgg.cost import Size, halved


def vgg_figure(architecture: Vgg, size: Size | None) -> Figure:
    """The classifier; `size` is that of the pictures it takes, height and width, where that is known."""
    nodes = tuple(_nodes(architecture, size))
    return Figure(
        role=architecture.role,
        kind=architecture.kind,
        form=Form.CHAIN,
        rows=(Row(number=0),),
        nodes=nodes,
        edges=chain(*nodes),
        facts=(("batch norm", "yes" if architecture.batch_norm else "no"),),
    )


def _nodes(architecture: Vgg, size: Size | None) -> Iterator[Node]:
    yield _node("picture", 0, (by(*size),) if size else (), shape=Shape.DATA)
    for place, stage in enumerate(architecture.stages, 1):
        own = (f"{stage.depth} × (3 × 3)", f"{stage.width} filters")
        maps = (("map", by(*size)),) if size else ()
        yield _node(f"stage {place}", place, own, notes=maps)
        size = halved(size) if size else None
    column, side = len(architecture.stages) + 1, architecture.pooled_size
    yield _node("pooled", column, (by(side, side),), shape=Shape.DATA)
    yield _node("fc6", column + 1, (f"{architecture.fc_width} neurons",))
    yield _node("fc7", column + 2, (f"{architecture.fc_width} neurons",))
    yield _node("fc8", column + 3, ("classes",), shape=Shape.DATA)


def _node(
    name: str,
    column: int,
    lines: tuple[str, ...],
    *,
    notes: tuple[tuple[str, str], ...] = (),
    shape: Shape = Shape.LAYER,
) -> Node:
    traits = (("does", ", ".join(lines)),) if lines else ()
    return Node(id=name, name=name, label=name, shape=shape, column=column, lines=lines, traits=traits, notes=notes)
