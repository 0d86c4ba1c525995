"""Costs of the reference networks: the published numbers, and paper and pencil. Built networks: tests/workers."""

import pytest

from search_spaces.errors import InvalidArchitecture
from search_spaces.reference.architecture import NAMES, Reference
from search_spaces.reference.cost import reference_cost


@pytest.mark.parametrize(
    ("name", "size", "params", "giga_macs"),
    [
        ("resnet50", 224, 25_557_032, 4.09),
        ("densenet121", 224, 7_978_856, 2.83),
        ("mobilenet_v2", 224, 3_504_872, 0.30),
        ("inception_v3", 299, 23_834_568, 5.71),
        ("efficientnet_b0", 224, 5_288_548, 0.39),
        ("vgg16", 224, 138_357_544, 15.47),
    ],
)
def test_params_and_multiply_adds_are_the_published_ones(name, size, params, giga_macs):
    cost = reference_cost(Reference(name=name), (size, size), 1000)
    assert cost.params == params
    assert round(cost.conv_macs / 1e9, 2) == giga_macs


@pytest.mark.parametrize("name", NAMES)
def test_a_class_costs_a_row_of_the_classifier(name):
    one, other = (reference_cost(Reference(name=name), (128, 128), classes) for classes in (10, 11))
    features = {"vgg16": 4096, "densenet121": 1024, "mobilenet_v2": 1280, "efficientnet_b0": 1280}.get(name, 2048)
    assert other.params - one.params == features + 1
    assert other.conv_macs - one.conv_macs == features
    assert other.batch_norm_macs == one.batch_norm_macs


@pytest.mark.parametrize("name", NAMES)
def test_height_and_width_may_change_places_and_params_stay_as_they_are(name):
    tall, wide, small = (reference_cost(Reference(name=name), size, 5) for size in ((300, 500), (500, 300), (90, 80)))
    assert tall.params == wide.params == small.params
    assert tall.batch_norm_macs == wide.batch_norm_macs
    assert tall.conv_macs == wide.conv_macs > small.conv_macs


def test_vgg16_costs_what_paper_and_pencil_say_at_an_odd_size():
    """Five halvings that round down: 100x70, 50x35, 25x17, 12x8, 6x4."""
    widths = [(3, 64), (64, 64), None, (64, 128), (128, 128), None, (128, 256), (256, 256), (256, 256), None]
    widths += [(256, 512), (512, 512), (512, 512), None, (512, 512), (512, 512), (512, 512)]
    sides, macs = [100, 70], 0
    for pair in widths:
        if pair is None:
            sides = [side // 2 for side in sides]
        else:
            macs += pair[0] * pair[1] * 9 * sides[0] * sides[1]
    macs += 512 * 49 * 4096 + 4096 * 4096 + 4096 * 12
    cost = reference_cost(Reference(name="vgg16"), (100, 70), 12)
    assert (cost.conv_macs, cost.batch_norm_macs) == (macs, 0)


def test_weights_cost_nothing():
    with_weights = Reference(name="resnet50", weights="resnet50.pth")
    assert reference_cost(with_weights, (64, 64), 5) == reference_cost(Reference(name="resnet50"), (64, 64), 5)


def test_a_smaller_picture_is_refused_by_what_was_allowed():
    with pytest.raises(InvalidArchitecture, match=r"inception_v3 takes pictures of at least 75 .*, got \(64, 64\)"):
        reference_cost(Reference(name="inception_v3"), (64, 64), 10)
