"""Counting by hooks, against arithmetic and against the published table."""

import pytest
import torch
from torch import nn

from search_spaces.cost import Cost
from search_spaces.retinanet import detector_cost
from search_spaces.spinenet.published import PUBLISHED
from workers.networks.counting import count
from workers.networks.retinanet import RetinaNet
from workers.networks.spinenet import SpineNetBackbone


@pytest.mark.parametrize(
    ("name", "endpoint", "head", "size", "params", "gigamacs"),
    [
        ("spinenet-49s", 128, (128, 4), 640, 11_265_942, 30.863),
        ("spinenet-49s", 256, (128, 4), 640, 11_944_598, 33.831),
        ("spinenet-49", 256, (256, 4), 640, 28_543_383, 85.414),
        ("spinenet-49", 256, (256, 4), 896, 28_543_383, 167.411),
        ("spinenet-96", 256, (256, 4), 1024, 42_974_871, 265.490),
        ("spinenet-143", 256, (256, 4), 1280, 66_959_511, 524.304),
        ("spinenet-190", 512, (512, 7), 1280, 163_637_351, 1883.323),
        ("spinenet-49", 64, (32, 1), 300, None, None),
        ("r0-sp53", 64, (32, 0), 224, None, None),
    ],
)
def test_built_detectors_cost_what_arithmetic_and_the_publication_say(name, endpoint, head, size, params, gigamacs):
    architecture = PUBLISHED[name].architecture.model_copy(update={"endpoint_filters": endpoint})
    settings = {"classes": 91, "anchors_per_position": 9, "head_filters": head[0], "head_convs": head[1]}
    with torch.device("meta"):
        network = RetinaNet(SpineNetBackbone(architecture), **settings)
    counted = count(network, (3, size, size))
    assert counted == detector_cost(architecture, size=(size, size), **settings)
    if params is not None:
        assert (counted.params, round(counted.macs / 1e9, 3)) == (params, gigamacs)


def test_layers_are_counted_one_by_one():
    network = nn.Sequential(
        nn.Conv2d(4, 6, 3, stride=2, padding=1, groups=2), nn.BatchNorm2d(6), nn.ReLU(), nn.Flatten(), nn.Linear(24, 5)
    )
    assert count(network, (4, 4, 3)) == Cost(
        params=(6 * 2 * 9 + 6) + 12 + (24 * 5 + 5), conv_macs=6 * 2 * 9 * 4 + 24 * 5, batch_norm_macs=24
    )


def test_a_layer_used_twice_costs_twice_but_has_its_parameters_once():
    layer = nn.Conv2d(2, 2, 1, bias=False)
    assert count(nn.Sequential(layer, layer), (2, 3, 3)) == Cost(params=4, conv_macs=2 * 4 * 9)


def test_frozen_parameters_are_not_counted():
    layer = nn.Conv2d(2, 2, 1).requires_grad_(False)
    assert count(layer, (2, 1, 1)).params == 0


def test_counting_leaves_the_network_as_it_was():
    network = nn.Sequential(nn.Conv2d(1, 2, 1), nn.BatchNorm2d(2), nn.Dropout())
    network[1].eval()
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    count(network, (1, 2, 2))
    assert [module.training for module in network] == [True, False, True]
    assert all(torch.equal(tensor, before[name]) for name, tensor in network.state_dict().items())
    assert not any(module._forward_hooks for module in network)
