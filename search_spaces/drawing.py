"""What a drawing of any architecture shows: a figure of each of its parts."""

from collections.abc import Iterator, Mapping
from typing import Any

from search_spaces.errors import SpaceError
from search_spaces.figures import Figure, Form, Told
from search_spaces.joint.architecture import Joint
from search_spaces.parts import part
from search_spaces.reference.architecture import Reference
from search_spaces.reference.figure import reference_figure
from search_spaces.registry import architecture_from
from search_spaces.resizer.architecture import Resizer
from search_spaces.resizer.figure import resizer_figure
from search_spaces.space import Architecture
from search_spaces.spinenet.architecture import SpineNet
from search_spaces.spinenet.figure import spinenet_figure
from search_spaces.vgg.architecture import Vgg
from search_spaces.vgg.figure import vgg_figure

Size = tuple[int, int]
FIRST = ("resizer", "backbone")  # pictures go through the parts in this order; the others have none
LONGEST = 200  # characters of a value in a table
MOST = 200  # values of a table


def figures_of(data: Mapping[str, Any], size: Size | None) -> tuple[Figure, ...]:
    """A figure of every part, the resizer first, from the JSON of an architecture.

    `size` is that of the task's pictures, height and width; behind a resizer that of its output takes its place. What
    cannot be drawn, also what this program does not know, is a table of its values.
    """
    try:
        architecture = architecture_from(data)
    except SpaceError:
        return (_table(data, role=Architecture.role),)
    resizer = part(architecture, Resizer.role)
    seen = resizer.output_size if isinstance(resizer, Resizer) else size
    parts = architecture.parts if isinstance(architecture, Joint) else {architecture.role: architecture}
    ordered = [*(role for role in FIRST if role in parts), *(role for role in parts if role not in FIRST)]
    return tuple(_figure(parts[role], seen) for role in ordered)


def _figure(architecture: Architecture, size: Size | None) -> Figure:
    match architecture:
        case SpineNet():
            return spinenet_figure(architecture, size)
        case Resizer():
            return resizer_figure(architecture)
        case Vgg():
            return vgg_figure(architecture, size)
        case Reference():
            return reference_figure(architecture, size)
        case _:
            return _table(architecture.model_dump(mode="json"), role=architecture.role)


def _table(data: Mapping[str, Any], *, role: str) -> Figure:
    kind = data.get("kind")
    told = {name: value for name, value in data.items() if name != "kind"}
    facts: Told = tuple(_flat(told, ""))[:MOST]
    return Figure(role=role, kind=str(kind)[:LONGEST] if kind else "unknown", form=Form.TABLE, facts=facts)


def _flat(value: Any, name: str) -> Iterator[tuple[str, str]]:
    """Values by their dotted names; lists of plain values in one."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(inner, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list | tuple) and any(isinstance(each, Mapping | list) for each in value):
        yield from _flat(dict(enumerate(value)), name)
    else:
        text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
        yield name, text[:LONGEST]
