"""Named VGG networks: depths as published, small ones as small as they are meant to be."""

import pytest

from search_spaces.vgg.cost import vgg_cost
from search_spaces.vgg.published import PUBLISHED, SMALL


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_network_is_named_after_its_layers_with_weights(name):
    architecture = PUBLISHED[name].architecture
    assert f"vgg-{sum(stage.depth for stage in architecture.stages) + 3}" == name
    assert [stage.width for stage in architecture.stages] == [64, 128, 256, 512, 512]
    assert (architecture.batch_norm, architecture.pooled_size, architecture.fc_width) == (False, 7, 4096)


@pytest.mark.parametrize(
    ("name", "params", "mega_macs"),
    [("vgg-tiny", 118_778, 50.0), ("vgg-mini", 229_402, 64.8), ("vgg-small", 478_490, 129.3)],
)
def test_small_networks_have_100_to_500_thousand_params_at_128_pixels(name, params, mega_macs):
    cost = vgg_cost(SMALL[name].architecture, (128, 128), 10)
    assert cost.params == params
    assert round(cost.macs / 1e6, 1) == mega_macs


def test_names_differ_and_every_network_names_its_source():
    assert not PUBLISHED.keys() & SMALL.keys()
    assert all(record.source for record in (*PUBLISHED.values(), *SMALL.values()))
