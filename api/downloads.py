"""All trials of a leaderboard query as one file, row by row: memory does not grow with the search."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain
from typing import Any

from api.database import reading
from api.errors import Refused
from api.pages import has_completed, leaderboard_page, metric_names
from api.storage import SqlStorage
from nas.leaderboard import MAX_LIMIT, check_metrics
from nas.ports import Query
from nas.records import Search, Trial

PARQUET = "application/vnd.apache.parquet"
Cell = str | int | float | datetime | None
Columns = dict[str, Callable[[Trial], Cell]]
"""How each column but the metrics is read."""

PLAIN: Columns = {
    "number": lambda trial: trial.number,
    "status": lambda trial: trial.status.value,
    "architecture_id": lambda trial: trial.architecture_id,
    "candidate": lambda trial: trial.companion.candidate if trial.companion else None,
    "control": lambda trial: trial.companion.control if trial.companion else None,
    "repeat": lambda trial: trial.companion.repeat if trial.companion else None,
    "attempt": lambda trial: trial.attempt,
    "fidelity": lambda trial: trial.measurements[-1].fidelity if trial.measurements else None,
    "elapsed_s": lambda trial: trial.measurements[-1].elapsed_s if trial.measurements else None,
    "failure_kind": lambda trial: trial.failure.kind.value if trial.failure else None,
    "failure_message": lambda trial: trial.failure.message if trial.failure else None,
    "broken": lambda trial: trial.broken,
    "created_at": lambda trial: trial.created_at,
    "started_at": lambda trial: trial.started_at,
    "finished_at": lambda trial: trial.finished_at,
}
WHOLE = ("number", "candidate", "repeat", "attempt", "fidelity")
MOMENTS = ("created_at", "started_at", "finished_at")


def csv_of(storage: SqlStorage, search: Search, query: Query) -> Iterator[bytes]:
    """The rows of the query as CSV, a header first; times in ISO 8601. Raises what the query deserves before the first
    part is asked for."""
    metrics, batches = _opened(storage, search, query)

    def parts() -> Iterator[bytes]:
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow([*PLAIN, *metrics])
        for batch in batches:
            writer.writerows([_spelled(cell) for cell in row] for row in map(_rows(metrics), batch))
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
        if text.tell():
            yield text.getvalue().encode()

    return parts()


def parquet_of(storage: SqlStorage, search: Search, query: Query) -> Iterator[bytes]:
    """The same as a Parquet file, one group of rows per page read. Raises `Refused` where pyarrow is not installed."""
    try:
        import pyarrow
        from pyarrow.parquet import ParquetWriter
    except ImportError as error:
        raise Refused("a Parquet file needs pyarrow: pip install 'spinesearch[parquet]'; CSV needs nothing") from error
    metrics, batches = _opened(storage, search, query)
    types = {name: _parquet_type(pyarrow, name) for name in PLAIN} | dict.fromkeys(metrics, pyarrow.float64())
    schema = pyarrow.schema(list(types.items()))

    def parts() -> Iterator[bytes]:
        sink = _Sink()
        with ParquetWriter(pyarrow.PythonFile(sink, mode="w"), schema) as writer:
            for batch in batches:
                columns = zip(*map(_rows(metrics), batch), strict=True)
                writer.write_batch(pyarrow.record_batch([list(column) for column in columns], schema=schema))
                yield sink.taken()
        yield sink.taken()

    return parts()


class _Sink(io.RawIOBase):
    """A file that is written to from the front and emptied from the front."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []
        self._written = 0

    def writable(self) -> bool:
        """Always."""
        return True

    def tell(self) -> int:
        """How much was written, taken or not."""
        return self._written

    def write(self, data: Any) -> int:
        """Keeps a copy of the bytes."""
        part = bytes(data)
        self._parts.append(part)
        self._written += len(part)
        return len(part)

    def taken(self) -> bytes:
        """What was written since the last time."""
        found = b"".join(self._parts)
        self._parts.clear()
        return found


def _opened(storage: SqlStorage, search: Search, query: Query) -> tuple[list[str], Iterator[Sequence[Trial]]]:
    """The metrics the search has, and pages that join to the whole."""
    with reading(storage.engine) as connection:
        metrics = metric_names(connection, search.id)
        if has_completed(connection, search.id):
            check_metrics(query, metrics, search.id)
    first = _page(storage, search.id, query, None)
    return metrics, chain([first[0]] if first[0] else [], _following(storage, search.id, query, first[1]))


def _following(storage: SqlStorage, search_id: str, query: Query, cursor: str | None) -> Iterator[Sequence[Trial]]:
    while cursor is not None:
        trials, cursor = _page(storage, search_id, query, cursor)
        yield trials


def _page(storage: SqlStorage, search_id: str, query: Query, cursor: str | None) -> tuple[Sequence[Trial], str | None]:
    with reading(storage.engine) as connection:
        page = leaderboard_page(connection, search_id, replace(query, limit=MAX_LIMIT, cursor=cursor))
    return page.trials, page.next_cursor


def _rows(metrics: Sequence[str]) -> Callable[[Trial], list[Cell]]:
    def row(trial: Trial) -> list[Cell]:
        known = trial.metrics
        return [*(read(trial) for read in PLAIN.values()), *(known.get(metric) for metric in metrics)]

    return row


def _spelled(cell: Cell) -> Cell:
    """As CSV holds it. A sentence that a spreadsheet would take for a formula begins with an apostrophe."""
    if isinstance(cell, datetime):
        return cell.isoformat()
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@")) else cell


def _parquet_type(pyarrow: Any, name: str) -> Any:
    if name in WHOLE:
        return pyarrow.int64()
    if name in MOMENTS:
        return pyarrow.timestamp("us", tz="UTC")
    return pyarrow.float64() if name == "elapsed_s" else pyarrow.string()
