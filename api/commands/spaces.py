"""`nas spaces`: what can be searched. Arithmetic only, no storage."""

import json
from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.table import Table

from api.commands.session import AsJson, console, print_json
from nas.errors import NotFound
from search_spaces.errors import BrokenExtension
from search_spaces.registry import INSTALLED_SPACES, SPACES, space_kind

TOO_LONG = 10**9  # architectures; from here on a list tells how many in powers of ten


def spaces(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="One kind of space, with its options.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the spaces that can be searched, or one with its options."""
    if name is not None:
        described = _one(name)
        print_json(described) if as_json else _show(described)
        return
    installed = dict(INSTALLED_SPACES.each())
    kinds = [*SPACES.values(), *(kind for kind in installed.values() if not isinstance(kind, BrokenExtension))]
    listed = [kind.describe() for kind in kinds]
    if as_json:
        print_json(listed)
        return
    console().print(_list_of(listed))
    for kind, broken in installed.items():
        if isinstance(broken, BrokenExtension):
            console().print(f"\n{kind!r} {broken}", markup=False, highlight=False, soft_wrap=True)


def _one(name: str) -> dict[str, Any]:
    """The description of one kind. Raises `NotFound`, also where its package is broken."""
    try:
        kind = space_kind(name)
    except BrokenExtension as error:
        raise NotFound(f"the space {name!r} {error}") from error
    if kind is None:
        raise NotFound(f"no space is called {name!r}; known: {', '.join([*SPACES, *INSTALLED_SPACES.names()])}")
    return kind.describe()


def _list_of(described: list[dict[str, Any]]) -> Table:
    table = Table("space", "architectures", "what it holds", box=None, pad_edge=False, header_style="bold")
    for space in described:
        count = space["count"]
        table.add_row(space["kind"], f"{count:.3e}" if count >= TOO_LONG else f"{count:,}", space["summary"])
    return table


def _show(space: dict[str, Any]) -> None:
    told = console()
    told.print(f"[bold]{space['kind']}[/]: {space['summary']}\n{space['reference']}")
    told.print(f"{_counted(space)}\n", markup=False, highlight=False, soft_wrap=True)
    table = Table("option", "default", "meaning", box=None, pad_edge=False, header_style="bold")
    for option in space["options"]:
        default = "required" if option["required"] else str(option["default"])
        table.add_row(option["name"], default, option["description"])
    told.print(table)


def _counted(space: Mapping[str, Any]) -> str:
    """How many architectures there are, and with which options."""
    count, example = space["count"], space["example"]
    options = "the default options" if example == {"kind": space["kind"]} else f"space: {json.dumps(example)}"
    return f"{count:,} {'architecture' if count == 1 else 'architectures'} with {options}"
