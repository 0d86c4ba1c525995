"""Drawings of architectures as pages get them."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from nas.records import Search, Trial
from search_spaces.drawing import figures_of
from search_spaces.figures import Arrow, Figure, Form, Shape, Told

Size = tuple[int, int]


class ToldView(BaseModel):
    """A value by its name, in words."""

    name: str
    value: str


class RowView(BaseModel):
    """A row of the grid."""

    model_config = ConfigDict(from_attributes=True)

    number: int
    label: str
    note: str


class EdgeView(BaseModel):
    """An arrow from a node to another one."""

    model_config = ConfigDict(from_attributes=True)

    source: str
    target: str
    arrow: Arrow


class NodeView(BaseModel):
    """A block or step, in a column of a row."""

    id: str
    name: str
    label: str
    shape: Shape
    column: int
    row: int
    lines: list[str]
    told: list[ToldView] = Field(description="what it is, in words")
    output: str | None = Field(description="the features it gives out")
    dead: bool = Field(description="no output needs it; it is not built")


class FigureView(BaseModel):
    """One part of an architecture."""

    role: str
    kind: str
    form: Form
    rows: list[RowView]
    nodes: list[NodeView]
    edges: list[EdgeView]
    facts: list[ToldView] = Field(description="what holds for the whole part")


class DrawingView(BaseModel):
    """A figure of every part of an architecture."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "number": 4,
                    "architecture_id": "1ad19aadae6e6f2b",
                    "figures": [
                        {
                            "role": "backbone",
                            "kind": "spinenet",
                            "form": "levels",
                            "rows": [{"number": 2, "label": "level 2", "note": "stride 4, 48 × 48"}],
                            "nodes": [
                                {
                                    "id": "0",
                                    "name": "block 0",
                                    "label": "0",
                                    "shape": "stem",
                                    "column": 0,
                                    "row": 2,
                                    "lines": [],
                                    "told": [{"name": "level", "value": "2"}],
                                    "output": None,
                                    "dead": False,
                                }
                            ],
                            "edges": [{"source": "0", "target": "1", "arrow": "input"}],
                            "facts": [{"name": "width", "value": "0.125"}],
                        }
                    ],
                }
            ]
        }
    )

    number: int
    architecture_id: str
    figures: list[FigureView] = Field(description="in the order that pictures go through them")


def figures_of_trial(search: Search, trial: Trial) -> tuple[Figure, ...]:
    """The figures of its architecture, for pictures of the size its task says."""
    return figures_of(trial.architecture, picture_size(search.document))


def drawing_view(trial: Trial, figures: Sequence[Figure]) -> DrawingView:
    """The figures of a trial as they are sent."""
    return DrawingView(
        number=trial.number,
        architecture_id=trial.architecture_id,
        figures=[_figure(figure) for figure in figures],
    )


def picture_size(document: Mapping[str, Any]) -> Size | None:
    """Height and width of the pictures that the task of a document trains on; None where it says none."""
    task = document.get("task")
    size = task.get("image_size") if isinstance(task, Mapping) else None
    sides = [size, size] if isinstance(size, int) else size
    if not isinstance(sides, Sequence) or len(sides) != 2 or not all(isinstance(side, int) for side in sides):
        return None
    return (sides[0], sides[1]) if min(sides) >= 1 else None


def told_view(told: Told) -> list[ToldView]:
    """Names and values as they are sent."""
    return [ToldView(name=name, value=value) for name, value in told]


def _figure(figure: Figure) -> FigureView:
    return FigureView(
        role=figure.role,
        kind=figure.kind,
        form=figure.form,
        rows=[RowView.model_validate(row) for row in figure.rows],
        nodes=[
            NodeView(
                id=node.id,
                name=node.name,
                label=node.label,
                shape=node.shape,
                column=node.column,
                row=node.row,
                lines=list(node.lines),
                told=told_view((*node.traits, *node.notes)),
                output=node.output,
                dead=node.dead,
            )
            for node in figure.nodes
        ],
        edges=[EdgeView.model_validate(edge) for edge in figure.edges],
        facts=told_view(figure.facts),
    )
