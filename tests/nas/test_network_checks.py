"""Options that act on no network of a space, and layers that some of its backbones lack."""

import pytest

from nas.network_checks import problems_of_network
from nas.tasks.classification import ClassificationTask
from nas.tasks.detection import DetectionTask
from nas.tasks.robustness import RobustnessTask
from search_spaces.registry import space_from

SPINENET, VGG, RESIZER = {"kind": "spinenet"}, {"kind": "vgg"}, {"kind": "resizer"}
RESNET = {"kind": "torchvision", "names": ["resnet50"]}


def joint(**parts):
    return {"kind": "joint", "parts": parts}


def told(space, task=ClassificationTask, **data):
    return dict(problems_of_network(space_from(space), data, task))


@pytest.mark.parametrize("option", [{"activation": "swish"}, {"stochastic_depth": 0.2}, {"zero_last_gamma": False}])
def test_what_acts_on_no_network_of_torchvision_is_refused_there(option):
    (name, value), *_ = option.items()
    sentence = f"has no effect on resnet50, taken as published; leave it out, got {value!r}"
    assert told(RESNET, **option) == {f"task.{name}": sentence}
    assert told({"kind": "fixed", "architecture": {"kind": "torchvision", "name": "resnet50"}}, **option) != {}
    assert told(SPINENET, **option) == {}
    assert told({"kind": "fixed", "architectures": ["spinenet-49", "vgg-tiny"]}, **option) == {}


def test_a_default_may_be_written_down():
    defaults = {"activation": "relu", "stochastic_depth": 0.0, "batch_norm": {"momentum": 0.1, "epsilon": 0.001}}
    assert told(RESNET, **defaults, zero_last_gamma=True) == {}


def test_constants_of_batch_norms_act_on_a_resizer_in_front_of_torchvision_too():
    assert set(told(RESNET, batch_norm={"momentum": 0.01})) == {"task.batch_norm.momentum"}
    assert told(joint(backbone=RESNET, resizer=RESIZER), batch_norm={"momentum": 0.01}) == {}


def test_vgg_has_no_residual_blocks():
    assert set(told(VGG, stochastic_depth=0.1, activation="swish")) == {"task.stochastic_depth"}


def test_detectors_heed_everything():
    assert told(SPINENET, DetectionTask, stochastic_depth=0.2, activation="swish") == {}


def test_layers_of_vgg_are_named_for_vgg_alone():
    assert told(VGG, RobustnessTask) == {}
    assert told({"kind": "torchvision", "names": ["vgg16"]}, RobustnessTask) == {}
    sentence = (
        "fc6, fc7 are layers of VGG networks, which resnet50 lack: name layers of every backbone, as dotted paths of "
        "modules (layer4.2.conv3)"
    )
    fields = ("task.agreement_layers", "space.parts.fine_tuning.layers")
    tuned = joint(backbone=RESNET, fine_tuning={"kind": "fine_tuning"})
    assert told(tuned, RobustnessTask) == dict.fromkeys(fields, sentence)
    own = {"kind": "fine_tuning", "layers": [["layer4.2.conv3"]]}
    assert told(joint(backbone=RESNET, fine_tuning=own), RobustnessTask, agreement_layers=["layer4.2.conv3"]) == {}
    tuned = {"agreement_layers": ["fc"], "fine_tuning": {"layers": ["fc8"]}}
    assert set(told(SPINENET, RobustnessTask, **tuned)) == {"task.fine_tuning.layers"}


@pytest.mark.parametrize("wrong", [3, "text", [], {}])
def test_what_has_the_wrong_shape_is_left_to_pydantic(wrong):
    given = dict.fromkeys(("batch_norm", "fine_tuning", "agreement_layers"), wrong)
    assert "task.fine_tuning.layers" not in told(SPINENET, RobustnessTask, **given)
