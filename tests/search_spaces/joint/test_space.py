"""A joint space keeps every law, and is the product of its parts in all that is done with genotypes."""

import random
from math import prod

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search_spaces.errors import InvalidArchitecture, InvalidGenotype, NotInSpace, Rejected, SpaceError
from search_spaces.genotypes import (
    count,
    crossover,
    decode,
    encode,
    enumerate_genotypes,
    mutate,
    mutation,
    neighbours,
    sample,
    trace,
    validate,
)
from search_spaces.joint.architecture import Joint
from search_spaces.joint.fixed import FixedSpace
from search_spaces.joint.space import JointSpace
from search_spaces.paths import paths
from search_spaces.spinenet.options import SpineNetOptions
from search_spaces.spinenet.published import PUBLISHED
from search_spaces.spinenet.space import SpineNetSpace
from search_spaces.testing import (
    STAGES,
    SpaceLaws,
    ToyArchitecture,
    ToyResizer,
    ToyResizerSpace,
    ToySpace,
)

TOY = ToyArchitecture(stages=STAGES, depth=3, taps=(1, 2), activation="relu", slope=0)
TOYS = JointSpace({"resizer": ToyResizerSpace(), "backbone": ToySpace()})
SPINENETS = SpineNetSpace()
FIXED = FixedSpace(PUBLISHED["spinenet-49"].architecture)
HALF_FIXED = JointSpace({"backbone": FIXED, "resizer": ToyResizerSpace()})
ALL_FIXED = JointSpace({"backbone": FIXED, "resizer": FixedSpace(ToyResizer(depth=1, filters=8))})
SEEDS = st.integers(0, 2**32 - 1)


class TestJointSpaceOfToys(SpaceLaws):
    space = TOYS
    golden = (
        ((0, 1, 2, 0, 1, 2, 1, 2, 1), Joint(parts={"backbone": TOY, "resizer": ToyResizer(depth=2, filters=16)})),
    )
    draws = 40


class TestJointSpaceOfSpineNetsAndToys(SpaceLaws):
    space = JointSpace({"backbone": SPINENETS, "resizer": ToyResizerSpace()})
    draws = 12


class TestJointSpaceOfNarrowSpineNetsAlone(SpaceLaws):
    space = JointSpace({"backbone": SpineNetSpace(SpineNetOptions(width=0.25, intermediates={3: 1, 4: 2}))})
    draws = 12


class TestJointSpaceWithAFixedPart(SpaceLaws):
    space = HALF_FIXED


def test_choices_are_named_after_their_part_in_alphabetical_order():
    names = [choice.name for choice in trace(TOYS, TestJointSpaceOfToys.golden[0][0])]
    assert names == [
        *(f"backbone/{name}" for name in ("stages.0", "stages.1", "stages.2", "depth", "taps.0", "taps.1")),
        *("backbone/activation", "resizer/depth", "resizer/filters"),
    ]


def test_the_order_in_which_parts_are_written_means_nothing():
    other = JointSpace({"backbone": ToySpace(), "resizer": ToyResizerSpace()})
    assert sample(other, random.Random(3)) == sample(TOYS, random.Random(3))


def test_the_genotype_is_that_of_the_parts_one_after_the_other():
    backbone, resizer = (1, 3, 0), (2, 1)
    for genotype in list(enumerate_genotypes(ToySpace()))[:3]:
        joint = decode(TOYS, (*genotype, *resizer))
        assert joint.parts["backbone"] == decode(ToySpace(), genotype)
        assert joint.parts["resizer"] == decode(ToyResizerSpace(), resizer)
    with pytest.raises(InvalidGenotype, match=r"^backbone/stages\.1 must be one of 0, 2, got 3"):
        decode(TOYS, (*backbone, *resizer))


def test_the_count_is_the_product_of_the_counts_of_the_parts():
    assert count(TOYS) == 324 * 5 == len(list(paths(TOYS)))
    assert count(JointSpace({"backbone": SPINENETS, "resizer": ToyResizerSpace()})) == count(SPINENETS) * 5
    assert count(HALF_FIXED) == 5


