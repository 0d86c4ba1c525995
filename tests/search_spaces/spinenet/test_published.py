"""The published architectures: their merges, their scalings, their detectors."""

import pytest

from search_spaces.spinenet.graph import absorbed, dead_blocks
from search_spaces.spinenet.published import PUBLISHED


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_only_merge_is_the_published_one_and_nothing_is_dead(name):
    architecture = PUBLISHED[name].architecture
    assert absorbed(architecture) == ({13: (11,)} if name == "r0-sp53" else {14: (11,)})
    assert dead_blocks(architecture) == ()


@pytest.mark.parametrize(
    ("name", "width", "alpha", "repeats", "endpoint"),
    [
        ("spinenet-49s", 0.65, 0.5, 1, 128),
        ("spinenet-49", 1.0, 0.5, 1, 256),
        ("spinenet-96", 1.0, 0.5, 2, 256),
        ("spinenet-143", 1.0, 1.0, 3, 256),
        ("spinenet-143l", 1.3, 1.0, 3, 256),
        ("spinenet-190", 1.3, 1.0, 4, 512),
        ("r0-sp53", 1.0, 0.5, 1, 256),
    ],
)
def test_scalings_are_the_published_ones(name, width, alpha, repeats, endpoint):
    one = PUBLISHED[name].architecture
    assert (one.width, one.alpha, one.block_repeats, one.endpoint_filters) == (width, alpha, repeats, endpoint)
    assert one.stem_filters == 64


def test_outputs_stand_in_the_published_order():
    assert [block.level for block in PUBLISHED["spinenet-49"].architecture.outputs] == [4, 3, 5, 7, 6]
    assert [block.level for block in PUBLISHED["r0-sp53"].architecture.outputs] == [3, 4, 5, 7, 6]


def test_parents_of_intermediates_lie_within_the_published_windows():
    def reach(name):
        rows = enumerate(PUBLISHED[name].architecture.intermediates, 2)
        return max(index - block.parents[0] for index, block in rows)

    assert (reach("spinenet-49"), reach("r0-sp53")) == (4, 5)


def test_every_scaling_has_the_same_graph():
    graphs = {
        (one.architecture.intermediates, one.architecture.outputs)
        for name, one in PUBLISHED.items()
        if name.startswith("spinenet")
    }
    assert len(graphs) == 1


def test_every_record_names_its_source():
    assert all(record.source for record in PUBLISHED.values())
