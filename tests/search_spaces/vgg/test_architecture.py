"""A VGG value keeps its ranges and names what breaks them."""

import json

import pytest

from search_spaces.errors import InvalidArchitecture
from search_spaces.vgg.architecture import Vgg
from search_spaces.vgg.published import PUBLISHED

VGG_16 = PUBLISHED["vgg-16"].architecture
DATA = json.loads(VGG_16.canonical_json())


def test_the_published_network_has_its_golden_id():
    assert VGG_16.architecture_id == "59b50b356bea6b1c"


def test_defaults_may_be_left_out():
    assert Vgg.load({"stages": DATA["stages"]}) == VGG_16


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"stages": []}, "stages: must have at least 1 entries"),
        ({"stages": [{"width": 1, "depth": 1}] * 17}, "stages: .*at most 16 items"),
        ({"stages": [{"width": 0, "depth": 1}]}, r"stages\.0\.width: must be greater than or equal to 1, got 0"),
        ({"stages": [{"width": 8, "depth": 101}]}, r"stages\.0\.depth: must be less than or equal to 100, got 101"),
        ({"stages": [{"width": 8}]}, r"stages\.0\.depth"),
        ({"pooled_size": 0}, "pooled_size: must be greater than or equal to 1, got 0"),
        ({"fc_width": 10**30}, "fc_width: must be less than or equal to 65536"),
        ({"batch_norm": 1}, "batch_norm: must be a valid boolean, got 1"),
        ({"kind": "spinenet"}, "kind: must be 'vgg', got 'spinenet'"),
    ],
)
def test_a_value_outside_its_range_is_told_under_its_field(changes, message):
    with pytest.raises(InvalidArchitecture, match=message):
        Vgg.load({**DATA, **changes})
