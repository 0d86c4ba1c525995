"""Controls differ from an architecture in the idea under test and in nothing else."""

from search_spaces.controls import controls_of
from search_spaces.fine_tuning.published import PUBLISHED
from search_spaces.joint.architecture import Joint
from search_spaces.registry import published_architecture
from search_spaces.resizer.architecture import Resizer
from search_spaces.training.architecture import Training

LEARNED = Resizer(input_size=64, output_size=32, filters=8)


def test_a_learned_resizer_has_its_interpolation_alone():
    (control,) = controls_of(LEARNED).values()
    assert (control.method, control.output_size, control.interpolation) == ("none", (32, 32), "bilinear")
    assert controls_of(control) == {}


def test_a_way_of_fine_tuning_has_none_and_mse():
    assert list(controls_of(PUBLISHED["intermediate-constraint"])) == ["none", "mse"]
    assert list(controls_of(PUBLISHED["mse"])) == ["none"]
    assert controls_of(PUBLISHED["fine-tuning"]) == {}


def test_a_joint_architecture_has_the_controls_of_its_parts_in_their_place():
    backbone = published_architecture("spinenet-49")
    controls = controls_of(Joint(parts={"backbone": backbone, "resizer": LEARNED}))
    assert list(controls) == ["plain"]
    assert controls["plain"].parts == {"backbone": backbone, "resizer": controls_of(LEARNED)["plain"]}
    assert controls_of(backbone) == {}


def test_controls_are_trained_as_the_candidate_is():
    training = Training(values={"batch_size": 8})
    backbone = published_architecture("vgg-tiny")
    assert controls_of(training) == controls_of(Joint(parts={"backbone": backbone, "training": training})) == {}
    behind = controls_of(Joint(parts={"backbone": backbone, "resizer": LEARNED, "training": training}))
    tuned = {"fine_tuning": PUBLISHED["intermediate-constraint"], "training": training}
    for control in (*behind.values(), *controls_of(Joint(parts={"backbone": backbone, **tuned})).values()):
        assert control.parts["training"] == training
        assert control.parts["backbone"] == backbone
