"""nwot: the log-determinant of how far the activation codes of pictures agree."""

import math
from itertools import pairwise

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from workers.zero_cost.activation_codes import CHUNK, agreement, nwot
from workers.zero_cost.errors import Unscorable

PICTURES = torch.tensor([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0]])  # codes 11, 10, 01


def linear(weights):
    layer = nn.Linear(len(weights[0]), len(weights), bias=False)
    layer.weight.data = torch.tensor(weights)
    return layer


IDENTITY = [[1.0, 0.0], [0.0, 1.0]]


class Functional(nn.Module):
    """The identity layer under an activation that is no module."""

    def __init__(self, activation):
        super().__init__()
        self.layer, self.activation = linear(IDENTITY), activation

    def forward(self, x):
        return self.activation(self.layer(x))


def test_the_score_is_the_log_determinant_worked_out_by_hand():
    # K = N - d with N = 2: [[2, 1, 1], [1, 2, 0], [1, 0, 2]], whose determinant is 4.
    assert nwot(nn.Sequential(linear(IDENTITY), nn.ReLU()), (PICTURES,)) == pytest.approx(math.log(4))


@pytest.mark.parametrize(
    "activation",
    [
        F.relu,
        lambda x: F.relu(x, inplace=True),
        torch.relu,
        lambda x: x.relu_(),
        F.silu,
        nn.SiLU(),
        nn.ReLU6(),
        nn.GELU(),
        nn.Hardswish(inplace=True),
        lambda x: F.leaky_relu(x, 0.2, inplace=True),
    ],
    ids=lambda activation: str(getattr(activation, "__name__", activation)),
)
def test_any_activation_is_seen_by_the_sign_of_its_input(activation):
    assert nwot(Functional(activation), (PICTURES,)) == pytest.approx(math.log(4))


def test_a_unit_that_never_fires_makes_all_pictures_agree_in_one_more_place():
    dead = nn.Sequential(linear([*IDENTITY, [0.0, 0.0]]), nn.ReLU())
    # All entries of K are one larger: [[3, 2, 2], [2, 3, 1], [2, 1, 3]], whose determinant is 8.
    assert nwot(dead, (PICTURES,)) == pytest.approx(math.log(8))


def test_a_network_of_dead_units_has_no_score():
    with pytest.raises(Unscorable, match="do not tell them from the others"):
        nwot(nn.Sequential(linear([[0.0, 0.0]] * 3), nn.ReLU()), (PICTURES,))


def test_two_equal_pictures_have_no_score():
    with pytest.raises(Unscorable, match="do not tell them"):
        nwot(nn.Sequential(linear(IDENTITY), nn.ReLU()), (PICTURES[[0, 1, 1]],))


def test_a_network_without_activations_has_no_score():
    with pytest.raises(Unscorable, match="no activations"):
        nwot(linear(IDENTITY), (PICTURES,))


def deep(seed=0):
    torch.manual_seed(seed)
    widths = (6, 40, 30, 20)
    layers = [(nn.Linear(a, b), nn.ReLU()) for a, b in pairwise(widths)]
    return nn.Sequential(*(part for pair in layers for part in pair))


def test_the_order_of_units_and_the_scale_of_weights_change_nothing():
    network, pictures = deep(), torch.randn(8, 6, generator=torch.Generator().manual_seed(1))
    expected = nwot(network, (pictures,))
    order = torch.randperm(40, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        network[0].weight.copy_(network[0].weight[order] * 3)
        network[0].bias.copy_(network[0].bias[order] * 3)
        network[2].weight.copy_(network[2].weight[:, order] / 3)
    assert nwot(network, (pictures,)) == expected


def test_the_order_of_pictures_changes_nothing():
    pictures = torch.randn(8, 6, generator=torch.Generator().manual_seed(1))
    assert nwot(deep(), (pictures,)) == pytest.approx(nwot(deep(), (pictures.flip(0),)))


def test_agreement_is_exact_beyond_what_one_product_holds():
    wide = torch.ones(2, CHUNK + 3)
    wide[1, -2:] = -1
    assert agreement(wide).tolist() == [[CHUNK + 3, CHUNK + 1], [CHUNK + 1, CHUNK + 3]]
