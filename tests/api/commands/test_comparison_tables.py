"""Candidates beside their controls as people read them, in 80 columns."""

import io

import pytest
from rich.console import Console

from api.commands.comparison_tables import (
    WIDTH,
    chance,
    comparison_table,
    comparison_tables,
    paired_tables,
    values_tables,
)
from api.commands.tables import signed
from api.comparing import PairedTestView, comparisons_of
from nas.memory import MemoryStorage
from tests.api.compared_search import compared_search
from tests.api.robust_search import robust_search


def printed(*tables):
    """The lines of the tables on a terminal that is wider than they may be."""
    told = Console(file=io.StringIO(), width=200)
    for table in tables:
        told.print(table)
    return [line.rstrip() for line in told.file.getvalue().splitlines()]


def a_test(repeat, only_candidate, only_control, p, **changes):
    values = {"candidate": 4, "control": "none", "pass_name": "clean", "pictures": 50_000, **changes}
    return PairedTestView(repeat=repeat, only_candidate=only_candidate, only_control=only_control, exact_p=p, **values)


@pytest.mark.parametrize(
    ("ours", "plain", "cells"),
    [
        ((0.41, 0.43), (0.40, 0.41), ["0.4200 (2)", "0.4050 (2)", "+0.0150 [-0.0485, +0.0785]", "noise"]),
        ((0.41, 0.42), (0.40, 0.41), ["0.4150 (2)", "0.4050 (2)", "+0.0100 [+0.0100, +0.0100]", "better"]),
        ((0.41, None), (0.40, 0.44), ["0.4100 (1)", "0.4200 (2)", "+0.0100", "few seeds"]),
        ((0.41, None), (None, 0.44), ["0.4100 (1)", "0.4400 (1)", "", "few seeds"]),
    ],
)
def test_a_candidate_is_shown_beside_its_control(ours, plain, cells):
    storage = MemoryStorage()
    search = compared_search(storage, ours=ours, plain=plain)
    table = comparison_table(search, comparisons_of(storage, search).metrics[0])
    assert [next(iter(column.cells)) for column in table.columns] == ["1", "plain", *cells]


def test_a_small_difference_of_counts_is_exact():
    storage = MemoryStorage()
    search = compared_search(storage)
    table = comparison_table(search, comparisons_of(storage, search, ["params"]).metrics[0])
    assert next(iter(table.columns[4].cells)) == "-1 [-1, -1]"
    assert signed("macs", 6.2e9) == "+6.200 G"
    assert table.title.endswith("params, less is better")


def test_several_metrics_are_the_table_of_the_publication(tmp_path):
    storage = MemoryStorage()
    search = robust_search(storage, tmp_path)
    lines = printed(*comparison_tables(search, comparisons_of(storage, search)))
    assert lines[1].split() == ["trial", "top1_mean", "top1_clean", "top1_noise", "top1_blur"]
    assert [line.split()[1:3] for line in lines[2:5]] == [["candidate", "(3)"], ["none", "(3)"], ["mse", "(3)"]]
    assert lines[2].split()[3:] == ["0.5600", "±0.0124", "0.7600", "±0.0124", "0.5600", "±0.0124", "0.3600", "±0.0124"]
    differences = [line.split() for line in lines[lines.index("Differences") + 2 :][:8]]
    assert [row[1:3] for row in differences] == [
        [control, metric]
        for control in ("none", "mse")
        for metric in ("top1_mean", "top1_clean", "top1_noise", "top1_blur")
    ]
    assert differences[1][3:] == ["+0.1000", "[+0.1000,", "+0.1000]", "better"]
    assert max(map(len, lines)) <= WIDTH


def test_more_metrics_than_fit_take_another_table(tmp_path):
    storage = MemoryStorage()
    search = robust_search(storage, tmp_path)
    metrics = ["top1_mean", "top1_clean", "top1_noise", "top1_blur", "params"]
    compared = comparisons_of(storage, search, metrics).metrics
    assert [len(table.columns) for table in values_tables(search, compared)] == [2 + 4, 2 + 1]
    assert max(map(len, printed(*values_tables(search, compared)))) <= WIDTH


def test_without_a_second_seed_a_value_has_no_interval(tmp_path):
    storage = MemoryStorage()
    search = robust_search(storage, tmp_path, seeds=1)
    (table, _) = comparison_tables(search, comparisons_of(storage, search))
    assert [next(iter(column.cells)) for column in table.columns][1:3] == ["candidate (1)", "0.5550"]


def test_paired_tests_stand_by_control_and_pass_a_column_per_seed():
    tests = [a_test(1, 34, 28, 0.53), a_test(2, 30, 2, 0.0001), a_test(1, 0, 0, 1.0, pass_name="noise_20")]
    (table,) = paired_tables([*tests, a_test(1, 3, 4, 0.05, control="mse")])
    assert [list(column.cells) for column in table.columns] == [
        ["4", "4", "4"],
        ["none", "none", "mse"],
        ["clean", "noise_20", "clean"],
        ["34:28 p .53", "0:0 p 1", "3:4 p .05"],
        ["30:2 p <.001", "", ""],
    ]
    assert "within one seed" in table.caption
    assert "not independent" in table.caption
    assert list(paired_tables([])) == []


def test_more_seeds_than_fit_take_another_table():
    tests = [a_test(seed, 12_345, 12_001, 0.028, pass_name="noise_100") for seed in range(1, 6)]
    tables = list(paired_tables(tests))
    seeds = [[column.header for column in table.columns[3:]] for table in tables]
    assert seeds == [["seed 1", "seed 2", "seed 3"], ["seed 4", "seed 5"]]
    assert max(map(len, printed(*tables))) <= WIDTH


@pytest.mark.parametrize(
    ("p", "text"),
    [(1.0, "1"), (0.996, "1"), (0.53, ".53"), (0.5, ".5"), (0.0512, ".051"), (0.001, ".001"), (0.0009, "<.001")],
)
def test_chances_are_short(p, text):
    assert chance(p) == text
