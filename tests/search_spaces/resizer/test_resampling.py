"""Ways to resize are told apart exactly where they differ. (That they do is tested beside the network's filters.)"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search_spaces.resizer.resampling import PLAIN, RESAMPLINGS, Resampling, antialias_matters, canonical

SIDES = st.integers(3, 500)
WAYS = st.sampled_from(RESAMPLINGS)
HALVES = ((448, 224), (320, 160))
UNEVEN = ((500, 300), (500, 300))  # nothing coincides
THIRDS = ((672, 224), (672, 224))
GROWS = ((224, 448), (100, 320))


@given(WAYS, SIDES, SIDES, SIDES, SIDES)
def test_the_canonical_way_is_its_own_canonical_way_and_none_comes_before_it(way, height, rows, width, columns):
    axes = ((height, rows), (width, columns))
    first = canonical(way, axes)
    assert canonical(first, axes) == first
    assert RESAMPLINGS.index(first) <= RESAMPLINGS.index(way)


@given(WAYS, SIDES, SIDES)
def test_between_equal_sizes_all_ways_are_one(way, height, width):
    assert canonical(way, ((height, height), (width, width))) == PLAIN


@pytest.mark.parametrize(
    ("way", "axes", "first"),
    [
        (("area", False), HALVES, ("bilinear", False)),
        (("bicubic", False), HALVES, ("bicubic", False)),
        (("bilinear", True), HALVES, ("bilinear", True)),
        (("area", False), ((448, 224), (448, 448)), ("bilinear", False)),
        (("area", False), ((448, 224), (448, 320)), ("area", False)),
        (("bicubic", False), THIRDS, ("bilinear", False)),
        (("lanczos", False), THIRDS, ("bilinear", False)),
        (("lanczos", True), THIRDS, ("lanczos", True)),
        (("area", False), THIRDS, ("area", False)),
        (("lanczos", True), GROWS, ("lanczos", False)),
        (("bicubic", True), ((448, 224), (100, 320)), ("bicubic", True)),
        (("area", True), UNEVEN, ("area", False)),
        (("bilinear", True), UNEVEN, ("bilinear", True)),
    ],
)
def test_coincidences_are_known(way, axes, first):
    assert canonical(Resampling(*way), axes) == first


def test_in_general_only_areas_have_no_antialiasing():
    assert len({canonical(way, UNEVEN) for way in RESAMPLINGS}) == 7
    assert [antialias_matters(way.interpolation, UNEVEN) for way in RESAMPLINGS[::2]] == [True, True, True, False]


def test_antialiasing_matters_where_a_side_shrinks():
    assert antialias_matters("bicubic", HALVES)
    assert antialias_matters("bicubic", ((224, 448), (449, 448)))
    assert not antialias_matters("bicubic", GROWS)
