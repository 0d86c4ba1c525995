"""The command that shows fields of a search's architectures against each other."""

from typing import Annotated

import typer

from api.commands.pivot_tables import pivot_tables
from api.commands.session import AsJson, SearchName, console, print_json, reader
from api.rest import Reader, RestClient
from api.tabulating import TableView, table_of
from nas.records import Search

Rows = Annotated[
    str | None,
    typer.Option(help="A field of the architectures, as parts.resizer.blocks; left out, it is told which ones vary."),
]
Columns = Annotated[str | None, typer.Option(help="Another field; by default there is one column.")]
Metric = Annotated[str | None, typer.Option(help="Any metric; by default the first objective.")]
Against = Annotated[
    str | None,
    typer.Option(metavar="CONTROL", help="A control, as plain: cells are candidate minus it, paired by seed."),
]


def table(
    search: SearchName,
    rows: Rows = None,
    columns: Columns = None,
    metric: Metric = None,
    against: Against = None,
    as_json: AsJson = False,
) -> None:
    """Show what candidates reached by one or two fields of their architectures."""
    with reader() as source:
        found = source.search(search)
        told = told_by(source, found, rows=rows, columns=columns, metric=metric, against=against)
    if as_json:
        print_json(told.model_dump(mode="json"))
    elif told.rows.values:
        for place, each in enumerate(pivot_tables(found, told)):
            console().print(*([""] if place else []), each)
    else:
        console().print(nothing_told(found, told), soft_wrap=True, markup=False, highlight=False)


def told_by(
    source: Reader,
    search: Search,
    *,
    rows: str | None = None,
    columns: str | None = None,
    metric: str | None = None,
    against: str | None = None,
) -> TableView:
    """The table, told by the service where one is asked: its lists hold no architectures."""
    if isinstance(source, RestClient):
        return source.table(search.id, rows=rows, columns=columns, metric=metric, against=against)
    return table_of(source, search, rows=rows, columns=columns, metric=metric, against=against)


def nothing_told(search: Search, told: TableView) -> str:
    """Why there is nothing to show."""
    if told.against is None:
        return f"{search.name}: no candidate has completed with {told.metric} yet"
    return f"{search.name}: no candidate and {told.against} have completed with a common seed and {told.metric} yet"
