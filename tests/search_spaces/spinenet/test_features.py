"""Numbers about SpineNets."""

import math
import random

import pytest

from search_spaces.genotypes import sample
from search_spaces.registry import published_architecture
from search_spaces.spinenet.architecture import Block, SpineNet
from search_spaces.spinenet.features import spinenet_features
from search_spaces.spinenet.space import SpineNetSpace


def block(level, first, second, kind="bottleneck"):
    return Block(level=level, kind=kind, parents=(first, second))


def test_a_small_network_is_told_by_hand():
    # The stem's blocks 0 and 1 have level 2; blocks 2 and 3 are intermediate, 4 and 5 are outputs.
    network = SpineNet(
        intermediates=(block(4, 0, 1), block(3, 1, 2, "residual")), outputs=(block(3, 2, 3), block(5, 0, 4))
    )
    told = spinenet_features(network)
    assert [told[f"blocks_of_level_{level}"] for level in range(1, 8)] == [0, 0, 1, 1, 0, 0, 0]
    assert told["mean_level"] == (4 + 3 + 3 + 5) / 4
    assert told["bottlenecks"] == 3 / 4
    assert told["dead_blocks"] == 0
    assert told["jump_up"] == pytest.approx((2 + 2 + 1 + 0 + 0 + 0 + 3 + 2) / 8)
    assert told["jump_down"] == pytest.approx((0 + 0 + 0 + 1 + 1 + 0 + 0 + 0) / 8)
    assert told["reach"] == pytest.approx((2 + 1 + 2 + 1 + 2 + 1 + 5 + 1) / 8)
    assert (told["depth"], told["mean_depth"], told["mean_shortcut"]) == (4, 3.5, 1.5)


def test_every_network_has_the_same_finite_numbers():
    networks = [sample(SpineNetSpace(), random.Random(seed)).architecture for seed in range(20)]
    told = [spinenet_features(network) for network in [*networks, published_architecture("spinenet-49")]]
    assert len({tuple(one) for one in told}) == 1
    assert all(math.isfinite(value) for one in told for value in one.values())
    assert all(len({one[name] for one in told}) > 1 for name in ("depth", "mean_level", "jump_up", "bottlenecks"))
