"""A part is found by its role."""

from search_spaces.joint.architecture import Joint
from search_spaces.parts import part
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
