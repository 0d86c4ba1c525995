"""synflow: the flow of ones through absolute weights."""

import copy
import math

import pytest
import torch
from torch import nn

from search_spaces.spinenet.published import PUBLISHED
from workers.networks.registry import build_backbone
from workers.zero_cost.errors import Unscorable
from workers.zero_cost.synaptic_flow import synflow


def linear(weights, bias=None):
    layer = nn.Linear(len(weights[0]), len(weights), bias=bias is not None)
    layer.weight.data = torch.tensor(weights)
    if bias is not None:
        layer.bias.data = torch.tensor(bias)
    return layer


FIRST, SECOND = [[1.0, -2.0], [3.0, -4.0]], [[5.0, -6.0]]


def test_the_score_is_the_flow_worked_out_by_hand():
    # R = 5 * (1 + 2) + 6 * (3 + 4) = 57, and the weights of either layer carry all of it.
    assert synflow(nn.Sequential(linear(FIRST), nn.ReLU(), linear(SECOND)), (2,)) == pytest.approx(math.log(2 * 57))


def test_biases_count_as_what_flows_in():
    network = nn.Sequential(linear(FIRST, [-1.0, 1.0]), nn.ReLU(), linear(SECOND))
    # R = 5 * 4 + 6 * 8 = 68 through the second layer, 57 of it through the weights of the first.
    assert synflow(network, (2,)) == pytest.approx(math.log(68 + 57))


def test_batch_norms_are_left_out_and_the_network_is_left_alone():
    norm = nn.BatchNorm1d(2)
    norm.running_mean.fill_(3.0)
    norm.weight.data.fill_(-7.0)
    network = nn.Sequential(linear(FIRST), norm, nn.ReLU(inplace=True), linear(SECOND)).train()
    before = copy.deepcopy(network.state_dict())
    assert synflow(network, (2,)) == pytest.approx(math.log(2 * 57))
    assert network.training
    assert network[0].weight.dtype is torch.float32
    assert all(torch.equal(before[name], value) for name, value in network.state_dict().items())


def test_all_tensors_of_an_output_count():
    class Forked(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = linear(FIRST)

        def forward(self, x):
            found = self.layer(x)
            return {"a": found, "rest": [found, (found.argmax(),)]}

    assert synflow(Forked(), (2,)) == pytest.approx(math.log(2 * 10))


def test_signs_do_not_matter_and_scale_is_a_summand():
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(3, 4, 3, bias=False), nn.ReLU(), nn.Conv2d(4, 5, 3, bias=False))
    score = synflow(network, (3, 8, 8))
    with torch.no_grad():
        network[0].weight.mul_(-10)
    assert synflow(network, (3, 8, 8)) == pytest.approx(score + math.log(10))


def test_nothing_flows_through_zeros():
    with pytest.raises(Unscorable, match="the flow through the network is 0"):
        synflow(linear([[0.0, 0.0]]), (2,))


def test_more_than_a_float64_holds_is_told():
    network = nn.Sequential(*(nn.Linear(1, 1, bias=False) for _ in range(10)))
    for layer in network:
        layer.weight.data.fill_(1e38)
    with pytest.raises(Unscorable, match=r"is inf|is nan"):
        synflow(network, (1,))


def test_a_deep_published_network_stays_within_reach():
    torch.manual_seed(0)
    network = build_backbone(PUBLISHED["spinenet-49"].architecture)
    assert 0 < synflow(network, (3, 32, 32)) < 500
