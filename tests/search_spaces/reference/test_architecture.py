"""A reference network is a name and, where there is one, a file."""

import pytest

from search_spaces.errors import InvalidArchitecture
from search_spaces.reference.architecture import NAMES, Reference


def test_the_six_networks_are_known_by_their_names_in_torchvision():
    assert NAMES == ("resnet50", "densenet121", "mobilenet_v2", "inception_v3", "efficientnet_b0", "vgg16")


def test_a_network_with_weights_is_another_than_the_one_at_random():
    ids = {Reference(name=name, weights=weights).architecture_id for name in NAMES for weights in (None, "a.pth")}
    assert len(ids) == 2 * len(NAMES)


def test_without_weights_it_says_so_in_its_json():
    assert Reference(name="vgg16").canonical_json() == '{"kind":"torchvision","name":"vgg16","weights":null}'
    assert Reference.load({"name": "vgg16"}) == Reference(name="vgg16")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "resnet51"}, "name: must be 'resnet50', 'densenet121', .* or 'vgg16', got 'resnet51'"),
        ({"name": None}, "name: .*got None"),
        ({"weights": ""}, "weights: .* at least 1 character, got ''"),
        ({"weights": 3}, "weights: .*got 3"),
        ({"kind": "spinenet"}, "kind: must be 'torchvision', got 'spinenet'"),
        ({"width": 0.5}, "width: unknown field"),
    ],
)
def test_what_is_wrong_is_told_under_its_field(changes, message):
    with pytest.raises(InvalidArchitecture, match=message):
        Reference.load({"name": "resnet50", **changes})
