"""What spaces tell of their architectures beyond the choices."""

import random

from search_spaces.features import Featured, features_of
from search_spaces.genotypes import sample
from search_spaces.joint.space import JointSpace
from search_spaces.spinenet.features import spinenet_features
from search_spaces.spinenet.space import SpineNetSpace
from search_spaces.testing import ToyResizerSpace, ToySpace


def test_a_space_that_tells_nothing_has_no_features():
    assert not isinstance(ToySpace(), Featured)
    assert features_of(ToySpace(), sample(ToySpace(), random.Random(0)).architecture) == {}


def test_a_space_tells_its_own():
    architecture = sample(SpineNetSpace(), random.Random(0)).architecture
    assert isinstance(SpineNetSpace(), Featured)
    assert features_of(SpineNetSpace(), architecture) == spinenet_features(architecture)


def test_those_of_a_joint_space_stand_below_the_name_of_the_part():
    space = JointSpace({"backbone": SpineNetSpace(), "resizer": ToyResizerSpace()})
    architecture = sample(space, random.Random(0)).architecture
    own = spinenet_features(architecture.parts["backbone"])
    assert features_of(space, architecture) == {f"backbone/{name}": value for name, value in own.items()}
