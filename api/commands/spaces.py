"""`nas spaces` and `nas cost`: what can be searched, and what an architecture costs. Arithmetic only, no storage."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.table import Table

from api.commands.session import AsJson, console, print_json
from nas.document_text import read_data
from nas.errors import NotFound
from nas.tasks.detection import Anchors, Head
from search_spaces.cost import Cost
from search_spaces.registry import SPACES, architecture_from
from search_spaces.retinanet import detector_cost
from search_spaces.spinenet.architecture import SpineNet
from search_spaces.spinenet.cost import backbone_cost
from search_spaces.spinenet.published import PUBLISHED

TOO_LONG = 10**9  # architectures; from here on a list tells how many in powers of ten
SIZE = re.compile(r"(\d+)(?:x(\d+))?")


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


def cost(
    architecture: Annotated[str, typer.Argument(help="A published name (spinenet-49) or a JSON file.")],
    task: Annotated[Literal["detection"], typer.Option(help="What is built around the backbone.")] = "detection",
    size: Annotated[str | None, typer.Option(help="Of the picture: 640, or HEIGHTxWIDTH as in 640x480.")] = None,
    classes: Annotated[int, typer.Option(min=1)] = 91,
    head_filters: Annotated[int | None, typer.Option(min=1, help="By default as published with it.")] = None,
    head_convs: Annotated[int | None, typer.Option(min=0, help="By default as published with it.")] = None,
    anchors: Annotated[int | None, typer.Option(min=1, help="Anchors per position.")] = None,
    as_json: AsJson = False,
) -> None:
    """Print what an architecture costs: parameters and multiply-adds, exact, of the backbone and the detector."""
    found, published = find_architecture(architecture)
    height, width = parse_size(size) if size else published.get("size", (640, 640))
    head = {
        "head_filters": head_filters or published.get("head_filters", Head().filters),
        "head_convs": published.get("head_convs", Head().convs) if head_convs is None else head_convs,
        "anchors_per_position": anchors or Anchors().per_position,
    }
    backbone = backbone_cost(found, (height, width))
    detector = detector_cost(found, size=(height, width), classes=classes, **head)
    answer = {
        "architecture": architecture,
        "architecture_id": found.architecture_id,
        "task": task,
        "size": [height, width],
        "classes": classes,
        **head,
        "backbone": _counts(backbone),
        "detector": _counts(detector),
    }
    if as_json:
        print_json(answer)
    else:
        console().print(_cost_table(answer))


def find_architecture(name: str) -> tuple[SpineNet, dict[str, Any]]:
    """The architecture and the head settings it was published with. Raises `NotFound` and `InvalidArchitecture`."""
    published = PUBLISHED.get(name.lower())
    if published is not None:
        settings = {field: getattr(published, field) for field in ("head_filters", "head_convs", "size")}
        return published.architecture, {field: value for field, value in settings.items() if value is not None}
    path = Path(name)
    if not path.is_file():
        raise NotFound(f"{name!r} is neither a file nor a published architecture; known: {', '.join(PUBLISHED)}")
    data = read_data(path)
    if not isinstance(data, Mapping):
        raise typer.BadParameter(f"{name} must hold one architecture, a mapping, got {type(data).__name__}")
    architecture = architecture_from(data.get("architecture", data))
    if not isinstance(architecture, SpineNet):
        raise typer.BadParameter(f"{name} must hold a SpineNet, got {type(architecture).__name__}")
    return architecture, {}


def parse_size(text: str) -> tuple[int, int]:
    """Height and width of 640 or 640x480."""
    match = SIZE.fullmatch(text)
    height, width = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
    if not (1 <= height <= 16384 and 1 <= width <= 16384):
        raise typer.BadParameter(f"size must be like 640 or 640x480, each side in 1..16384, got {text!r}")
    return height, width


def _counts(cost: Cost) -> dict[str, int]:
    return {"params": cost.params, "macs": cost.macs, "conv_macs": cost.conv_macs}


def _cost_table(answer: Mapping[str, Any]) -> Table:
    height, width = answer["size"]
    head = f"head {answer['head_filters']} x {answer['head_convs']}, {answer['anchors_per_position']} anchors"
    title = f"{answer['architecture']} at {height}x{width}, {answer['classes']} classes, {head}"
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
    table.add_column("")
    for column in ("params", "G MACs", "without batch norm"):
        table.add_column(column, justify="right")
    for part in ("backbone", "detector"):
        counts = answer[part]
        table.add_row(part, f"{counts['params']:,}", f"{counts['macs'] / 1e9:.3f}", f"{counts['conv_macs'] / 1e9:.3f}")
    return table


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
