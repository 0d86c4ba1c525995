"""The SpineNet space keeps the laws, counts as published, and deals with dead blocks as it states."""

import random
from math import comb, factorial, prod

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search_spaces.errors import NotInSpace, Rejected
from search_spaces.genotypes import count, decode, encode, mutate, neighbours, sample, trace, validate
from search_spaces.paths import paths
from search_spaces.spinenet.architecture import BlockKind
from search_spaces.spinenet.graph import dead_blocks
from search_spaces.spinenet.options import SpineNetOptions
from search_spaces.spinenet.published import PUBLISHED
from search_spaces.spinenet.space import DEAD_BLOCK, SpineNetSpace
from search_spaces.testing import SpaceLaws

PAPER = SpineNetSpace()
PERMUTED_ONLY = SpineNetSpace(SpineNetOptions(adjustments=False))
KEEPING = SpineNetSpace(SpineNetOptions(dead_blocks="keep"))
SMALL = SpineNetSpace(
    SpineNetOptions(intermediates={3: 1, 4: 1}, outputs=(3,), window=2, offsets=(-1, 0, 1), dead_blocks="keep")
)
SPINENET_49 = PUBLISHED["spinenet-49"].architecture
R0_SP53 = PUBLISHED["r0-sp53"].architecture
PERMUTATION_49 = (0, 1, 2, 3, 4, 5, 6, 9, 7, 8, 1, 0, 2, 4, 3)
PARENTS_49 = (0, 1, 0, 1, 2, 3, 2, 4, 2, 4, 1, 3, 3, 4, 2, 4, 3, 4, 2, 4, 5, 10, 4, 10, 7, 12, 5, 14, 12, 14)
ADJUSTMENTS_49 = (1, 2, 1, 2, 3, 1, 2, 3, 2, 2, 0, 1, 0, 0, 1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0)
GOLDEN_49 = PERMUTATION_49 + PARENTS_49 + ADJUSTMENTS_49
PERMUTATION_R0 = (0, 1, 2, 4, 5, 3, 9, 6, 7, 8, 0, 1, 2, 4, 3)
PARENTS_R0 = (0, 1, 0, 1, 2, 3, 2, 4, 2, 4, 3, 4, 1, 4, 0, 4, 3, 4, 2, 4, 4, 10, 6, 7, 8, 13, 6, 9, 7, 9)
GOLDEN_R0 = PERMUTATION_R0 + PARENTS_R0


class TestPaperSpace(SpaceLaws):
    space = PAPER
    golden = ((GOLDEN_49, SPINENET_49),)
    draws = 12


class TestPermutedOnlySpace(SpaceLaws):
    space = PERMUTED_ONLY
    golden = ((GOLDEN_R0, R0_SP53),)
    draws = 12


class TestSpaceThatKeepsDeadBlocks(SpaceLaws):
    space = KEEPING
    golden = ((GOLDEN_49, SPINENET_49),)
    draws = 12


class TestSmallSpace(SpaceLaws):
    space = SMALL


class TestProxySpaceWithoutWindow(SpaceLaws):
    space = SpineNetSpace(SpineNetOptions(width=0.25, alpha=0.25, window=None, intermediates={2: 1, 3: 2, 4: 2}))
    draws = 12


def formula(choices_of_parents):
    """The paper's formula: permutations, connections, adjustments."""
    return factorial(10) * factorial(5) * choices_of_parents * 4**10 * 2**15


def test_counts_agree_with_the_published_formula():
    connections = prod(comb(index, 2) for index in range(2, 17))
    assert factorial(10) * factorial(5) == 435_456_000
    assert 4**10 * 2**15 == 34_359_738_368
    assert connections == 834_966_920_275_488_000_000
    unlimited = SpineNetSpace(SpineNetOptions(window=None))
    assert count(unlimited) == formula(connections)
    assert f"{count(unlimited):.3e}" == "1.249e+40"


@pytest.mark.parametrize(("window", "connections"), [(5, 1_062_485_424_000_000_000), (4, 29_742_791_965_286_400)])
def test_counts_agree_with_the_windowed_connections(window, connections):
    assert count(SpineNetSpace(SpineNetOptions(window=window))) == formula(connections)


def test_the_count_without_adjustments():
    assert f"{count(SpineNetSpace(SpineNetOptions(window=None, adjustments=False))):.1e}" == "3.6e+29"


