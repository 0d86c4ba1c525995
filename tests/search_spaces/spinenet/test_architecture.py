"""A SpineNet value keeps its invariants and names what breaks them."""

import json

import pytest

from search_spaces.errors import InvalidArchitecture
from search_spaces.spinenet.architecture import SpineNet
from search_spaces.spinenet.published import PUBLISHED

SPINENET_49 = PUBLISHED["spinenet-49"].architecture
DATA = json.loads(SPINENET_49.canonical_json())


def block(**changes):
    return {"level": 3, "kind": "bottleneck", "parents": [0, 1], **changes}


def test_the_published_graph_has_its_golden_id():
    assert SPINENET_49.architecture_id == "a3ecf96160b28550"


def test_blocks_are_the_intermediates_then_the_outputs():
    assert SPINENET_49.blocks == SPINENET_49.intermediates + SPINENET_49.outputs
    assert [block.level for block in SPINENET_49.blocks] == [2, 4, 3, 4, 6, 4, 5, 7, 5, 5, 4, 3, 5, 7, 6]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"intermediates": [block(parents=[1, 0])]},
            r"intermediates\.0\.parents: must be ascending in 0\.\.1, got 1, 0",
        ),
        ({"intermediates": [block(parents=[1, 1])]}, r"intermediates\.0\.parents: must be ascending"),
        ({"intermediates": [block(parents=[-1, 1])]}, r"intermediates\.0\.parents: must be ascending"),
        ({"intermediates": [], "outputs": [block(parents=[0, 2])]}, r"outputs\.0\.parents: .* 0\.\.1, got 0, 2"),
        ({"intermediates": [block(level=8)]}, r"intermediates\.0\.level: must be less than or equal to 7, got 8"),
        ({"intermediates": [block(kind="mbconv")]}, r"intermediates\.0\.kind: must be 'bottleneck' or 'residual'"),
        ({"intermediates": [block(parents=[0, 1, 2])]}, r"intermediates\.0\.parents"),
        ({"outputs": [block(), block()]}, r"outputs: must have distinct levels, got \[3, 3\]"),
        ({"outputs": []}, "outputs: must have at least 1 entries"),
        ({"width": 0.01}, "width: must be greater than or equal to 0.03125, got 0.01"),
        ({"width": 1e308}, "width: must be less than or equal to 100, got 1e\\+308"),
        ({"endpoint_filters": 10**30}, "endpoint_filters: must be less than or equal to 65536"),
        ({"block_repeats": 101}, "block_repeats: must be less than or equal to 100, got 101"),
        ({"alpha": float("nan")}, "alpha"),
        ({"kind": "toy"}, "kind: must be 'spinenet', got 'toy'"),
    ],
)
def test_a_broken_invariant_is_told_under_its_field(changes, message):
    with pytest.raises(InvalidArchitecture, match=message):
        SpineNet.load({**DATA, **changes})


def test_widths_written_as_integers_are_the_same_architecture():
    assert SpineNet.load({**DATA, "width": 1}).architecture_id == SPINENET_49.architecture_id
