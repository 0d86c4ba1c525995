"""Costs of backbones: the published numbers, any size, and under a millisecond."""

import random

import pytest

from search_spaces.cost import convolution
from search_spaces.genotypes import sample
from search_spaces.spinenet.architecture import Block, BlockKind, SpineNet
from search_spaces.spinenet.cost import backbone_cost
from search_spaces.spinenet.graph import live_blocks
from search_spaces.spinenet.options import SpineNetOptions
from search_spaces.spinenet.published import PUBLISHED
from search_spaces.spinenet.space import SpineNetSpace

SPINENET_49 = PUBLISHED["spinenet-49"].architecture


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("spinenet-49s", 9_089_215),
        ("spinenet-49", 21_831_488),
        ("spinenet-96", 36_262_976),
        ("spinenet-143", 60_247_616),
        ("spinenet-143l", 100_796_257),
        ("spinenet-190", 126_587_664),
    ],
)
def test_params_are_the_published_ones(name, params):
    assert backbone_cost(PUBLISHED[name].architecture, (640, 640)).params == params


def test_the_paper_s_proxy_has_its_params():
    """Its stem convolution is as wide as block 0, which therefore does not project."""
    proxy = SPINENET_49.model_copy(update={"width": 0.25, "alpha": 0.25, "endpoint_filters": 64})
    cost = backbone_cost(proxy, (512, 512))
    assert cost.params == 1_169_696
    assert cost.conv_macs / 1e9 == pytest.approx(1.546, abs=0.0005)


@pytest.mark.parametrize(
    ("name", "params", "giga_macs"),
    [
        ("spinenet-49", 22_088_745, 3.478),
        ("spinenet-96", 36_520_233, 5.724),
        ("spinenet-143", 60_504_873, 9.087),
        ("spinenet-190", 127_101_177, 19.112),
    ],
)
def test_with_a_classifier_of_1001_classes_on_top_it_is_the_published_one_at_224(name, params, giga_macs):
    architecture = PUBLISHED[name].architecture
    classifier = convolution(architecture.endpoint_filters, 1001, kernel=1, pixels=1, bias=True)
    cost = backbone_cost(architecture, (224, 224)) + classifier
    assert cost.params == params
    assert round(cost.conv_macs / 1e9, 3) == giga_macs


@pytest.mark.parametrize(("name", "giga_macs"), [("spinenet-49", 28.26), ("r0-sp53", 37.75)])
def test_backbones_cost_what_was_measured_at_640(name, giga_macs):
    assert round(backbone_cost(PUBLISHED[name].architecture, (640, 640)).conv_macs / 1e9, 2) == giga_macs


def test_a_small_backbone_at_an_odd_size_costs_what_paper_and_pencil_say():
    """300x500: levels 1 to 4 have 150x250, 75x125, 38x63, 19x32 positions."""
    residual = Block(level=4, kind=BlockKind.RESIDUAL, parents=(0, 1))
    output = Block(level=3, kind=BlockKind.BOTTLENECK, parents=(1, 2))
    one = SpineNet(intermediates=(residual,), outputs=(output,), width=0.25, stem_filters=8, endpoint_filters=10)
    p1, p2, p3, p4 = 150 * 250, 75 * 125, 38 * 63, 19 * 32
    stem = 3 * 8 * 49 * p1 + p2 * (8 * 64 + 8 * 16 + 64 * 16 + 2 * (16 * 16 * 9 + 16 * 64))
    down_to_4 = 2 * (64 * 8 * p2 + 8 * 8 * 9 * p3 + 8 * 64 * p4)
    block_2 = 2 * 64 * 64 * 9 * p4
    down_to_3 = 64 * 8 * p2 + 8 * 8 * 9 * p3 + 8 * 128 * p3
    up_to_3 = 64 * 32 * p4 + 32 * 128 * p3
    block_3 = (128 * 32 + 32 * 32 * 9 + 32 * 128) * p3
    endpoint = 128 * 10 * p3
    cost = backbone_cost(one, (300, 500))
    assert cost.conv_macs == stem + down_to_4 + block_2 + down_to_3 + up_to_3 + block_3 + endpoint


def test_dead_blocks_cost_nothing():
    dead = Block(level=6, kind=BlockKind.RESIDUAL, parents=(0, 1))
    output = Block(level=3, kind=BlockKind.BOTTLENECK, parents=(0, 1))
    without = SpineNet(intermediates=(), outputs=(output,))
    assert backbone_cost(SpineNet(intermediates=(dead,), outputs=(output,)), (64, 64)) == backbone_cost(
        without, (64, 64)
    )


def test_params_do_not_depend_on_the_size_and_multiply_adds_grow_with_the_area():
    small, large = backbone_cost(SPINENET_49, (128, 256)), backbone_cost(SPINENET_49, (512, 256))
    assert small.params == large.params
    assert small.macs * 4 == large.macs


def test_a_smaller_picture_is_refused_by_its_size():
    with pytest.raises(ValueError, match=r"size must be at least 1 in height and in width, got \(0, 64\)"):
        backbone_cost(SPINENET_49, (0, 64))


def test_multiply_adds_of_the_two_spaces_spread_as_measured():
    """Facts over random samples at full width, 640 pixels, measured without rejection."""
    permuted = _giga_macs(SpineNetOptions(adjustments=False, dead_blocks="keep"))
    adjusted = _giga_macs(SpineNetOptions(dead_blocks="keep"))
    assert min(permuted) > 35
    assert max(permuted) < 41
    assert sorted(adjusted)[len(adjusted) // 2] == pytest.approx(29.9, abs=2)


def _giga_macs(options):
    space = SpineNetSpace(options)
    every = (sample(space, random.Random(seed)).architecture for seed in range(100))
    alive = [one for one in every if len(live_blocks(one)) == 17]
    return [backbone_cost(one, (640, 640)).conv_macs / 1e9 for one in alive]
