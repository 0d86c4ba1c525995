"""Costs of SpineNet classifiers: the published numbers, and what the head adds to the backbone."""

import pytest

from search_spaces.cost import Cost
from search_spaces.spinenet.classifier import classifier_cost
from search_spaces.spinenet.cost import backbone_cost
from search_spaces.spinenet.published import PUBLISHED

SPINENET_49 = PUBLISHED["spinenet-49"].architecture


@pytest.mark.parametrize(
    ("name", "params", "giga_macs"),
    [
        ("spinenet-49", 22_088_745, 3.478),
        ("spinenet-96", 36_520_233, 5.724),
        ("spinenet-143", 60_504_873, 9.087),
        ("spinenet-190", 127_101_177, 19.112),
    ],
)
def test_imagenet_classifiers_at_224_cost_what_was_published(name, params, giga_macs):
    cost = classifier_cost(PUBLISHED[name].architecture, (224, 224), 1001)
    assert cost.params == params
    assert round(cost.conv_macs / 1e9, 3) == giga_macs


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("spinenet-49", 23_139_361),
        ("spinenet-96", 37_570_849),
        ("spinenet-143", 61_555_489),
        ("spinenet-190", 129_198_321),
    ],
)
def test_inaturalist_classifiers_have_the_published_params(name, params):
    assert classifier_cost(PUBLISHED[name].architecture, (224, 224), 5089).params == params


def test_the_head_is_one_layer_with_a_bias_whatever_the_size():
    head = Cost(params=256 * 10 + 10, conv_macs=256 * 10)
    for size in [(224, 224), (300, 500), (1, 1)]:
        assert classifier_cost(SPINENET_49, size, 10) == backbone_cost(SPINENET_49, size) + head
