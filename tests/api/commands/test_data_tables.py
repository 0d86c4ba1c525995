"""A report for people: numbers in tables, what is wrong in sentences."""

import io
from datetime import UTC, datetime

from rich.console import Console

from api.commands.data_tables import SHOWN, data_set_lines, data_sets_table
from api.data_sets.views import DATA, REPORT, ROW, DataSetRow, DataSetView
from nas.data_sets import DataReport, Findings


def text(*lines):
    console = Console(width=120, record=True, file=io.StringIO())
    for line in lines:
        console.print(line, soft_wrap=isinstance(line, str))
    return console.export_text()


def view(**report):
    found = DataReport.model_validate(REPORT).model_copy(update=report)
    row = {**ROW, "created_at": datetime(2026, 3, 1, tzinfo=UTC)}
    return DataSetView(**row, data=DATA, report=found, checking=None)


def test_a_list_has_a_line_per_set():
    rows = [DataSetRow(**ROW), DataSetRow(**{**ROW, "name": "new", "pictures": None, "classes": None})]
    shown = text(data_sets_table(rows))
    assert "blood-cells" in shown
    assert "205" in shown


def test_what_was_found_is_told():
    missing = Findings(count=30, first=("/data/a.png", "/data/b.png"))
    train = view().report.train.model_copy(update={"missing": missing})
    shown = text(*data_set_lines(view(train=train, faults=("30 pictures are missing",), remarks=("twice",))))
    assert "train.images: /data/bccd/images" in shown
    assert "all pictures opened" in shown
    assert "Fault: 30 pictures are missing" in shown
    assert "Remark: twice" in shown
    assert "Missing in train, the first 2 of 30:" in shown
    assert "/data/b.png" in shown


def test_of_many_classes_the_first_are_shown():
    classes = tuple({"name": f"class {number}", "train": 1, "val": 1} for number in range(SHOWN + 2))
    found = DataReport.model_validate({**REPORT, "classes": classes, "train": None, "val": None})
    shown = text(*data_set_lines(view().model_copy(update={"report": found})))
    assert f"class {SHOWN - 1}" in shown
    assert f"class {SHOWN} " not in shown
    assert "and 2 more; --json tells all" in shown


def test_a_set_that_was_never_checked_says_so():
    assert "Not checked yet." in text(*data_set_lines(view().model_copy(update={"report": None})))
