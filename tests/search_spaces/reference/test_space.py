"""The space of reference networks keeps the laws: one choice among the names."""

import json

import pytest

from search_spaces.errors import InvalidArchitecture, NotInSpace
from search_spaces.genotypes import count, enumerate_genotypes, validate
from search_spaces.reference.architecture import NAMES, Reference
from search_spaces.reference.options import ReferenceOptions
from search_spaces.reference.space import ReferenceSpace
from search_spaces.testing import SpaceLaws, assert_raises, corrupt, leaves

ALL = ReferenceSpace()
TWO = ReferenceSpace(ReferenceOptions(names=("vgg16", "resnet50"), weights={"vgg16": "vgg16.pth"}))


class ReferenceLaws(SpaceLaws):
    """The laws of every space; null is a value that `weights` may have."""

    def test_a_corrupted_field_is_rejected_by_its_name(self):
        data = json.loads(self.space.load({"name": "vgg16", "weights": "vgg16.pth"}).canonical_json())
        for path in leaves(data):
            for wrong in ({"wrong": "type"}, 3) if path == ("weights",) else ({"wrong": "type"}, None):
                corrupted = corrupt(data, path, wrong)
                assert_raises(InvalidArchitecture, path[0], lambda corrupted=corrupted: self.space.load(corrupted))
        assert_raises(InvalidArchitecture, "unexpected", lambda: self.space.load({**data, "unexpected": 1}))


class TestAllNetworks(ReferenceLaws):
    space = ALL
    golden = tuple(((number,), Reference(name=name)) for number, name in enumerate(NAMES))


class TestTwoNetworks(ReferenceLaws):
    space = TWO
    golden = (((0,), Reference(name="vgg16", weights="vgg16.pth")), ((1,), Reference(name="resnet50")))


def test_there_are_as_many_architectures_as_names():
    assert (count(ALL), count(TWO)) == (6, 2)
    assert list(enumerate_genotypes(TWO)) == [(0,), (1,)]


@pytest.mark.parametrize(
    ("architecture", "message"),
    [
        (Reference(name="densenet121"), "name: must be one of .*densenet121"),
        (Reference(name="vgg16"), "weights: the space gives 'vgg16.pth', got None"),
        (Reference(name="resnet50", weights="a.pth"), "weights: the space gives None, got 'a.pth'"),
    ],
)
def test_an_architecture_outside_the_space_is_refused_by_its_field(architecture, message):
    with pytest.raises(NotInSpace, match=message):
        validate(TWO, architecture)
