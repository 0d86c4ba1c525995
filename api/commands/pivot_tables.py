"""Fields of architectures against each other as tables for people, within 80 columns."""

from collections.abc import Iterator, Sequence

from rich.markup import escape
from rich.table import Table

from api.commands.tables import metric, plain_table, signed
from api.tabulating import CellView, TableView
from nas.records import Search

WIDTH = 80
WIDEST_LABEL = 20  # of a row; longer ones are folded
WIDEST_HEADER = 14  # of a column whose cells are narrower

Column = list[str]  # its header, then its cells


def pivot_tables(search: Search, told: TableView) -> Iterator[Table]:
    """A line per row, a column per column; as many tables as it takes for none to be too wide."""
    left = [_last(told.rows.path), *(_folded(each.label, WIDEST_LABEL) for each in told.rows.values)]
    room = WIDTH - _left_width(left)
    columns = _columns(told, between=" ")
    if sum(map(_taken, columns)) > room:
        columns = _columns(told, between="\n")
    for group in _groups(columns, room):
        yield _table(left, group, title=_title(search, told), caption=_caption(told))


def cell_text(told: TableView, cell: CellView | None, *, between: str = " ") -> str:
    """The mean, how many it is of where cells differ in that, and half its interval as far as there is one."""
    if cell is None:
        return ""
    mean = metric(told.metric, cell.mean) if told.against is None else signed(told.metric, cell.mean)
    counted = f"{mean} ({cell.seeds})" if _counts_differ(told) else mean
    if cell.low is None or cell.high is None:
        return counted
    return f"{counted}{between}±{metric(told.metric, (cell.high - cell.low) / 2)}"


def _columns(told: TableView, *, between: str) -> list[Column]:
    texts = [[cell_text(told, cell, between=between) for cell in row] for row in told.cells]
    headers = [_folded(each.label, WIDEST_HEADER) for each in told.columns.values]
    return [[header, *(row[place] for row in texts)] for place, header in enumerate(headers)]


def _groups(columns: Sequence[Column], room: int) -> Iterator[list[Column]]:
    """The columns in their order, as many together as there is room for."""
    group: list[Column] = []
    for column in columns:
        if group and sum(map(_taken, [*group, column])) > room:
            yield group
            group = []
        group.append(column)
    yield group


def _table(left: Column, columns: Sequence[Column], *, title: str, caption: str) -> Table:
    headers = [escape(column[0]) for column in (left, *columns)]
    table = plain_table(*headers, title=escape(title), numbers=True)
    table.caption = escape(caption)
    table.collapse_padding = True
    table.columns[0].justify = "left"
    for drawn, width in zip(table.columns, (_left_width(left), *map(_width, columns)), strict=True):
        drawn.width = width
    for row in zip(left[1:], *(column[1:] for column in columns), strict=True):
        table.add_row(*map(escape, row))
    return table


def _folded(label: str, widest: int) -> str:
    """The label, broken behind the folders of a path where it is too long for one line."""
    return label if len(label) <= widest else label.replace("/", "/\n")


def _left_width(left: Column) -> int:
    return min(_longest(left), WIDEST_LABEL)


def _width(column: Column) -> int:
    """Of the longest line of a cell; a header that is longer is folded."""
    return max(min(_longest(column[:1]), WIDEST_HEADER), _longest(column[1:]))


def _longest(texts: Sequence[str]) -> int:
    return max(len(line) for text in texts for line in [*text.splitlines(), ""])


def _taken(column: Column) -> int:
    return _width(column) + 1  # a blank before it


def _title(search: Search, told: TableView) -> str:
    way = "more" if told.goal == "maximize" else "less"
    across = f" and {told.columns.path}" if told.columns.path else ""
    return f"{search.name} by {told.rows.path}{across}: {told.metric}, {way} is better"


def _caption(told: TableView) -> str:
    """How cells came about."""
    cells = [cell for row in told.cells for cell in row if cell is not None]
    sentences = [f"candidate minus {told.against}, paired by seed"] if told.against else []
    if any(cell.low is not None for cell in cells):
        sentences.append("± half the 95 % interval")
    if _counts_differ(told):
        sentences.append(f"in round brackets the {_counted(cells)}")
    elif cells[0].seeds > 1:
        sentences.append(f"over {cells[0].seeds} {_counted(cells)}")
    return "; ".join(sentences)


def _counted(cells: Sequence[CellView]) -> str:
    """What the numbers of cells are numbers of."""
    several = [cell.candidates > 1 for cell in cells]
    if not any(several):
        return "seeds"
    return "candidates" if all(several) else "seeds, or candidates where there are several"


def _counts_differ(told: TableView) -> bool:
    return len({cell.seeds for row in told.cells for cell in row if cell is not None}) > 1


def _last(path: str | None) -> str:
    return "" if path is None else path.rpartition(".")[2]