def test_choices_come_in_the_published_order():
    names = [choice.call for choice in trace(PAPER, GOLDEN_49)]
    order = list(dict.fromkeys(names))
    assert order[:3] == ["intermediates", "outputs", "intermediates.0.parents"]
    assert order.index("outputs.4.parents") < order.index("intermediates.0.offset")
    assert order.index("intermediates.9.offset") < order.index("intermediates.0.kind")
    assert order[-1] == "outputs.4.kind"
    assert len(names) == len(GOLDEN_49) == 10 + 5 + 30 + 10 + 15


def test_the_default_space_holds_both_published_graphs_and_the_permuted_only_space_one():
    validate(PAPER, SPINENET_49)
    validate(PAPER, R0_SP53)
    with pytest.raises(NotInSpace, match=r"intermediates: levels .* cannot be reached"):
        validate(PERMUTED_ONLY, SPINENET_49)


def test_a_window_of_4_holds_spinenet_49_but_not_r0_sp53():
    narrow = SpineNetSpace(SpineNetOptions(window=4))
    validate(narrow, SPINENET_49)
    with pytest.raises(NotInSpace, match=r"intermediates\.7\.parents: must be one of 5, 6, 7, 8, got 4"):
        validate(narrow, R0_SP53)


@pytest.mark.parametrize(
    ("update", "message"),
    [
        ({"width": 0.25}, "width: the space gives 1.0, got 0.25"),
        ({"intermediates": SPINENET_49.intermediates[:9]}, "intermediates: must have 10 blocks, got 9"),
        ({"outputs": SPINENET_49.outputs[:4]}, "outputs: must have 5 blocks, got 4"),
    ],
)
def test_an_architecture_outside_the_space_is_refused_by_its_field(update, message):
    with pytest.raises(NotInSpace, match=message):
        validate(PAPER, SPINENET_49.model_copy(update=update))


def test_a_kind_that_is_not_offered_is_refused():
    space = SpineNetSpace(SpineNetOptions(kinds=(BlockKind.BOTTLENECK,)))
    with pytest.raises(NotInSpace, match=r"intermediates\.1\.kind"):
        validate(space, SPINENET_49)


def test_the_canonical_genotype_is_the_smallest_of_all_that_give_the_architecture():
    smallest = {}
    for genotype, architecture in paths(SMALL):
        smallest.setdefault(architecture, genotype)
    assert len(smallest) < count(SMALL)
    assert all(encode(SMALL, architecture) == genotype for architecture, genotype in smallest.items())


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_no_draw_of_the_default_space_has_a_dead_block(seed):
    rng = random.Random(seed)
    draw = sample(PAPER, rng)
    assert dead_blocks(draw.architecture) == ()
    assert dead_blocks(mutate(PAPER, draw.genotype, rng).architecture) == ()


def test_a_kept_dead_block_is_refused_by_the_default_space():
    rng = random.Random(0)
    with_dead = next(draw for _ in range(100) if dead_blocks((draw := sample(KEEPING, rng)).architecture))
    first = dead_blocks(with_dead.architecture)[0] - 2
    with pytest.raises(NotInSpace, match=rf"^intermediates\.{first}: no output needs block {first + 2}"):
        validate(PAPER, with_dead.architecture)
    with pytest.raises(Rejected) as raised:
        decode(PAPER, with_dead.genotype)
    assert raised.value.reason == DEAD_BLOCK


@pytest.mark.parametrize(("space", "share"), [(PAPER, 0.52), (PERMUTED_ONLY, 0.12)])
def test_dead_blocks_are_redrawn_about_as_often_as_measured_and_counted(space, share):
    rng = random.Random(0)
    draws = [sample(space, rng) for _ in range(300)]
    thrown = sum(draw.rejected.get(DEAD_BLOCK, 0) for draw in draws)
    assert thrown / (thrown + len(draws)) == pytest.approx(share, abs=0.06)


def test_the_kept_space_draws_nothing_anew():
    rng = random.Random(0)
    assert all(sample(KEEPING, rng).rejected == {} for _ in range(50))


def test_neighbours_of_spinenet_49_differ_in_at_most_two_blocks():
    found = [draw.architecture for draw in neighbours(PAPER, GOLDEN_49)]
    assert len(found) > 200
    for architecture in found:
        pairs = zip(architecture.blocks, SPINENET_49.blocks, strict=True)
        assert 1 <= sum(ours != theirs for ours, theirs in pairs) <= 2


def test_the_largest_number_of_blocks_allowed_is_drawn_and_recalled():
    options = SpineNetOptions(intermediates={3: 250, 4: 250}, dead_blocks="keep")
    assert len(sample(SpineNetSpace(options), random.Random(0)).architecture.intermediates) == 500
