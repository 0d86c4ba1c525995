"""VGG-like classifiers as drawings."""

from search_spaces.registry import published_architecture
from search_spaces.vgg.figure import vgg_figure


def test_stages_stand_in_a_chain_with_the_maps_they_see():
    figure = vgg_figure(published_architecture("vgg-16"), (224, 224))
    labels = [node.label for node in figure.nodes]
    assert labels == ["picture", *(f"stage {place}" for place in range(1, 6)), "pooled", "fc6", "fc7", "fc8"]
    assert figure.nodes[3].lines == ("3 × (3 × 3)", "256 filters")
    assert dict(figure.nodes[3].notes) == {"map": "56 × 56"}
    assert len(figure.edges) == len(figure.nodes) - 1
