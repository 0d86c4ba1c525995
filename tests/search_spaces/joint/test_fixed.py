"""A space of one architecture asks nothing and holds nothing else; one of several asks which."""

import random

import pytest

from search_spaces.errors import InvalidArchitecture, NotInSpace, SpaceError
from search_spaces.genotypes import count, decode, encode, mutate, neighbours, sample, validate
from search_spaces.joint.architecture import Joint
from search_spaces.joint.fixed import FixedSpace
from search_spaces.joint.space import JointSpace
from search_spaces.paths import paths
from search_spaces.registry import architecture_from
from search_spaces.spinenet.published import PUBLISHED
from search_spaces.testing import SpaceLaws, ToyResizer
from search_spaces.vgg.published import SMALL

SPINENET_49 = PUBLISHED["spinenet-49"].architecture
SPACE = FixedSpace(SPINENET_49)
NARROW = SPINENET_49.model_copy(update={"width": 0.25})
VGG_TINY = SMALL["vgg-tiny"].architecture
SEVERAL = FixedSpace(SPINENET_49, VGG_TINY, NARROW, load=architecture_from)


class TestSeveral(SpaceLaws):
    space = SEVERAL
    golden = (((0,), SPINENET_49), ((1,), VGG_TINY), ((2,), NARROW))


class TestSeveralInAJointSpace(SpaceLaws):
    space = JointSpace({"backbone": SEVERAL, "resizer": FixedSpace(*(ToyResizer(depth=d, filters=8) for d in (0, 1)))})


def test_there_is_one_way_to_choose_and_it_is_empty():
    draw = sample(SPACE, random.Random(0))
    assert (draw.genotype, draw.architecture) == ((), SPINENET_49)
    assert list(paths(SPACE)) == [((), SPINENET_49)]
    assert count(SPACE) == 1
    assert encode(SPACE, decode(SPACE, ())) == ()


def test_there_is_nothing_to_change():
    assert list(neighbours(SPACE, ())) == []
    with pytest.raises(SpaceError, match="nothing to mutate"):
        mutate(SPACE, (), random.Random(0))


def test_any_other_architecture_is_refused_by_the_field_that_differs():
    validate(SPACE, SPINENET_49)
    with pytest.raises(NotInSpace, match=r"^width: the space gives 1\.0, got 0\.25$"):
        validate(SPACE, SPINENET_49.model_copy(update={"width": 0.25}))
    with pytest.raises(NotInSpace, match=r"^kind: the space holds SpineNet, got ToyResizer$"):
        validate(SPACE, ToyResizer(depth=0, filters=0))


def test_json_is_read_as_that_of_the_architecture_s_kind():
    assert SPACE.load(SPINENET_49.model_dump(mode="json")) == SPINENET_49
    with pytest.raises(InvalidArchitecture, match=r"^kind: must be 'spinenet', got 'toy'"):
        SPACE.load({**SPINENET_49.model_dump(mode="json"), "kind": "toy"})


def test_a_whole_joint_architecture_can_be_fixed_by_who_knows_how_to_read_it():
    joint = Joint(parts={"backbone": SPINENET_49})
    space = FixedSpace(joint, load=architecture_from)
    assert space.load(joint.model_dump(mode="json")) == sample(space, random.Random(0)).architecture
    narrow = Joint(parts={"backbone": SPINENET_49.model_copy(update={"width": 0.25})})
    with pytest.raises(NotInSpace, match=r"^parts\.backbone\.width: the space gives 1\.0, got 0\.25$"):
        validate(space, narrow)


def test_of_several_the_choice_is_among_all_of_them():
    assert [architecture for _, architecture in paths(SEVERAL)] == [SPINENET_49, VGG_TINY, NARROW]
    assert [draw.architecture for draw in neighbours(SEVERAL, (1,))] == [SPINENET_49, NARROW]
    assert {mutate(SEVERAL, (1,), random.Random(seed)).genotype for seed in range(20)} == {(0,), (2,)}


def test_one_that_is_not_listed_is_held_to_the_listed_one_most_like_it():
    other = NARROW.model_copy(update={"endpoint_filters": 64})
    with pytest.raises(NotInSpace, match=r"^endpoint_filters: the space gives 256, got 64$"):
        validate(SEVERAL, other)
    with pytest.raises(NotInSpace, match=r"^fc_width: the space gives 96, got 8$"):
        validate(SEVERAL, VGG_TINY.model_copy(update={"fc_width": 8}))


def test_a_space_of_no_architecture_is_refused():
    with pytest.raises(SpaceError, match="must have at least 1 architecture, got none"):
        FixedSpace()
