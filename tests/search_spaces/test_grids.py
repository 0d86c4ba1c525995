"""Grids of numbers."""

import math
from itertools import pairwise

import pytest

from search_spaces.errors import SpaceError
from search_spaces.grids import Grid


def test_real_numbers_run_from_low_to_high_evenly():
    grid = Grid.real(-1, 1, points=5)
    assert list(grid) == [-1, -0.5, 0, 0.5, 1]
    assert len(Grid.real(0, 1)) == 1001


def test_on_a_log_scale_their_ratios_are_even_and_their_digits_few():
    grid = Grid.real(1e-4, 1e-1, log=True, points=31)
    assert (grid[0], grid[10], grid[-1]) == (1e-4, 1e-3, 1e-1)
    ratios = [math.log10(b / a) for a, b in pairwise(grid)]
    assert max(ratios) - min(ratios) < 1e-6
    assert all(len(f"{value:.17g}") >= len(repr(value)) for value in grid)


def test_whole_numbers_keep_their_step_and_on_a_log_scale_grow_apart():
    assert list(Grid.whole(2, 9, step=3)) == [2, 5, 8]
    assert list(Grid.whole(1, 4, log=True)) == [1, 2, 3, 4]
    wide = Grid.whole(8, 4096, log=True, step=8)
    assert (wide[0], wide[-1]) == (8, 4096)
    assert all(value % 8 == 0 for value in wide)
    assert wide[-1] - wide[-2] > wide[1] - wide[0]


def test_a_value_knows_its_place_and_what_is_not_on_the_grid_is_refused():
    grid = Grid.real(0.001, 1, log=True, points=31)
    assert [grid.index(value) for value in grid] == list(range(31))
    for strange in (0.0015, True, "0.1", None):
        with pytest.raises(ValueError, match="not on the grid"):
            grid.index(strange)
    assert grid.nearest(0.099) == 0.1


@pytest.mark.parametrize(
    ("low", "high", "log", "words"),
    [
        (1, 1, False, "low must be below high, got 1 and 1"),
        (0, 1, True, "low must be above 0 on a log scale, got 0"),
        (0, math.inf, False, "low must be below high, got 0 and inf"),
        (1, 1 + 1e-9, False, "too narrow"),
    ],
)
def test_ranges_that_hold_nothing_are_refused(low, high, log, words):
    with pytest.raises(SpaceError, match=words):
        Grid.real(low, high, log=log)
