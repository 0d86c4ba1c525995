"""grad_norm, snip and zico of gradients worked out by hand."""

import math

import pytest
import torch
from torch import nn

from workers.task import Loss
from workers.zero_cost.errors import Unscorable
from workers.zero_cost.gradients import grad_norm, layer_gradients, snip, zico


class Mean:
    """A task whose loss is the mean output."""

    def loss(self, network, batch):
        return Loss(total=network(batch).mean(), samples=len(batch))


def network():
    """x -> 3 * relu(2 * x): the mean of a batch of mean m has the gradients 3 m and 2 m."""
    first, second = nn.Linear(1, 1, bias=False), nn.Linear(1, 1, bias=False)
    first.weight.data.fill_(2.0)
    second.weight.data.fill_(-3.0)
    return nn.Sequential(first, nn.ReLU(), second)


def batch(*values):
    return torch.tensor([[value] for value in values])


def gradients(*batches, of=None):
    of = of or network()
    return [layer_gradients(Mean(), of, each) for each in batches]


def test_the_norm_is_summed_over_layers():
    (layers,) = gradients(batch(1.0, 3.0))
    assert [float(layer.gradient) for layer in layers] == [-6.0, 4.0]
    assert grad_norm(layers) == pytest.approx(6 + 4)


def test_snip_weighs_gradients_by_weights():
    (layers,) = gradients(batch(1.0, 3.0))
    assert snip(layers) == pytest.approx(2 * 6 + 3 * 4)


def test_zico_is_mean_over_deviation_in_logarithms_of_layers():
    # Means 2 and 4: gradients -6, -12 and 4, 8, each of mean |g| three times its deviation.
    assert zico(gradients(batch(1.0, 3.0), batch(4.0))) == pytest.approx(2 * math.log(3))


def test_zico_sums_weights_within_a_layer_and_passes_over_what_does_not_vary():
    wide = nn.Linear(3, 1, bias=False)
    found = gradients(torch.tensor([[1.0, 2.0, 5.0]]), torch.tensor([[3.0, 4.0, 5.0]]), of=wide)
    assert zico(found) == pytest.approx(math.log(2 / 1 + 3 / 1))


def test_zico_asks_for_gradients_that_vary_and_for_two_batches():
    with pytest.raises(Unscorable, match="varies between batches"):
        zico(gradients(batch(1.0), batch(1.0)))
    with pytest.raises(ValueError, match="at least two batches, got 1"):
        zico(gradients(batch(1.0)))


def test_no_gradient_is_left_and_frozen_layers_are_passed_over():
    frozen = network()
    frozen[0].weight.requires_grad_(False)
    (layers,) = gradients(batch(1.0), of=frozen)
    assert len(layers) == 1
    assert frozen[2].weight.grad is None
    frozen[2].weight.requires_grad_(False)
    with pytest.raises(Unscorable, match="no convolution and no linear layer"):
        gradients(batch(1.0), of=frozen)


def test_a_layer_the_loss_does_not_depend_on_has_the_gradient_zero():
    forked = network()
    forked.add_module("unused", nn.Linear(1, 1))
    forked.forward = lambda x: forked[2](forked[1](forked[0](x)))
    (layers,) = gradients(batch(1.0, 3.0), of=forked)
    assert float(layers[2].gradient) == 0
    assert grad_norm(layers) == pytest.approx(10)


def test_the_gradient_of_a_dead_network_is_zero():
    (layers,) = gradients(batch(-1.0))
    assert (grad_norm(layers), snip(layers)) == (0.0, 0.0)