def test_the_architectures_are_the_product_of_those_of_the_parts():
    sizes = [len(list(enumerate_genotypes(space))) for space in (ToySpace(), ToyResizerSpace())]
    assert sizes == [156, 4]
    assert len(list(enumerate_genotypes(TOYS))) == prod(sizes)


def test_a_draw_that_one_part_rejects_is_counted_with_its_reason():
    rng = random.Random(0)
    draws = [sample(TOYS, rng) for _ in range(2_000)]
    thrown = {reason: sum(draw.rejected.get(reason, 0) for draw in draws) for reason in ("idle", "narrow")}
    tried = len(draws) + sum(thrown.values())
    idle, narrow = 1 / 3 * (1 / 2 * 1 / 3 + 1 / 2 * 1 / 6), 1 / 3 * 1 / 2
    assert thrown["idle"] / tried == pytest.approx(idle, abs=0.02)
    assert thrown["narrow"] / tried == pytest.approx((1 - idle) * narrow, abs=0.02)


def test_a_rejection_names_the_field_of_the_part_that_is_to_blame():
    with pytest.raises(Rejected, match="need an activation") as raised:
        decode(TOYS, (0, 1, 2, 0, 0, 1, 0, 2, 0))
    assert (raised.value.reason, raised.value.field) == ("idle", "parts.backbone.taps")
    with pytest.raises(Rejected) as raised:
        decode(TOYS, (0, 1, 2, 0, 0, 1, 1, 2, 0))
    assert (raised.value.reason, raised.value.field) == ("narrow", "parts.resizer.filters")


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_a_mutation_changes_one_choice_of_one_part(seed):
    rng = random.Random(seed)
    laws = TestJointSpaceOfToys()
    old = laws.answers(sample(TOYS, rng).genotype)
    pick = mutation(old, rng)
    new = laws.answers_with(pick)
    changed = {call for call in old.keys() & new.keys() if old[call].taken != new[call].taken} - pick.repaired
    assert len(changed) == 1
    (part,) = {call.split("/")[0] for call in changed}
    assert {call.split("/")[0] for call in pick.repaired} <= {part}


def test_mutations_reach_every_part_as_often_as_it_has_live_choices():
    genotype, _ = TestJointSpaceOfToys.golden[0]
    old = decode(TOYS, genotype)
    rng = random.Random(0)
    mutants = [mutate(TOYS, genotype, rng).architecture for _ in range(300)]
    changed = [{name for name in old.parts if old.parts[name] != mutant.parts[name]} for mutant in mutants]
    assert {frozenset(names) for names in changed} == {frozenset({"backbone"}), frozenset({"resizer"})}


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_a_mutation_never_touches_a_fixed_part(seed):
    rng = random.Random(seed)
    draw = sample(HALF_FIXED, rng)
    mutant = mutate(HALF_FIXED, draw.genotype, rng).architecture
    assert mutant.parts["backbone"] == draw.architecture.parts["backbone"] == FIXED.architectures[0]
    assert mutant.parts["resizer"] != draw.architecture.parts["resizer"]


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_a_crossover_is_a_crossover_in_every_part(seed):
    rng = random.Random(seed)
    a, b = (sample(TOYS, rng) for _ in range(2))
    child = crossover(TOYS, a.genotype, b.genotype, rng).architecture.parts["resizer"]
    parents = [parent.architecture.parts["resizer"] for parent in (a, b)]
    assert child.depth in [parent.depth for parent in parents]


def test_neighbours_are_those_of_one_part_beside_the_others_as_they_were():
    genotype = (0, 1, 2, 0, 1, 2, 1, 2, 1)
    around = [
        len(list(neighbours(space, part)))
        for space, part in ((ToySpace(), genotype[:7]), (ToyResizerSpace(), genotype[7:]))
    ]
    found = [draw.architecture for draw in neighbours(TOYS, genotype)]
    assert len(found) == sum(around)
    old = decode(TOYS, genotype)
    assert all(sum(one.parts[name] != old.parts[name] for name in old.parts) == 1 for one in found)


