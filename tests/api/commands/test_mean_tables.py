"""Candidates in the order of their means as people read them, in 80 columns."""

import io

import pytest
from rich.console import Console

from api.commands.comparison_tables import WIDTH
from api.commands.mean_tables import leader_line, mean_table, show_means, worth_a_table
from api.comparing import comparisons_of
from nas.memory import MemoryStorage
from tests.api.compared_search import compared_search
from tests.api.repeated_search import CLOSE, repeated_search


def compared(repeats=CLOSE, *, metric="AP", scale=1.0, **fields):
    storage = MemoryStorage()
    search = repeated_search(storage, repeats, other=(metric, scale), **fields)
    return search, comparisons_of(storage, search, [metric]).metrics[0]


def printed(search, found):
    told = Console(file=io.StringIO(), width=200)
    show_means(told, search, [found])
    return [line.rstrip() for line in told.file.getvalue().splitlines()]


def test_a_candidate_is_told_with_its_spread_and_its_lead_over_the_next():
    lines = printed(*compared())
    assert lines[1] == "Candidates of repeated trained again: AP, more is better"
    assert lines[2].split() == ["trial", "first", "mean", "std", "seeds", "over", "the", "next", "p", "verdict"]
    cells = [" ".join(line.split()) for line in lines[3:7]]
    assert cells == [
        "1 0.4900 0.4400 ±0.0248 0.0100 3 +0.0150 ±0.0249 .15 noise",
        "2 0.4800 0.4250 ±0.0635 0.0071 2 +0.0150 ±0.0249 .15 noise",
        "0 0.5000 0.4100 ±0.0248 0.0100 3 +0.2000 ±0.0227 <.001 better",
        "3 0.4700 0.2100 ±0.0248 0.0100 3",
    ]
    assert lines[-1] == "Trial 1 leads trial 2 by no more than the noise of seeds in AP (p .15)."


@pytest.mark.parametrize(
    ("repeats", "goal", "line"),
    [
        (((0.40, 0.41), (0.20, 0.21)), "maximize", "Trial 0 beats trial 1 in AP (p .0012)."),
        (((0.40, 0.41), (0.20, 0.21)), "minimize", "Trial 1 beats trial 0 in AP (p .0012)."),
        (((0.40, None), (0.20, 0.21)), "maximize", "Too few seeds to tell whether trial 0 beats trial 1 in AP."),
        (((0.40, 0.41), (None, None)), "maximize", None),
    ],
)
def test_whether_number_1_beats_number_2_is_a_sentence(repeats, goal, line):
    _, found = compared(repeats, objectives=[{"metric": "AP", "goal": goal}])
    assert leader_line(found) == line


@pytest.mark.parametrize("scale", [1.0, 500.0, 5e6])
@pytest.mark.parametrize("metric", ["AP50", "latency_ms", "total_macs"])
def test_it_fits_a_terminal(metric, scale):
    search, found = compared(metric=metric, scale=scale)
    assert max(map(len, printed(search, found))) <= WIDTH


def test_a_candidate_alone_beside_its_controls_takes_no_table_of_its_own():
    storage = MemoryStorage()
    metrics = comparisons_of(storage, compared_search(storage)).metrics
    assert metrics[0].ranking
    assert worth_a_table(metrics) == []
    search, alone = compared(((0.4, 0.5),))
    assert worth_a_table([alone]) == [alone]
    assert mean_table(search, alone).row_count == 1
    assert leader_line(alone) is None
