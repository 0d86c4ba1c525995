"""Networks by kind of architecture."""

import pytest

from search_spaces.space import Architecture
from search_spaces.spinenet.published import PUBLISHED
from workers.networks.registry import build_backbone
from workers.networks.spinenet import SpineNetBackbone


class Unknown(Architecture):
    kind: str = "unknown"


def test_a_spinenet_architecture_gives_a_spinenet_backbone():
    architecture = PUBLISHED["spinenet-49"].architecture.model_copy(update={"width": 0.125, "endpoint_filters": 8})
    backbone = build_backbone(architecture, activation="swish")
    assert isinstance(backbone, SpineNetBackbone)
    assert (backbone.levels, backbone.channels) == ((3, 4, 5, 6, 7), 8)


def test_an_unknown_kind_is_named_with_the_known_ones():
    with pytest.raises(ValueError, match=r"must be one of \['spinenet'\], got 'unknown'"):
        build_backbone(Unknown())
