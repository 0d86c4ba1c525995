"""A part is found by its role."""

from search_spaces.joint.architecture import Joint
from search_spaces.parts import part, without
from search_spaces.spinenet.published import PUBLISHED
from search_spaces.testing import ToyResizer

BACKBONE = PUBLISHED["spinenet-49"].architecture
RESIZER = ToyResizer(depth=0, filters=0)


def test_an_architecture_that_stands_alone_is_its_own_part():
    assert part(BACKBONE, "backbone") is BACKBONE
    assert part(RESIZER, "resizer") is RESIZER
    assert part(BACKBONE, "resizer") is None


def test_a_joint_architecture_gives_its_parts():
    joint = Joint(parts={"backbone": BACKBONE, "resizer": RESIZER})
    assert part(joint, "backbone") is BACKBONE
    assert part(joint, "resizer") is RESIZER
    assert part(joint, "fine_tuning") is None


def test_a_joint_architecture_is_given_without_a_part():
    joint = Joint(parts={"backbone": BACKBONE, "resizer": RESIZER})
    assert without(joint, "resizer") == Joint(parts={"backbone": BACKBONE})
    assert without(joint, "training") is joint
    assert without(BACKBONE, "resizer") is BACKBONE
    alone = Joint(parts={"resizer": RESIZER})
    assert without(alone, "resizer") is alone
