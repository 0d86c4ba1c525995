"""Fully connected layers at their start."""

import pytest
import torch

from workers.networks.fully_connected import fully_connected


def test_weights_keep_the_size_of_what_a_relu_gave_and_biases_are_zero():
    torch.manual_seed(0)
    layer = fully_connected(512, 300)
    x = torch.randn(1000, 512)
    assert layer.weight.std().item() == pytest.approx((2 / 512) ** 0.5, rel=0.02)
    assert layer(x.relu()).square().mean().item() == pytest.approx(1.0, rel=0.05)
    assert not layer.bias.any()


def test_weights_have_the_spread_that_is_asked_for():
    torch.manual_seed(0)
    assert fully_connected(512, 300, std=0.01).weight.std().item() == pytest.approx(0.01, rel=0.02)
