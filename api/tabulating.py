"""Fields of a search's architectures against each other: what is read of a stored search, and the table told of it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from api.schemas import EstimateView
from nas.errors import InvalidQuery
from nas.headings import Heading
from nas.leaderboard import MAX_LIMIT, NUMBER, parse_query
from nas.pivots import Cell, Pivot, pivot, varying
from nas.ports import Page, Query
from nas.records import Search, Trial, TrialStatus

CELL: dict[str, Any] = {"mean": 0.41, "seeds": 3, "std": 0.0161, "low": 0.37, "high": 0.45, "candidates": 1}
TABLE: dict[str, Any] = {
    "metric": "top1",
    "goal": "maximize",
    "against": None,
    "rows": {"path": "parts.resizer.blocks", "values": [{"label": "1", "value": 1}, {"label": "2", "value": 2}]},
    "columns": {"path": "parts.resizer.filters", "values": [{"label": "16", "value": 16}]},
    "cells": [[CELL], [None]],
}


class HeadingView(BaseModel):
    """One value of a field."""

    label: str = Field(description="short, and told apart from every other value of the field")
    value: Any = Field(description="as it stands in the architecture; null, too, where the field is not there")


class AxisView(BaseModel):
    """The values of one field: numbers ascending, else in order of appearance, null last."""

    path: str | None = Field(description="null: no field was asked for, there is one column")
    values: list[HeadingView]


class CellView(EstimateView):
    """What the candidates of one row and column reached. `seeds` are those of one candidate; where there are several,
    each counts once by its mean, and `seeds` is how many there are."""

    candidates: int


class TableView(BaseModel):
    """Two fields of the architectures against each other. Candidates that were trained with more seeds count by those,
    not by the trial that made them one of the best."""

    model_config = ConfigDict(json_schema_extra={"examples": [TABLE]})

    metric: str
    goal: Literal["maximize", "minimize"] = Field(description="which way the metric is better")
    against: str | None = Field(description="cells are candidate minus this control, paired by seed")
    rows: AxisView
    columns: AxisView
    cells: list[list[CellView | None]] = Field(description="by row, then column; null where no candidate has both")


class Source(Protocol):
    """Where trials are read, with their architectures: a storage."""

    def leaderboard(self, search_id: str, query: Query) -> Page: ...


def table_of(
    source: Source,
    search: Search,
    *,
    rows: str | None = None,
    columns: str | None = None,
    metric: str | None = None,
    against: str | None = None,
) -> TableView:
    """What the candidates reached by these fields, by default in the first objective. See `nas.pivots.pivot`.

    Raises `InvalidQuery` for a field that no candidate has, without `rows` (it says what varies), and for a control
    that stands beside none; `NotFound` for a metric that no trial has, once one has completed.
    """
    query = _query(search, metric)
    source.leaderboard(search.id, query)  # knows which metrics there are
    trials = list(_trials(source, search))
    if rows is None:
        told = ", ".join(varying(trials)) or "none"
        raise InvalidQuery(f"rows must be a field of the architectures (varying: {told}), got none")
    found = pivot(trials, rows=rows, columns=columns, metric=query.sort, against=against)
    return TableView(
        metric=query.sort,
        goal="maximize" if query.descending else "minimize",
        against=against,
        rows=_axis(rows, found.rows),
        columns=_axis(columns, found.columns),
        cells=_cells(found),
    )


def _query(search: Search, metric: str | None) -> Query:
    """The query of this metric, which says which way it is better. Raises `InvalidQuery`."""
    query = parse_query(sort=metric, search=search, limit=1)
    if metric is not None and metric != query.sort:
        raise InvalidQuery(f"metric must be the name of a metric, got {metric!r}")
    return query


def _trials(source: Source, search: Search) -> Iterator[Trial]:
    """All trials of the search, by ascending number."""
    query = parse_query(sort=NUMBER, limit=MAX_LIMIT, statuses=tuple(TrialStatus))
    while True:
        page = source.leaderboard(search.id, query)
        yield from page.trials
        if page.next_cursor is None:
            return
        query = replace(query, cursor=page.next_cursor)


def _axis(path: str | None, values: Sequence[Heading]) -> AxisView:
    return AxisView(path=path, values=[HeadingView.model_validate(each, from_attributes=True) for each in values])


def _cells(found: Pivot) -> list[list[CellView | None]]:
    return [[None if cell is None else _cell(cell) for cell in row] for row in found.cells]


def _cell(cell: Cell) -> CellView:
    value = EstimateView.model_validate(cell.value, from_attributes=True)
    return CellView(**value.model_dump(), candidates=cell.candidates)
