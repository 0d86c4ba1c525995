"""Regrets as they are told."""

from dataclasses import replace

from benchmarks.search.regret import mean, ours, regrets
from benchmarks.search.tables import drawn


def test_a_mean_carries_its_standard_error_where_there_are_several():
    assert mean([1.0, 3.0]) == "2.0000 +- 1.0000"
    assert mean([0.25]) == "0.2500"


def test_regrets_are_what_the_best_so_far_lacks():
    table = drawn(0, layers=3, options=2)
    found = regrets(table, replace(ours("random"), seeds=2), evaluations=100, processes=1)
    assert found == {100: [0.0, 0.0]}, "all eight are tried before"
