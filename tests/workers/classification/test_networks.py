"""Networks around architectures with and without a resizer, and what pictures they take."""

import pytest
import torch

from nas.static_metrics import classifier_metrics
from nas.tasks.classification import ClassificationTask
from search_spaces.resizer.architecture import control_of
from tests.workers.tiny_classification import BACKBONES, Joint, resized, tiny_resizer, tiny_vgg
from workers.classification.networks import Input, build_network, input_of
from workers.networks.counting import count
from workers.networks.resizer import LearnedResizer, Resized
from workers.training.optimization import RATIO

OPTIONS = ClassificationTask.model_validate({"data": {"train": "train", "val": "val"}})


def built(architecture, seed=0):
    torch.manual_seed(seed)
    return build_network(architecture, OPTIONS, classes=3)


def test_without_a_resizer_pictures_have_the_size_of_the_task():
    assert input_of(tiny_vgg(), (16, 20)) == Input(size=(16, 20))


def test_a_resizer_says_the_size_and_not_how_pictures_are_brought_there():
    resizer = tiny_resizer(input_size=[30, 40], interpolation="bicubic", antialias=True)
    learned = Joint(parts={"backbone": tiny_vgg(), "resizer": resizer})
    assert input_of(learned, (99, 99)) == Input(size=(30, 40))
    control = Joint(parts={"backbone": tiny_vgg(), "resizer": control_of(resizer)})
    assert input_of(control, (99, 99)) == input_of(learned, (99, 99))


@pytest.mark.parametrize("kind", BACKBONES)
def test_every_backbone_becomes_a_classifier(kind):
    assert built(BACKBONES[kind])(torch.zeros(2, 3, 16, 16)).shape == (2, 3)


def test_a_resizer_stands_in_front_and_learns_at_its_ratio():
    network = built(resized(learning_rate_ratio=0.25))
    assert isinstance(network, Resized)
    assert isinstance(network.resizer, LearnedResizer)
    assert getattr(network.resizer, RATIO) == 0.25
    assert network(torch.zeros(2, 3, 24, 24)).shape == (2, 3)


def test_the_same_seed_gives_the_backbone_the_same_weights_with_any_resizer_and_without():
    plain = built(tiny_vgg()).state_dict()
    for fields in ({}, {"filters": 5, "blocks": 2}, {"method": "none", "blocks": 0, "filters": 0, "input_size": 16}):
        architecture = resized(**fields, **({"tail": "zero"} if "method" in fields else {}))
        behind = built(architecture).network.state_dict()
        assert all(torch.equal(plain[name], behind[name]) for name in plain)


def test_cost_and_network_agree_behind_a_resizer():
    metrics = classifier_metrics(size=(99, 99), classes=3)(resized())
    cost = count(built(resized()), (3, 24, 24))
    assert metrics["params"] == cost.params
    assert metrics["backbone_params"] + metrics["resizer_params"] == metrics["params"]
    assert metrics["backbone_macs"] + metrics["resizer_macs"] == metrics["macs"]


def test_an_architecture_without_a_backbone_is_refused():
    with pytest.raises(ValueError, match="the architecture must have a backbone"):
        built(tiny_resizer())
