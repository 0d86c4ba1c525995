"""`nas cost`: what an architecture costs, by the very arithmetic of a search. No storage."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.table import Table

from api.commands.session import AsJson, console, print_json
from nas.document_text import read_data
from nas.errors import NotFound
from nas.static_metrics import NetworkCost, Size, classifier_costs, detector_costs
from nas.tasks.classification import ClassificationTask
from nas.tasks.detection import Anchors, Head
from nas.tasks.quality import SCORES, QualityTask
from search_spaces.cost import Cost
from search_spaces.parts import part
from search_spaces.reference.architecture import NAMES, Reference
from search_spaces.registry import SPACES, architecture_from
from search_spaces.resizer.architecture import Resizer
from search_spaces.space import Architecture
from search_spaces.spinenet.architecture import SpineNet
from search_spaces.spinenet.published import PUBLISHED

TaskName = Literal["detection", "classification", "quality"]
SIZE = re.compile(r"(\d+)(?:x(\d+))?")
DETECTOR_SIZE, DETECTOR_CLASSES = (640, 640), 91  # of COCO, as published
CLASSIFIER_CLASSES = 1000  # of ImageNet
WHOLE = "all"


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What was asked for; None: as published, or as the task has it by default."""

    size: Size | None
    classes: int | None
    head_filters: int | None
    head_convs: int | None
    anchors: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a network costs: how it is called, the settings it was counted with, and the cost."""

    network: str
    settings: dict[str, int]
    cost: NetworkCost


def cost(
    architecture: Annotated[
        str, typer.Argument(help="A published name (spinenet-49, vgg-16, resnet50), or a JSON file, also of a trial.")
    ],
    task: Annotated[
        TaskName | None,
        typer.Option(
            help="What is built around the backbone; by default detection for SpineNets, else classification."
        ),
    ] = None,
    size: Annotated[str | None, typer.Option(help="Of the picture: 640, or HEIGHTxWIDTH as in 640x480.")] = None,
    classes: Annotated[
        int | None, typer.Option(min=1, help="By default 91 of a detector, 1000 of a classifier.")
    ] = None,
    head_filters: Annotated[
        int | None, typer.Option(min=1, help="Of a detector; by default as published with it.")
    ] = None,
    head_convs: Annotated[
        int | None, typer.Option(min=0, help="Of a detector; by default as published with it.")
    ] = None,
    anchors: Annotated[int | None, typer.Option(min=1, help="Of a detector, per position.")] = None,
    as_json: AsJson = False,
) -> None:
    """Print what an architecture costs: parameters and multiply-adds, exact, as a search counts them."""
    found = find_architecture(architecture)
    kind = task or ("detection" if isinstance(part(found, "backbone"), SpineNet) else "classification")
    asked = Asked(
        size=parse_size(size) if size else None,
        classes=classes,
        head_filters=head_filters,
        head_convs=head_convs,
        anchors=anchors,
    )
    _check(asked, kind, found)
    answer = _detector(found, asked, architecture) if kind == "detection" else _classifier(found, asked, kind)
    if as_json:
        print_json({"architecture": architecture, **_json(found, kind, answer)})
    else:
        console().print(_cost_table(architecture, found, answer))


def find_architecture(name: str) -> Architecture:
    """The architecture of a published name or of a file. Raises `NotFound` and `InvalidArchitecture`."""
    named = published_networks()
    if name.lower() in named:
        return named[name.lower()]
    path = Path(name)
    if not path.is_file():
        raise NotFound(f"{name!r} is neither a file nor a published architecture; known: {', '.join(named)}")
    data = read_data(path)
    if not isinstance(data, Mapping):
        sentence = f"{name} must hold one architecture, a mapping, got {type(data).__name__}"
        raise typer.BadParameter(f"{sentence}; `nas show SEARCH/NUMBER --json` prints that of a trial")
    return architecture_from(data.get("architecture", data))


def published_networks() -> dict[str, Architecture]:
    """All published backbones by their names."""
    published = {name: one for kind in SPACES.values() for name, one in kind.published.items()}
    networks = {name: one for name, one in published.items() if part(one, "backbone") is not None}
    return networks | {name: Reference(name=name) for name in NAMES}


def parse_size(text: str) -> Size:
    """Height and width of 640 or 640x480."""
    match = SIZE.fullmatch(text)
    height, width = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
    if not (1 <= height <= 16384 and 1 <= width <= 16384):
        raise typer.BadParameter(f"size must be like 640 or 640x480, each side in 1..16384, got {text!r}")
    return height, width


def _check(asked: Asked, kind: TaskName, architecture: Architecture) -> None:
    """Raises BadParameter for options that would count for nothing."""
    heads = [name for name in ("head_filters", "head_convs", "anchors") if getattr(asked, name) is not None]
    if heads and kind != "detection":
        raise typer.BadParameter(f"--{heads[0].replace('_', '-')} is for the task detection, got {kind}")
    if kind == "quality" and asked.classes not in (None, SCORES):
        raise typer.BadParameter(f"classes must be {SCORES} for the task quality, its scores, got {asked.classes}")
    resizer = part(architecture, "resizer")
    if asked.size is not None and isinstance(resizer, Resizer):
        raise typer.BadParameter(f"size must be left out: the resizer gives {_spelled(resizer.output_size)}")


def _detector(architecture: Architecture, asked: Asked, name: str) -> Answer:
    published = PUBLISHED.get(name.lower())
    filters, convs = (published.head_filters, published.head_convs) if published else (None, None)
    settings = {
        "classes": asked.classes or DETECTOR_CLASSES,
        "head_filters": asked.head_filters or filters or Head().filters,
        "head_convs": next(one for one in (asked.head_convs, convs, Head().convs) if one is not None),
        "anchors_per_position": asked.anchors or Anchors().per_position,
    }
    size = asked.size or (published.size if published else None) or DETECTOR_SIZE
    return Answer(network="detector", settings=settings, cost=detector_costs(size=size, **settings)(architecture))


def _classifier(architecture: Architecture, asked: Asked, kind: TaskName) -> Answer:
    options = QualityTask if kind == "quality" else ClassificationTask
    size: Size = asked.size or options.model_fields["image_size"].default
    classes = SCORES if kind == "quality" else asked.classes or CLASSIFIER_CLASSES
    costs = classifier_costs(size=size, classes=classes)
    return Answer(network="classifier", settings={"classes": classes}, cost=costs(architecture))


def _json(architecture: Architecture, kind: TaskName, answer: Answer) -> dict[str, Any]:
    """What scripts read; `metrics` are those that a search of the task knows before any training."""
    cost = answer.cost
    return {
        "architecture_id": architecture.architecture_id,
        "task": kind,
        "size": list(cost.size),
        **answer.settings,
        "backbone": _counts(cost.backbone),
        answer.network: _counts(cost.network),
        **({"resizer": asdict(cost.resizer)} if cost.resizer else {}),
        "metrics": cost.metrics,
    }


def _counts(cost: Cost) -> dict[str, int]:
    return {"params": cost.params, "macs": cost.macs, "conv_macs": cost.conv_macs}


def _cost_table(name: str, architecture: Architecture, answer: Answer) -> Table:
    table = Table(title=_title(name, architecture, answer), title_justify="left", box=None, pad_edge=False)
    table.header_style = "bold"
    table.add_column("")
    for column in ("params", "G MACs", "without batch norm"):
        table.add_column(column, justify="right")
    for row, counts in _rows(answer).items():
        table.add_row(row, f"{counts.params:,}", f"{counts.macs / 1e9:.3f}", f"{counts.conv_macs / 1e9:.3f}")
    return table


def _rows(answer: Answer) -> dict[str, Cost]:
    """The parts of the network, each in what it is itself, and all of it where that is more."""
    cost = answer.cost
    rows = {"backbone": cost.backbone} if answer.network == "detector" else {}
    rows[answer.network] = cost.network
    if cost.resizer is not None:
        rows["resizer"] = Cost(params=cost.resizer.params, conv_macs=cost.resizer.macs)
        rows[WHOLE] = cost.network + rows["resizer"]
    return rows


def _title(name: str, architecture: Architecture, answer: Answer) -> str:
    """What is counted, and with which settings."""
    resizer, settings = part(architecture, "resizer"), answer.settings
    given = f"{_spelled(resizer.input_size)} resized to " if isinstance(resizer, Resizer) else ""
    title = f"{name} at {given}{_spelled(answer.cost.size)}, {settings['classes']} classes"
    if answer.network == "classifier":
        return title
    head = f"head {settings['head_filters']} x {settings['head_convs']}"
    return f"{title}, {head}, {settings['anchors_per_position']} anchors"


def _spelled(size: Size) -> str:
    return f"{size[0]}x{size[1]}"
