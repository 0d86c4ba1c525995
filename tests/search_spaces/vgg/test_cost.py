"""Costs of VGG networks: the published numbers, and paper and pencil at an odd size."""

import pytest

from search_spaces.cost import Cost
from search_spaces.vgg.architecture import Stage, Vgg
from search_spaces.vgg.cost import halved, vgg_cost
from search_spaces.vgg.published import PUBLISHED

VGG_16 = PUBLISHED["vgg-16"].architecture


@pytest.mark.parametrize(
    ("name", "params", "macs"),
    [
        ("vgg-11", 132_863_336, 7_609_090_048),
        ("vgg-13", 133_047_848, 11_308_466_176),
        ("vgg-16", 138_357_544, 15_470_264_320),
        ("vgg-19", 143_667_240, 19_632_062_464),
    ],
)
def test_published_networks_cost_what_was_published_at_224_for_1000_classes(name, params, macs):
    assert vgg_cost(PUBLISHED[name].architecture, (224, 224), 1000) == Cost(params=params, conv_macs=macs)


def test_batch_norms_take_the_place_of_the_biases():
    channels = 2 * 64 + 2 * 128 + 3 * 256 + 6 * 512
    plain = vgg_cost(VGG_16, (224, 224), 1000)
    normed = vgg_cost(VGG_16.model_copy(update={"batch_norm": True}), (224, 224), 1000)
    assert channels == 4224
    assert normed.params == plain.params - channels + 2 * channels == 138_361_768
    assert normed.conv_macs == plain.conv_macs
    elements = [(2 * 64, 224), (2 * 128, 112), (3 * 256, 56), (3 * 512, 28), (3 * 512, 14)]
    assert normed.batch_norm_macs == sum(filters * side**2 for filters, side in elements)


@pytest.mark.parametrize("batch_norm", [False, True])
def test_a_small_network_at_an_odd_size_costs_what_paper_and_pencil_say(batch_norm):
    """301x75: the second stage has 150x37 positions; fc6 reads 2x2 of them."""
    stages = (Stage(width=4, depth=1), Stage(width=6, depth=2))
    one = Vgg(stages=stages, batch_norm=batch_norm, pooled_size=2, fc_width=10)
    weights, first, second = [3 * 4 * 9, 4 * 6 * 9, 6 * 6 * 9], 301 * 75, 150 * 37
    connected = (6 * 4) * 10 + 10 * 10 + 10 * 7
    cost = vgg_cost(one, (301, 75), 7)
    assert cost.params == sum(weights) + (4 + 6 + 6) * (1 + batch_norm) + connected + 10 + 10 + 7
    assert cost.conv_macs == weights[0] * first + (weights[1] + weights[2]) * second + connected
    assert cost.batch_norm_macs == batch_norm * (4 * first + 12 * second)


def test_sides_are_halved_rounded_down_but_never_to_nothing():
    assert [halved(size) for size in [(225, 224), (3, 2), (1, 5)]] == [(112, 112), (1, 1), (1, 2)]


def test_params_do_not_depend_on_the_size():
    assert len({vgg_cost(VGG_16, size, 10).params for size in [(1, 1), (128, 128), (300, 500)]}) == 1


def test_an_empty_picture_is_refused_by_its_size():
    with pytest.raises(ValueError, match=r"size must be at least 1 in height and in width, got \(64, 0\)"):
        vgg_cost(VGG_16, (64, 0), 10)
