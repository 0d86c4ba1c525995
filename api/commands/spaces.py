"""`nas spaces`: what can be searched. Arithmetic only, no storage."""

import json
from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.table import Table

from api.commands.session import AsJson, console, print_json
from nas.errors import NotFound
from search_spaces.registry import SPACES

TOO_LONG = 10**9  # architectures; from here on a list tells how many in powers of ten


def spaces(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="One kind of space, with its options.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the spaces that can be searched, or one with its options."""
    if name is not None and name not in SPACES:
        raise NotFound(f"no space is called {name!r}; known: {', '.join(SPACES)}")
    described = [kind.describe() for kind in SPACES.values() if name in (None, kind.kind)]
    if as_json:
        print_json(described if name is None else described[0])
    elif name is None:
        console().print(_list_of(described))
    else:
        _show(described[0])


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
