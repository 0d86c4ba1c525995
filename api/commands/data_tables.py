"""Data sets as tables and sentences for people."""

from collections.abc import Iterator, Sequence

from rich.table import Table

from api.commands.tables import moment, plain_table
from api.data_sets.views import DataSetRow, DataSetView
from nas.data_sets import KINDS, DataReport, Findings, SplitReport
from nas.tasks.paths import named

SHOWN = 40  # classes in the table; all of them stand in JSON


def data_sets_table(rows: Sequence[DataSetRow]) -> Table:
    """One line per set."""
    table = plain_table("data set", "kind", "train", "val", "classes", "standing", "registered")
    for row in rows:
        counts = [f"{row.pictures.train:,}", f"{row.pictures.val:,}"] if row.pictures else ["", ""]
        classes = "" if row.classes is None else f"{row.classes:,}"
        table.add_row(row.name, row.kind, *counts, classes, row.standing, moment(row.created_at))
    return table


def data_set_lines(view: DataSetView) -> Iterator[str | Table]:
    """Where a set lies, what it holds, what is wrong with it."""
    yield f"Data set {view.name}: {view.kind}, {view.standing}"
    for field, path, _ in named(KINDS[view.kind].model_validate(view.data)):
        yield f"  {field}: {path}"
    if view.report is None:
        yield "Not checked yet."
        return
    yield from _report_lines(view.report)


def _report_lines(report: DataReport) -> Iterator[str | Table]:
    how = "all pictures opened" if report.every_picture else "a sample of pictures opened"
    yield f"Checked {report.checked_at:%Y-%m-%d %H:%M} UTC in {report.elapsed_s:.1f} s, {how}."
    parts = {"train": report.train, "val": report.val}
    table = plain_table("part", "pictures", "boxes", "MB", "opened", "missing", "broken", numbers=True)
    for name, part in parts.items():
        if part is not None:
            table.add_row(name, *_cells(part))
    if table.row_count:
        yield table
    if report.classes:
        yield _classes_table(report)
    for fault in report.faults:
        yield f"Fault: {fault}"
    for remark in report.remarks:
        yield f"Remark: {remark}"
    for name, part in parts.items():
        yield from () if part is None else _named(name, part)


def _cells(part: SplitReport) -> list[str]:
    boxes = "" if part.boxes is None else f"{part.boxes:,}"
    counts = (part.opened, part.missing.count, part.broken.count)
    return [f"{part.pictures:,}", boxes, f"{part.size_bytes / 1e6:,.1f}", *(f"{count:,}" for count in counts)]


def _classes_table(report: DataReport) -> Table:
    table = plain_table("class", "train", "val", numbers=True)
    for each in report.classes[:SHOWN]:
        table.add_row(each.name, f"{each.train:,}", f"{each.val:,}")
    left = len(report.classes) - SHOWN
    table.caption = f"and {left:,} more; --json tells all" if left > 0 else None
    return table


def _named(name: str, part: SplitReport) -> Iterator[str]:
    """Pictures by name where there are several: the first stands in the fault."""
    for what, found in (("missing", part.missing), ("broken", part.broken)):
        if found.count > 1:
            yield f"{what.capitalize()} in {name}{_first(found)}:"
            yield from (f"  {each}" for each in found.first)


def _first(found: Findings) -> str:
    return "" if found.count <= len(found.first) else f", the first {len(found.first)} of {found.count:,}"
