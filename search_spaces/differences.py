"""How the figures of one architecture differ from those of another: in sentences, and which nodes and arrows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from search_spaces.figures import Edge, Figure, Node, Told

NONE = "none"  # in the place of a value that one of them has not


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """How one part differs from that of the architecture it is held against; no sentences: it does not.

    `nodes` and `edges` are those of its figure that the other has not, or has otherwise.
    """

    role: str
    sentences: tuple[str, ...]
    nodes: frozenset[str] = frozenset()
    edges: frozenset[Edge] = frozenset()


def differences(base: Sequence[Figure], other: Sequence[Figure]) -> tuple[Difference, ...]:
    """How `other` differs from `base`, part by part in its order, then the parts it has not."""
    known = {figure.role: figure for figure in base}
    found = [_against(known.get(figure.role), figure) for figure in other]
    missing = [role for role in known if role not in {figure.role for figure in other}]
    return (*found, *(Difference(role=role, sentences=(f"has no {role}",)) for role in missing))


def _against(base: Figure | None, figure: Figure) -> Difference:
    if base is None:
        return _all_of(figure, f"has a {figure.role} ({figure.kind}) in addition")
    if (base.kind, base.form) != (figure.kind, figure.form):
        return _all_of(figure, f"the {figure.role} is of the kind {figure.kind} instead of {base.kind}")
    return Difference(
        role=figure.role,
        sentences=(*_of_values(base.facts, figure.facts), *_of_nodes(base, figure)),
        nodes=frozenset(node.id for node in figure.nodes if not _same(base, node)),
        edges=frozenset(figure.edges) - frozenset(base.edges),
    )


def _all_of(figure: Figure, sentence: str) -> Difference:
    nodes = frozenset(node.id for node in figure.nodes)
    return Difference(role=figure.role, sentences=(sentence,), nodes=nodes, edges=frozenset(figure.edges))


def _same(base: Figure, node: Node) -> bool:
    return any(each.id == node.id and each.traits == node.traits for each in base.nodes)


def _of_nodes(base: Figure, figure: Figure) -> Iterator[str]:
    before = {node.id: node for node in base.nodes}
    for node in figure.nodes:
        if node.id not in before:
            yield f"{node.name} is added: {_told(node.traits)}"
            continue
        changes = list(_of_values(before[node.id].traits, node.traits))
        if changes:
            yield f"{node.name}: {'; '.join(changes)}"
    kept = {node.id for node in figure.nodes}
    yield from (f"{node.name} is missing" for node in base.nodes if node.id not in kept)


def _of_values(base: Told, other: Told) -> Iterator[str]:
    before, after = dict(base), dict(other)
    for name in dict.fromkeys((*before, *after)):
        was, now = before.get(name), after.get(name)
        if was != now:
            yield f"{name} {now or NONE} instead of {was or NONE}"


def _told(values: Told) -> str:
    return ", ".join(f"{name} {value}" for name, value in values)
