"""How a resizer is drawn: its steps in a chain, and the plain interpolation that runs beside them."""

from search_spaces.figures import Arrow, Edge, Figure, Form, Node, Row, Shape, Told, by, chain, number
from search_spaces.resizer.architecture import Resizer

DRAWN_BLOCKS = 8  # residual blocks that are drawn one by one; more of them are one node
MAIN, BESIDE = 0, 1
ROWS = (Row(number=MAIN), Row(number=BESIDE))


def resizer_figure(resizer: Resizer) -> Figure:
    """The resizer, learned or the interpolation alone."""
    drawn = _learned(resizer) if resizer.method == "learned" else _plain(resizer)
    return Figure(
        role=resizer.role,
        kind=resizer.kind,
        form=Form.CHAIN,
        rows=ROWS if resizer.method == "learned" else ROWS[:1],
        nodes=drawn[0],
        edges=drawn[1],
        facts=_facts(resizer),
    )


def _plain(resizer: Resizer) -> tuple[tuple[Node, ...], tuple[Edge, ...]]:
    nodes = (_picture(resizer), _interpolation(resizer, column=1, row=MAIN), _resized(resizer, column=2))
    return nodes, chain(*nodes)


def _learned(resizer: Resizer) -> tuple[tuple[Node, ...], tuple[Edge, ...]]:
    """Two ways from the picture to the sum: the interpolation, and the convolutions with a shortcut around blocks."""
    features = f"{resizer.filters} filters"
    head = _layer("head", "head", 1, ("7 × 7, 1 × 1", features))
    shrunk = _layer("resize", resizer.interpolation, 2, (f"to {by(*resizer.output_size)}",))
    blocks = _blocks(resizer, first_column=3)
    after = 3 + len(blocks)
    merge = _layer("merge", "merge", after, ("3 × 3", features))
    tail = _layer("tail", "tail", after + 2, ("7 × 7", "3 channels"))
    inner, total = _sum("inner sum", after + 1), _sum("sum", after + 3)
    main = (_picture(resizer), head, shrunk, *blocks, merge, inner, tail, total, _resized(resizer, column=after + 4))
    base = _interpolation(resizer, column=2, row=BESIDE)
    beside = (
        Edge(source="resize", target="inner sum", arrow=Arrow.SKIP),
        Edge(source="picture", target=base.id),
        Edge(source=base.id, target="sum"),
    )
    return (*main, base), (*chain(*main), *beside)


def _blocks(resizer: Resizer, *, first_column: int) -> tuple[Node, ...]:
    lines = ("2 × (3 × 3)", f"{resizer.filters} filters")
    if resizer.blocks <= DRAWN_BLOCKS:
        return tuple(
            _layer(f"block {place + 1}", f"block {place + 1}", first_column + place, lines, shape=Shape.RESIDUAL)
            for place in range(resizer.blocks)
        )
    return (_layer("blocks", f"{resizer.blocks} blocks", first_column, lines, shape=Shape.RESIDUAL),)


def _picture(resizer: Resizer) -> Node:
    return _layer("picture", "picture", 0, (by(*resizer.input_size),), shape=Shape.DATA)


def _resized(resizer: Resizer, *, column: int) -> Node:
    return _layer("resized", "resized", column, (by(*resizer.output_size),), shape=Shape.DATA)


def _interpolation(resizer: Resizer, *, column: int, row: int) -> Node:
    smooth = ("antialiased",) if resizer.antialias else ()
    lines = (f"to {by(*resizer.output_size)}", *smooth)
    return _layer("interpolation", resizer.interpolation, column, lines, row=row)


def _sum(name: str, column: int) -> Node:
    return Node(id=name, name=name, label="+", shape=Shape.SUM, column=column)


def _layer(
    name: str, label: str, column: int, lines: tuple[str, ...], *, shape: Shape = Shape.LAYER, row: int = MAIN
) -> Node:
    traits = (("does", f"{label}, {', '.join(lines)}"),)
    return Node(id=name, name=name, label=label, shape=shape, column=column, row=row, lines=lines, traits=traits)


def _facts(resizer: Resizer) -> Told:
    plain = (("method", resizer.method), ("interpolation", resizer.interpolation))
    if resizer.method == "none":
        return plain
    return (
        *plain,
        ("residual blocks r", str(resizer.blocks)),
        ("filters n", str(resizer.filters)),
        ("tail begins", resizer.tail),
        ("biases", resizer.biases),
        ("initialiser", resizer.initialiser),
        ("normalisation", resizer.normalisation),
        ("learning rate ratio", number(resizer.learning_rate_ratio)),
        *((("weights", resizer.weights),) if resizer.weights else ()),
    )
