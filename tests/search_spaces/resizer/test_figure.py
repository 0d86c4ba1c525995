"""Resizers as drawings."""

import pytest

from search_spaces.figures import Arrow, Shape
from search_spaces.resizer.architecture import Resizer, control_of
from search_spaces.resizer.figure import resizer_figure


def resizer(blocks):
    return Resizer(blocks=blocks, filters=8, input_size=(64, 48), output_size=(32, 24), interpolation="bicubic")


@pytest.mark.parametrize(("blocks", "drawn"), [(0, []), (2, ["block 1", "block 2"]), (9, ["9 blocks"])])
def test_residual_blocks_are_drawn_one_by_one_unless_there_are_many(blocks, drawn):
    figure = resizer_figure(resizer(blocks))
    assert [node.label for node in figure.nodes if node.shape is Shape.RESIDUAL] == drawn
    assert dict(figure.facts)["residual blocks r"] == str(blocks)
    assert dict(figure.facts)["filters n"] == "8"


def test_the_interpolation_runs_beside_and_a_shortcut_around_the_blocks():
    figure = resizer_figure(resizer(1))
    ids = {node.id: node for node in figure.nodes}
    assert ids["interpolation"].row != ids["head"].row
    assert {edge.target for edge in figure.edges if edge.source == "picture"} == {"head", "interpolation"}
    (shortcut,) = [edge for edge in figure.edges if edge.arrow is Arrow.SKIP]
    assert (shortcut.source, shortcut.target) == ("resize", "inner sum")
    assert ids["resized"].lines == ("32 × 24",)
    assert all(edge.source in ids and edge.target in ids for edge in figure.edges)


def test_a_plain_one_is_its_interpolation_alone():
    figure = resizer_figure(control_of(resizer(3)))
    assert [node.id for node in figure.nodes] == ["picture", "interpolation", "resized"]
    assert dict(figure.facts) == {"method": "none", "interpolation": "bicubic"}
