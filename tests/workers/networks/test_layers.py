"""The layers every network is made of."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from nas.tasks.training import BatchNorm
from workers.networks.layers import ConvNorm, LayerOptions, activate, convolution, drop_path, enlarge, halve_by_pooling

SIDES = st.integers(1, 13)


def layer_options(activation: str = "relu") -> LayerOptions:
    return LayerOptions(activation=activation, batch_norm=BatchNorm(momentum=0.25, epsilon=1e-2))


def same_pooling(x: Tensor) -> Tensor:
    """3x3 stride-2 max pooling padded as TensorFlow does: in all (out - 1) * 2 + 3 - n, the smaller half first."""
    height, width = x.shape[-2:]
    rows, columns = -(-height // 2), -(-width // 2)
    top, left = max(0, rows * 2 + 1 - height) // 2, max(0, columns * 2 + 1 - width) // 2
    pooled = torch.empty(*x.shape[:2], rows, columns)
    for row in range(rows):
        for column in range(columns):
            y, z = row * 2 - top, column * 2 - left
            pooled[..., row, column] = x[..., max(0, y) : y + 3, max(0, z) : z + 3].amax((-1, -2))
    return pooled


@settings(max_examples=40, deadline=None)
@given(SIDES, SIDES)
def test_pooling_halves_every_size_rounded_up_with_the_padding_named_same(height, width):
    x = torch.randn(2, 3, height, width, generator=torch.Generator().manual_seed(0))
    assert torch.equal(halve_by_pooling(x), same_pooling(x))


@settings(max_examples=40, deadline=None)
@given(SIDES, SIDES, SIDES, SIDES)
def test_enlarging_takes_the_nearest_position_at_or_before(height, width, more_rows, more_columns):
    x = torch.arange(height * width, dtype=torch.float32).reshape(1, 1, height, width)
    size = (height + more_rows, width + more_columns)
    rows = torch.tensor([row * height // size[0] for row in range(size[0])])
    columns = torch.tensor([column * width // size[1] for column in range(size[1])])
    assert torch.equal(enlarge(x, size)[0, 0], x[0, 0][rows][:, columns])


def test_a_unit_normalises_with_its_options_and_activates():
    unit = ConvNorm(3, 5, 3, stride=2, options=layer_options())
    out = unit(torch.randn(2, 3, 7, 10))
    assert out.shape == (2, 5, 4, 5)
    assert out.min() == 0.0
    assert (unit.norm.momentum, unit.norm.eps) == (0.25, 1e-2)
    assert unit.convolution.bias is None


def test_an_inactive_unit_gives_negative_values_too():
    assert ConvNorm(3, 5, options=layer_options(), active=False)(torch.randn(2, 3, 4, 4)).min() < 0.0


@pytest.mark.parametrize("activation", ["relu", "swish"])
def test_activations_follow_their_formulas(activation):
    x = torch.linspace(-3, 3, 7)
    expected = x.clamp(min=0) if activation == "relu" else x * x.sigmoid()
    assert torch.allclose(activate(x.clone(), activation), expected)


def test_channels_last_goes_in_and_comes_out():
    unit = nn.Sequential(ConvNorm(3, 8, 3, options=layer_options()), ConvNorm(8, 8, options=layer_options()))
    unit = unit.to(memory_format=torch.channels_last)
    x = torch.randn(2, 3, 8, 8).contiguous(memory_format=torch.channels_last)
    x = enlarge(halve_by_pooling(unit(x)), (8, 8))
    assert x.is_contiguous(memory_format=torch.channels_last)


def test_a_convolution_starts_with_scaled_weights_and_no_bias():
    torch.manual_seed(0)
    layer = convolution(64, 128, 3, bias=True)
    assert layer.weight.std().item() == pytest.approx(math.sqrt(1 / (64 * 9)), rel=0.02)
    assert torch.count_nonzero(layer.bias) == 0


def test_stochastic_depth_drops_whole_pictures_and_keeps_the_mean():
    torch.manual_seed(0)
    dropped = drop_path(torch.ones(4000, 2, 1, 1), 0.3, training=True)[:, :, 0, 0]
    assert torch.equal(dropped[:, 0], dropped[:, 1])
    assert {round(value, 4) for value in dropped.unique().tolist()} == {0.0, round(1 / 0.7, 4)}
    assert dropped.mean().item() == pytest.approx(1.0, abs=0.05)  # 3.5 standard errors of the mean are 0.036


@pytest.mark.parametrize(("rate", "training"), [(0.0, True), (0.5, False)])
def test_stochastic_depth_off_returns_the_branch_itself(rate, training):
    x = torch.ones(2, 1, 1, 1)
    assert drop_path(x, rate, training=training) is x


@pytest.mark.parametrize(("height", "width"), [(1, 1), (3, 1), (1, 4)])
def test_gradients_of_a_picture_one_column_wide_are_right_in_bfloat16(height, width):
    torch.manual_seed(0)
    narrow, wide = (convolution(16, 16, 3, stride=2).to(memory_format=torch.channels_last) for _ in range(2))
    wide.load_state_dict(narrow.state_dict())
    x = torch.randn(6, 16, height, width).to(memory_format=torch.channels_last)
    for _ in range(20):  # the wrong ones are whatever the memory held
        narrow.zero_grad()
        with torch.autocast("cpu", torch.bfloat16):
            y = narrow(x)
        y.float().square().sum().backward()
        assert narrow.weight.grad.abs().max() < 1e3
    reference = torch.nn.functional.conv2d(x, wide.weight, stride=2, padding=1)
    assert y.shape == reference.shape
    reference.square().sum().backward()
    torch.testing.assert_close(
        narrow.weight.grad, wide.weight.grad, rtol=0.1, atol=0.1 * wide.weight.grad.abs().max().item()
    )
