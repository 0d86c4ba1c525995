"""Classifiers by kind of architecture."""

import pytest
import torch
from torchvision.models import MobileNetV2

from nas.tasks.training import BatchNorm
from search_spaces.reference.architecture import Reference
from search_spaces.space import Architecture
from search_spaces.spinenet.published import PUBLISHED
from search_spaces.vgg.published import SMALL
from workers.networks.classifiers import CLASSIFIERS, build_classifier
from workers.networks.spinenet_classifier import SpineNetClassifier
from workers.networks.vgg import VggClassifier

NARROW = PUBLISHED["spinenet-49"].architecture.model_copy(update={"width": 0.125, "endpoint_filters": 8})
TINY = SMALL["vgg-tiny"].architecture
MOBILE = Reference(name="mobilenet_v2")


class Unknown(Architecture):
    kind: str = "unknown"


@pytest.mark.parametrize(
    ("architecture", "network"), [(NARROW, SpineNetClassifier), (TINY, VggClassifier), (MOBILE, MobileNetV2)]
)
def test_an_architecture_gives_the_network_of_its_kind(architecture, network):
    classifier = build_classifier(architecture, classes=3)
    assert isinstance(classifier, network)
    assert classifier(torch.zeros(2, 3, 64, 64)).shape == (2, 3)


@pytest.mark.parametrize(("architecture", "published"), [(NARROW, 0.0), (TINY, 0.5)])
def test_dropout_is_the_published_one_unless_it_is_given(architecture, published):
    assert build_classifier(architecture, classes=3).dropout.p == published
    assert build_classifier(architecture, classes=3, dropout=0.25).dropout.p == 0.25
    assert build_classifier(architecture, classes=3, dropout=0.0).dropout.p == 0.0


@pytest.mark.parametrize("architecture", [NARROW, TINY])
def test_options_reach_the_network(architecture):
    classifier = build_classifier(
        architecture,
        classes=3,
        activation="swish",
        batch_norm=BatchNorm(epsilon=0.5),
        stochastic_depth=0.1,
        zero_last_gamma=False,
    )
    norms = [module for module in classifier.modules() if isinstance(module, torch.nn.BatchNorm2d)]
    assert norms
    assert all(norm.eps == 0.5 and bool(norm.weight.all()) for norm in norms)
    activations = {module.activation for module in classifier.modules() if hasattr(module, "activation")}
    assert activations <= {"swish", None}


def test_a_network_of_torchvision_stays_as_published_but_for_the_dropout_it_is_given():
    classifier = build_classifier(MOBILE, classes=3, activation="swish", batch_norm=BatchNorm(epsilon=0.5))
    norms = [module for module in classifier.modules() if isinstance(module, torch.nn.BatchNorm2d)]
    assert {norm.eps for norm in norms} == {1e-5}
    assert classifier.classifier[0].p == 0.2
    assert build_classifier(MOBILE, classes=3, dropout=0.7).classifier[0].p == 0.7


def test_every_kind_is_the_one_its_architectures_name():
    assert set(CLASSIFIERS) == {architecture.kind for architecture in (NARROW, TINY, MOBILE)}


def test_an_unknown_kind_is_named_with_the_known_ones():
    with pytest.raises(ValueError, match=r"must be one of \['spinenet', 'torchvision', 'vgg'\], got 'unknown'"):
        build_classifier(Unknown(), classes=3)
