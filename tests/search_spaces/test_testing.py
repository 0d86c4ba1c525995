"""The toy space keeps every law, and the suite catches spaces that break one."""

import pytest

from search_spaces.genotypes import count, enumerate_genotypes
from search_spaces.joint.architecture import Joint
from search_spaces.paths import paths
from search_spaces.testing import (
    STAGES,
    SpaceLaws,
    ToyArchitecture,
    ToyResizer,
    ToyResizerSpace,
    ToySpace,
    ToyTraining,
    ToyTrainingSpace,
    corrupt,
    leaves,
    rewritten,
    written,
)


class TestToySpace(SpaceLaws):
    space = ToySpace()
    draws = 60
    golden = (
        ((0, 1, 2, 0, 1, 2, 1), ToyArchitecture(stages=STAGES, depth=3, taps=(1, 2), activation="relu", slope=0)),
    )


class TestToyResizerSpace(SpaceLaws):
    space = ToyResizerSpace()
    golden = (((2, 1), ToyResizer(depth=2, filters=16)),)


class TestToyTrainingSpace(SpaceLaws):
    space = ToyTrainingSpace()
    golden = (((20, 1, 5), ToyTraining(rate=0.1, steps=3, decay=0.0)),)


class Forgetful(ToySpace):
    """Recalls a wrong order of the stages."""

    def recall(self, architecture):
        return {**super().recall(architecture), "stages": STAGES}


class Miscounted(ToySpace):
    def count(self):
        return 1 + super().count()


class Lenient(ToySpace):
    """Loads anything."""

    def load(self, data):
        return ToyArchitecture.model_construct(**data)


class Frozen(ToySpace):
    """Has choices, but they change nothing."""

    def decode(self, choose):
        choose.one_of("depth", (3, 4))
        return ToyArchitecture(stages=STAGES, depth=3, taps=(0, 1), activation="relu", slope=0)


@pytest.mark.parametrize(
    ("broken", "law"),
    [
        (Forgetful, "test_decode_of_encode_is_the_identity"),
        (Miscounted, "test_the_count_of_a_tiny_space_equals_brute_force"),
        (Lenient, "test_a_corrupted_field_is_rejected_by_its_name"),
        (Frozen, "test_a_mutation_is_valid_and_different"),
    ],
)
def test_the_suite_catches_a_space_that_breaks_a_law(broken, law):
    class Laws(SpaceLaws):
        space = broken()

    with pytest.raises((AssertionError, ValueError)):
        getattr(Laws(), law)()


def test_the_toy_space_has_equal_and_rejected_ways_to_choose():
    ways = list(paths(ToySpace()))
    assert len(ways) == count(ToySpace()) == 324
    assert sum(architecture is None for _, architecture in ways) == 12
    distinct = {architecture for _, architecture in ways if architecture is not None}
    assert len(list(enumerate_genotypes(ToySpace()))) == len(distinct) == 156


def test_the_toy_resizer_space_has_a_rejected_way_to_choose():
    assert len(list(paths(ToyResizerSpace()))) == count(ToyResizerSpace()) == 5
    assert len(list(enumerate_genotypes(ToyResizerSpace()))) == 4


def test_what_another_process_gets_is_the_architecture_with_all_its_parts():
    toy = ToyArchitecture(stages=STAGES, depth=3, taps=(1, 2), activation="relu", slope=0)
    joint = Joint(parts={"backbone": toy, "resizer": ToyResizer(depth=1, filters=8)})
    assert [rewritten(written(one)) for one in (toy, joint)] == [toy, joint]
    assert set(written(joint).classes) == {"joint", "toy", "toy_resizer"}


def test_leaves_name_every_value_and_corrupt_replaces_one():
    data = {"a": [1, {"b": 2}], "c": 3}
    assert list(leaves(data)) == [("a", "0"), ("a", "1", "b"), ("c",)]
    assert corrupt(data, ("a", "1", "b"), None) == {"a": [1, {"b": None}], "c": 3}