def test_a_joint_space_of_fixed_parts_has_one_architecture_and_no_choice():
    draw = sample(ALL_FIXED, random.Random(0))
    assert (draw.genotype, count(ALL_FIXED)) == ((), 1)
    assert encode(ALL_FIXED, decode(ALL_FIXED, ())) == ()
    assert list(enumerate_genotypes(ALL_FIXED)) == [()]
    assert list(neighbours(ALL_FIXED, ())) == []
    assert crossover(ALL_FIXED, (), (), random.Random(0)) == draw
    with pytest.raises(SpaceError, match="nothing to mutate"):
        mutate(ALL_FIXED, (), random.Random(0))


def narrowed(joint, **changes):
    return Joint(parts={**joint.parts, "backbone": joint.parts["backbone"].model_copy(update=changes)})


SPINENET = Joint(parts={"backbone": FIXED.architectures[0], "resizer": ToyResizer(depth=0, filters=0)})


@pytest.mark.parametrize("backbone", [SPINENETS, FIXED], ids=["searched", "fixed"])
@pytest.mark.parametrize(
    ("architecture", "message"),
    [
        (narrowed(SPINENET, width=0.25), r"^parts\.backbone\.width: the space gives 1\.0, got 0\.25$"),
        (narrowed(SPINENET, outputs=SPINENET.parts["backbone"].outputs[:4]), r"^parts\.backbone\.outputs: "),
        (Joint(parts={**SPINENET.parts, "resizer": ToyResizer(depth=0, filters=8)}), r"^parts\.resizer\.filters: "),
        (
            Joint(parts={**SPINENET.parts, "resizer": ToyResizer(depth=9, filters=8)}),
            r"^parts\.resizer\.depth: must be",
        ),
        (Joint(parts={**SPINENET.parts, "resizer": ToyResizer(depth=2, filters=8)}), "needs 16 filters"),
        (Joint(parts={"backbone": FIXED.architectures[0]}), "^parts: must be backbone, resizer, got backbone$"),
        (FIXED.architectures[0], "^kind: the space holds Joint, got SpineNet$"),
    ],
)
def test_an_architecture_outside_the_space_is_refused_by_the_field_of_its_part(backbone, architecture, message):
    space = JointSpace({"backbone": backbone, "resizer": ToyResizerSpace()})
    validate(space, SPINENET)
    with pytest.raises(NotInSpace, match=message):
        validate(space, architecture)


def test_a_choice_that_is_not_offered_is_refused_by_the_field_of_its_part():
    with pytest.raises(
        NotInSpace, match=r"^parts\.backbone\.intermediates\.7\.parents: must be one of 5, 6, 7, 8, got 4$"
    ):
        validate(
            JointSpace({"backbone": SpineNetSpace(SpineNetOptions(window=4))}),
            Joint(parts={"backbone": PUBLISHED["r0-sp53"].architecture}),
        )


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"resizer": None}, "parts.resizer", "must be an object, got None"),
        ({"resizr": {"kind": "toy_resizer"}}, "parts.resizr", "unknown part; did you mean 'resizer'?"),
        ({"backbone": {"kind": "toy"}}, "parts.backbone.kind", "must be 'spinenet', got 'toy'"),
    ],
)
def test_json_of_other_parts_is_refused(change, field, sentence):
    data = SPINENET.model_dump(mode="json")
    with pytest.raises(InvalidArchitecture) as raised:
        HALF_FIXED.load({**data, "parts": {**data["parts"], **change}})
    assert (field, sentence) in raised.value.problems


def test_a_missing_part_is_named():
    data = SPINENET.model_dump(mode="json")
    with pytest.raises(InvalidArchitecture, match=r"^parts\.resizer: is missing$"):
        HALF_FIXED.load({**data, "parts": {"backbone": data["parts"]["backbone"]}})


def test_a_joint_space_of_nothing_is_refused():
    with pytest.raises(SpaceError, match="at least 1 part"):
        JointSpace({})
