"""All trials as a file: every row of the query once, in its order, in bounded parts."""

import csv
import io

import pytest

from api.downloads import csv_of, parquet_of
from nas.errors import NotFound
from nas.leaderboard import parse_query
from nas.records import Failure, FailureKind, TrialStatus
from nas.testing.stored import trial
from tests.api.plots.conftest import DOCUMENT, Plotted

EVERY = tuple(TrialStatus)


@pytest.fixture
def filled(sql_storage, monkeypatch):
    """A search whose pages are small, so that there are several."""
    monkeypatch.setattr("api.downloads.MAX_LIMIT", 2)
    plotted = Plotted(sql_storage, DOCUMENT)
    for number in range(5):
        plotted.add([number / 10], params=10.0 * number)
    plotted.add([0.9], beside=1)
    sql_storage.add_trial(plotted.lease, trial(6, status=TrialStatus.RUNNING, static_metrics={}))
    failure = Failure(kind=FailureKind.ERROR, message='=SUM(A1) and "more", with a\nline')
    sql_storage.move_trial(plotted.lease, 6, TrialStatus.FAILED, failure)
    return plotted


def read(storage, search, **query):
    """The rows of the CSV file."""
    parts = list(csv_of(storage, search, parse_query(search=search, **query)))
    return parts, list(csv.DictReader(io.StringIO(b"".join(parts).decode(), newline="")))


def test_every_trial_is_a_row_with_all_its_metrics(sql_storage, filled):
    parts, rows = read(sql_storage, filled.search, sort="number", statuses=EVERY)
    assert [row["number"] for row in rows] == list("0123456")
    assert [row["AP"] for row in rows] == ["0.0", "0.1", "0.2", "0.3", "0.4", "0.9", ""]
    assert (rows[5]["candidate"], rows[5]["control"], rows[0]["candidate"]) == ("1", "plain", "")
    assert rows[6]["failure_message"] == '\'=SUM(A1) and "more", with a\nline', "no spreadsheet takes it for a formula"
    assert rows[0]["finished_at"].endswith("+00:00")
    assert len(parts) == 4, "a part per page"


def test_rows_are_those_of_the_query_in_its_order(sql_storage, filled):
    _, rows = read(sql_storage, filled.search, sort="-AP", where=["params<=30"])
    assert [row["number"] for row in rows] == ["3", "2", "1", "0"]


def test_a_parquet_file_says_the_same(sql_storage, filled):
    from pyarrow import BufferReader
    from pyarrow.parquet import ParquetFile

    parts = list(parquet_of(sql_storage, filled.search, parse_query(sort="number", statuses=EVERY)))
    file = ParquetFile(BufferReader(b"".join(parts)))
    table = file.read()
    assert file.num_row_groups == 4
    assert table.column("number").to_pylist() == list(range(7))
    assert table.column("AP").to_pylist() == [0.0, 0.1, 0.2, 0.3, 0.4, 0.9, None]
    assert table.column("failure_kind").to_pylist() == [None] * 6 + ["error"]
    assert str(table.schema.field("started_at").type) == "timestamp[us, tz=UTC]"


def test_a_search_without_trials_is_a_file_with_a_header(sqlite_storage):
    from pyarrow import BufferReader
    from pyarrow.parquet import read_table

    search = Plotted(sqlite_storage, DOCUMENT).search
    assert read(sqlite_storage, search, sort="number")[1] == []
    parts = b"".join(parquet_of(sqlite_storage, search, parse_query(sort="number")))
    assert read_table(BufferReader(parts)).num_rows == 0


def test_a_metric_that_no_trial_has_is_told_before_anything_is_sent(sql_storage, filled):
    with pytest.raises(NotFound, match="did you mean 'AP'"):
        csv_of(sql_storage, filled.search, parse_query(sort="AP5"))
