"""Published classifiers as drawings."""

import pytest

from search_spaces.reference.architecture import NAMES, Reference
from search_spaces.reference.figure import reference_figure


def test_convolutions_are_grouped_by_the_maps_they_make():
    figure = reference_figure(Reference(name="resnet50"), (224, 224))
    assert [node.lines for node in figure.nodes[1:3]] == [
        ("1 convolution", "up to 64 ch.", "112 × 112"),
        ("11 convolutions", "up to 256 ch.", "56 × 56"),
    ]
    assert figure.nodes[-1].lines == ("1 fully", "connected")
    assert dict(figure.facts) == {"network": "resnet50", "weights": "drawn at random"}


@pytest.mark.parametrize("name", NAMES)
def test_every_network_is_drawn_at_any_size(name):
    for size in (None, (8, 8), (299, 299)):
        assert 5 <= len(reference_figure(Reference(name=name), size).nodes) <= 12


def test_stages_stay_apart_where_their_maps_are_all_the_same_and_too_small_pictures_are_drawn_at_a_usual_size():
    tiny = reference_figure(Reference(name="resnet50"), (8, 8))
    assert [node.lines[-1] for node in tiny.nodes[1:-1]] == ["4 × 4", "2 × 2", "1 × 1", "1 × 1", "1 × 1"]
    assert reference_figure(Reference(name="inception_v3"), (8, 8)).nodes[0].lines == ("299 × 299",)
