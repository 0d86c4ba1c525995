"""Fields against each other as people read them, in 80 columns."""

import io

import pytest
from rich.console import Console

from api.commands.pivot_tables import WIDTH, cell_text, pivot_tables
from api.tabulating import AxisView, CellView, TableView, table_of
from nas.memory import MemoryStorage
from nas.records import Search
from tests.api.tabulated_search import NETWORKS, SOURCE, TARGET, tabulated_search

SEARCH = Search(id="a", name="transfer", document={})


def printed(search, told):
    """The lines of the tables on a terminal that is wider than they may be."""
    console = Console(file=io.StringIO(), width=200)
    for table in pivot_tables(search, told):
        console.print(table)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


def axis(path, *labels):
    return AxisView(path=path, values=[{"label": label, "value": label} for label in labels])


def told(*, rows=("1",), columns=("2",), metric="top1", against=None, **cell):
    values = {"mean": 0.5, "seeds": 1, "std": None, "low": None, "high": None, "candidates": 1, **cell}
    cells = [[CellView(**values) for _ in columns] for _ in rows]
    return TableView(
        metric=metric,
        goal="maximize",
        against=against,
        rows=axis("parts.resizer.blocks", *rows),
        columns=axis("filters", *columns),
        cells=cells,
    )


@pytest.mark.parametrize(
    ("seeds", "against"), [((0,), None), ((3,), None), ((2, 3), None), ((3,), "plain"), ((2, 3), "plain")]
)
def test_four_by_four_fit_one_table(seeds, against):
    storage = MemoryStorage()
    search = tabulated_search(storage, seeds=seeds)
    lines = printed(search, table_of(storage, search, rows=TARGET, columns=SOURCE, against=against))
    assert max(map(len, lines)) <= WIDTH
    assert [sum(line.startswith(f"{name} ") for line in lines) for name in NETWORKS] == [1, 1, 1, 1]
    assert any("±" in line for line in lines) == any(seeds)


def test_a_row_reads_as_its_label_and_its_cells():
    storage = MemoryStorage()
    search = tabulated_search(storage)
    lines = printed(search, table_of(storage, search, rows=TARGET, columns=SOURCE))
    assert lines[0].startswith("transfer by parts.backbone and parts.resizer.weights: top1, more is better")
    assert lines[1].split() == ["backbone", *NETWORKS]
    assert lines[2].split()[:5] == ["resnet50", "0.5020", "±0.0025", "0.5120", "±0.0025"]
    assert lines[-1].strip() == "± half the 95 % interval; over 3 seeds"


@pytest.mark.parametrize(
    ("changes", "text", "caption"),
    [
        ({}, "0.5000", []),
        ({"seeds": 3, "low": 0.4, "high": 0.6}, "0.5000 ±0.1000", ["± half the 95 % interval; over 3 seeds"]),
        ({"against": "plain"}, "+0.5000", ["candidate minus plain, paired by seed"]),
        ({"seeds": 4, "candidates": 4, "low": 0.4, "high": 0.6}, "0.5000 ±0.1000", ["over 4 candidates"]),
        ({"metric": "params", "mean": 2.5e6}, "2.500 M", []),
    ],
)
def test_a_cell_tells_as_much_as_is_known(changes, text, caption):
    one = told(rows=("1", "2", "3"), columns=("a long header 1", "a long header 2", "a long header 3"), **changes)
    assert cell_text(one, one.cells[0][0]) == text
    below = " ".join(line.strip() for line in printed(SEARCH, one))
    assert all(sentence in below for sentence in caption)
    assert cell_text(one, None) == ""


def test_where_cells_differ_in_their_numbers_each_tells_its_own():
    one = told(columns=("16", "32"))
    one.cells[0][1] = CellView(mean=0.25, seeds=2, std=0.01, low=0.2, high=0.3, candidates=2)
    assert [cell_text(one, cell) for cell in one.cells[0]] == ["0.5000 (1)", "0.2500 (2) ±0.0500"]
    below = " ".join(line.strip() for line in printed(SEARCH, one))
    assert "in round brackets the seeds, or candidates where there are several" in below


def test_more_columns_than_fit_take_another_table():
    one = told(columns=[f"column {number}" for number in range(12)], seeds=3, low=0.4, high=0.6)
    tables = list(pivot_tables(SEARCH, one))
    assert [header.header for table in tables for header in table.columns if header.header != "blocks"] == [
        f"column {number}" for number in range(12)
    ]
    assert len(tables) == 2
    assert max(map(len, printed(SEARCH, one))) <= WIDTH


def test_long_labels_are_folded_and_brackets_are_no_markup():
    path = "/".join(["checkpoints-of-resizers"] * 2)
    lines = printed(SEARCH, told(rows=("[conv4_3,conv5_3]", "y" * 30), columns=(path, "[bold]")))
    assert any(line.startswith("[conv4_3,conv5_3] ") for line in lines)
    assert any(line.rstrip().endswith("[bold]") for line in lines)
    assert sum("checkpoints-of" in line for line in lines) == 2
    assert sum("y" * 10 in line for line in lines) == 2
