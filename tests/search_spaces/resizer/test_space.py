"""The resizer space keeps the laws, counts exactly, and holds every resizer once."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search_spaces.errors import NotInSpace, Rejected
from search_spaces.genotypes import count, decode, encode, enumerate_genotypes, sample, trace, validate
from search_spaces.paths import paths
from search_spaces.resizer.architecture import Resizer, control_of
from search_spaces.resizer.options import ResizerOptions
from search_spaces.resizer.resampling import INTERPOLATIONS
from search_spaces.resizer.space import NETWORK, UPSCALING, ResizerSpace
from search_spaces.testing import SpaceLaws

PAPER = ResizerSpace()
WIDE = ResizerSpace(
    ResizerOptions(
        method=("none", "learned"),
        blocks=(0, 1, 4),
        filters=(8, 16),
        input_size=((224, 224), (448, 448), (300, 448), (672, 672)),
        output_size=((224, 224), (256, 256)),
        interpolation=INTERPOLATIONS,
        antialias=(False, True),
        tail=("random", "zero"),
        learning_rate_ratio=(0.1, 1.0),
    )
)
UP = ResizerSpace(
    ResizerOptions(
        input_size=((56, 56), (224, 224), (128, 384)),
        interpolation=("lanczos", "area", "bicubic", "bilinear"),
        antialias=(True, False),
        upscaling=True,
    )
)
MOVED = ResizerSpace(
    ResizerOptions(
        method=("learned", "none"),
        blocks=(1,),
        filters=(8, 16),
        input_size=((448, 448),),
        tail=("zero", "random"),
        weights=(None, "a.pt", "b.pt"),
    )
)
OPENED = ResizerSpace(
    ResizerOptions(
        method=("learned", "none"),
        blocks=(1,),
        filters=(8,),
        input_size=((448, 448),),
        tail=("zero", "random"),
        weights=(None, "a.pt"),
        biases=("all", "ends"),
        initialiser=("torch", "lecun", "he", "glorot"),
        normalisation=("after",),
    )
)
BEST = Resizer(input_size=(448, 448), output_size=(224, 224))
BEST_GENOTYPE = (0, 0, 4, 0, 0, 0, 0, 0, 0)


class TestPaperSpace(SpaceLaws):
    space = PAPER
    golden = ((BEST_GENOTYPE, BEST),)


class TestWideSpace(SpaceLaws):
    space = WIDE


class TestSpaceOfWhatThePublicationLeavesOpen(SpaceLaws):
    space = OPENED


def test_what_the_publication_leaves_open_is_asked_where_more_than_the_default_is_offered():
    assert count(OPENED) == 2 * (2 * 4 + 1) + 1
    drawn = [decode(OPENED, genotype) for genotype in enumerate_genotypes(OPENED)]
    assert {resizer.normalisation for resizer in drawn if resizer.method == "learned"} == {"after"}
    assert {resizer.initialiser for resizer in drawn if resizer.weights == "a.pt"} == {"lecun"}
    assert len({resizer.architecture_id for resizer in drawn}) == OPENED.distinct() == 19


class TestSpaceThatScalesUp(SpaceLaws):
    space = UP


class TestSpaceWithWeights(SpaceLaws):
    space = MOVED
    golden = (
        ((0, 0, 0, 0, 0, 1, 1, 0, 0, 0), BEST),
        ((0, 0, 0, 2, 0, 1, 0, 0, 0), BEST.model_copy(update={"weights": "b.pt"})),
    )


class TestPlainSpace(SpaceLaws):
    space = ResizerSpace(
        ResizerOptions(
            method=("none",),
            input_size=((448, 448), (300, 640)),
            output_size=((224, 224), (256, 320)),
            interpolation=INTERPOLATIONS,
        )
    )


class TestSpaceOfAreas(SpaceLaws):
    """Every draw that halves is written as bilinear, which the space does not offer by itself."""

    space = ResizerSpace(ResizerOptions(interpolation=("area",), antialias=(True,)))


def test_the_paper_s_space_holds_40_resizers():
    assert count(PAPER) == PAPER.distinct() == 40


def test_counts_tell_ways_to_choose_from_architectures():
    """24 networks and none between 8 pairs of sizes."""
    assert count(WIDE) == 25 * (1 + 4 + 6 * 7) == 1175
    assert WIDE.distinct() == 25 * (1 + 6 + 7 + 5 + 7 + 7 + 7) == 1000
    assert count(MOVED) == MOVED.distinct() == 2 * (2 + 1 + 1) + 1
    assert (count(UP), UP.distinct()) == (8 * (4 + 1 + 7), 8 * (4 + 1 + 7))


@pytest.mark.parametrize("space", [PAPER, WIDE, UP, MOVED, TestPlainSpace.space, TestSpaceOfAreas.space])
def test_the_number_of_distinct_architectures_equals_brute_force(space):
    held = [architecture for _, architecture in paths(space) if architecture is not None]
    assert len(set(held)) == space.distinct() == len(list(enumerate_genotypes(space)))


def test_the_canonical_genotype_is_the_smallest_of_all_that_give_the_architecture():
    smallest = {}
    for genotype, architecture in paths(WIDE):
        if architecture is not None:
            smallest.setdefault(architecture, genotype)
    assert all(encode(WIDE, architecture) == genotype for architecture, genotype in smallest.items())


SIZED = ("method", "output_size", "input_size")


@pytest.mark.parametrize(
    ("resizer", "more"),
    [
        (control_of(BEST), ["interpolation", "antialias"]),
        (control_of(Resizer(input_size=(224, 224), output_size=(224, 224))), []),
        (Resizer(input_size=(224, 224), output_size=(224, 224)), [*NETWORK]),
        (BEST, [*NETWORK, "interpolation", "antialias"]),
        (BEST.model_copy(update={"interpolation": "area", "input_size": (300, 448)}), [*NETWORK, "interpolation"]),
    ],
)
def test_only_what_changes_something_is_asked_for(resizer, more):
    assert [choice.name for choice in trace(WIDE, encode(WIDE, resizer))] == [*SIZED, *more]


def test_weights_are_asked_for_where_a_file_is_offered_and_hold_the_tail():
    way = ("interpolation", "antialias")
    drawn, moved = ([choice.name for choice in trace(MOVED, genotype)] for genotype, _ in TestSpaceWithWeights.golden)
    assert drawn == [*SIZED, "weights", *NETWORK, *way]
    assert moved == [*SIZED, "weights", "blocks", "filters", "learning_rate_ratio", *way]
    assert len(encode(MOVED, control_of(BEST))) == len(SIZED) + len(way)


def test_a_draw_that_scales_up_is_rejected_unless_allowed():
    wide = {"blocks": (1,), "filters": (16,), "input_size": ((224, 224), (448, 200), (448, 448))}
    closed, opened = (ResizerSpace(ResizerOptions(**wide, upscaling=upscaling)) for upscaling in (False, True))
    with pytest.raises(Rejected, match=r"must be at least the output size \(224, 224\) unless upscaling") as raised:
        decode(closed, (0, 0, 1, 0, 0, 0, 0, 0, 0))
    assert (raised.value.reason, raised.value.field) == (UPSCALING, "input_size")
    assert decode(opened, (0, 0, 1, 0, 0, 0, 0, 0, 0)).scales_up
    assert (count(closed), closed.distinct(), opened.distinct()) == (3, 2, 3)
    with pytest.raises(NotInSpace, match=r"input_size: must be at least the output size"):
        validate(closed, decode(opened, (0, 0, 1, 0, 0, 0, 0, 0, 0)))


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_control_of_every_draw_is_in_a_space_with_and_without_networks(seed):
    draw = sample(WIDE, random.Random(seed))
    assert not draw.architecture.scales_up
    validate(WIDE, control_of(draw.architecture))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"blocks": 5}, "blocks: must be one of 1, 2, 3, 4, got 5"),
        ({"filters": 8}, "filters: must be one of 16, 32, got 8"),
        ({"input_size": (300, 300)}, r"input_size: must be one of .*, got \(300, 300\)"),
        ({"output_size": (128, 128)}, r"output_size: must be one of \(224, 224\), got \(128, 128\)"),
        ({"interpolation": "bicubic"}, "interpolation: must be one of 'bilinear', got 'bicubic'"),
        ({"antialias": True}, "antialias: must be one of False, got True"),
        ({"tail": "zero"}, "tail: must be one of 'random', got 'zero'"),
        ({"weights": "a.pt"}, r"weights: the space gives None, got 'a\.pt'"),
        ({"learning_rate_ratio": 0.5}, r"learning_rate_ratio: must be one of 1\.0, got 0\.5"),
    ],
)
def test_a_resizer_outside_the_space_is_refused_by_its_field(changes, message):
    with pytest.raises(NotInSpace, match=message):
        validate(PAPER, Resizer(**{**BEST.model_dump(), **changes}))
    with pytest.raises(NotInSpace, match="method: must be one of 'learned', got 'none'"):
        validate(PAPER, control_of(BEST))
