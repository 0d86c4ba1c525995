"""Merges, live blocks, widths and sizes that follow from an architecture."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search_spaces.spinenet.architecture import Block, BlockKind, SpineNet
from search_spaces.spinenet.graph import (
    absorbed,
    block_filters,
    block_kind,
    block_level,
    dead_blocks,
    edge_filters,
    input_channels,
    level_size,
    live_blocks,
    output_blocks,
    output_channels,
    stem_projects,
)
from search_spaces.spinenet.published import PUBLISHED

B, R = BlockKind.BOTTLENECK, BlockKind.RESIDUAL
SPINENET_49 = PUBLISHED["spinenet-49"].architecture


def spinenet(*, intermediates, outputs, **widths):
    """An architecture of (level, kind, parents) rows."""
    rows = lambda rows: tuple(Block(level=level, kind=kind, parents=parents) for level, kind, parents in rows)  # noqa: E731
    return SpineNet(intermediates=rows(intermediates), outputs=rows(outputs), **widths)


def test_an_output_absorbs_a_dangling_block_of_its_level_and_width():
    one = spinenet(intermediates=[(4, B, (0, 1))], outputs=[(4, B, (0, 1))])
    assert absorbed(one) == {3: (2,)}
    assert dead_blocks(one) == ()


@pytest.mark.parametrize(("level", "kind"), [(4, R), (5, B)])
def test_an_output_of_another_width_or_level_leaves_it_dead(level, kind):
    one = spinenet(intermediates=[(4, B, (0, 1))], outputs=[(level, kind, (0, 1))])
    assert absorbed(one) == {}
    assert dead_blocks(one) == (2,)
    assert live_blocks(one) == {0, 1, 3}


def test_several_dangling_blocks_are_absorbed_together():
    rows = [(4, B, (0, 1)), (3, B, (0, 1)), (4, B, (0, 1))]
    one = spinenet(intermediates=rows, outputs=[(4, B, (0, 1)), (3, B, (0, 1))])
    assert absorbed(one) == {5: (2, 4), 6: (3,)}


def test_what_only_a_later_output_takes_is_absorbed_all_the_same():
    """As released: consumption is counted as the blocks are built."""
    one = spinenet(intermediates=[(3, B, (0, 1))], outputs=[(3, B, (0, 1)), (4, B, (0, 2))])
    assert absorbed(one) == {3: (2,)}


def test_what_was_consumed_before_is_not_absorbed():
    one = spinenet(intermediates=[(3, B, (0, 1))], outputs=[(4, B, (0, 2)), (3, B, (0, 1))])
    assert absorbed(one) == {}


def test_the_stem_is_never_absorbed_because_the_first_block_consumes_it():
    one = spinenet(intermediates=[(4, B, (0, 1))], outputs=[(2, B, (0, 1))])
    assert absorbed(one) == {}
    assert live_blocks(one) == {0, 1, 3}


def test_a_block_that_only_a_dead_one_consumes_is_dead():
    rows = [(4, B, (0, 1)), (5, R, (0, 2)), (6, B, (2, 3))]
    one = spinenet(intermediates=rows, outputs=[(3, B, (0, 1))])
    assert dead_blocks(one) == (2, 3, 4)
    assert live_blocks(one) == {0, 1, 5}


def test_parents_of_an_absorbed_block_live():
    rows = [(6, R, (0, 1)), (4, B, (0, 2))]
    one = spinenet(intermediates=rows, outputs=[(4, B, (0, 1))])
    assert dead_blocks(one) == ()


def test_outputs_are_found_by_ascending_level():
    assert output_blocks(SPINENET_49) == {3: 13, 4: 12, 5: 14, 6: 16, 7: 15}
    assert list(output_blocks(SPINENET_49)) == [3, 4, 5, 6, 7]


def test_the_stem_blocks_are_bottlenecks_of_level_2():
    assert [block_level(SPINENET_49, index) for index in (0, 1)] == [2, 2]
    assert [block_kind(SPINENET_49, index) for index in (0, 1)] == [B, B]
    assert [input_channels(SPINENET_49, index) for index in (0, 1)] == [64, 256]
    assert [output_channels(SPINENET_49, index) for index in (0, 1)] == [256, 256]


def test_a_bottleneck_carries_four_times_its_filters_and_a_residual_block_its_filters():
    assert (block_level(SPINENET_49, 3), block_kind(SPINENET_49, 3)) == (4, R)
    assert (block_filters(SPINENET_49, 3), input_channels(SPINENET_49, 3), output_channels(SPINENET_49, 3)) == (
        256,
    ) * 3
    assert (block_level(SPINENET_49, 4), block_kind(SPINENET_49, 4)) == (3, B)
    assert (block_filters(SPINENET_49, 4), input_channels(SPINENET_49, 4), output_channels(SPINENET_49, 4)) == (
        128,
        512,
        512,
    )


@pytest.mark.parametrize(
    ("width", "filters", "edges"), [(0.65, [41, 83, 166], [20, 41, 83]), (1.3, [83, 166, 332], [41, 83, 166])]
)
def test_widths_are_truncated_as_published(width, filters, edges):
    scaled = SPINENET_49.model_copy(update={"width": width})
    assert [block_filters(scaled, index) for index in (2, 4, 3)] == filters
    assert [edge_filters(scaled, index) for index in (2, 4, 3)] == edges


def test_narrow_edges_keep_the_floor():
    narrow = SPINENET_49.model_copy(update={"width": 0.125, "alpha": 0.25})
    assert [edge_filters(narrow, index) for index in (2, 4, 3)] == [4, 4, 8]
    assert edge_filters(narrow.model_copy(update={"minimum_edge_filters": 1}), 2) == 2


def test_the_stem_projects_only_where_widths_differ():
    assert stem_projects(SPINENET_49)
    assert not stem_projects(SPINENET_49.model_copy(update={"width": 0.25}))


@pytest.mark.parametrize(
    ("size", "sizes"),
    [
        ((224, 224), [(112, 112), (56, 56), (28, 28), (14, 14), (7, 7), (4, 4), (2, 2)]),
        ((300, 500), [(150, 250), (75, 125), (38, 63), (19, 32), (10, 16), (5, 8), (3, 4)]),
        ((1, 640), [(1, 320), (1, 160), (1, 80), (1, 40), (1, 20), (1, 10), (1, 5)]),
    ],
)
def test_levels_have_sizes_rounded_up(size, sizes):
    assert [level_size(size, level) for level in range(1, 8)] == sizes


@given(st.integers(1, 5_000), st.integers(1, 5_000), st.integers(0, 6))
def test_halving_a_level_rounded_up_gives_the_next(height, width, level):
    below, above = level_size((height, width), level), level_size((height, width), level + 1)
    assert above == level_size(below, 1)
