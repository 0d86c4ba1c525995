"""Any architecture has a drawing."""

import random

import pytest

from search_spaces.drawing import figures_of
from search_spaces.figures import Form
from search_spaces.genotypes import sample
from search_spaces.registry import SPACES, space_from

RESIZER = {"kind": "resizer", "blocks": 2, "filters": 8, "input_size": [128, 128], "output_size": [64, 64]}
JOINT = {
    "kind": "joint",
    "parts": {
        "backbone": {"kind": "vgg", "stages": [{"width": 8, "depth": 1}]},
        "resizer": RESIZER,
        "training": {"kind": "training", "values": {"optimizer.learning_rate": 0.01}},
    },
}


@pytest.mark.parametrize("kind", SPACES)
def test_samples_of_every_space_are_drawn(kind):
    options = {"spinenet": {}, "fixed": {"architecture": "spinenet-49"}}.get(kind, SPACES[kind].example)
    draw = sample(space_from({"kind": kind, **options}), random.Random(0))
    figures = figures_of(draw.architecture.model_dump(mode="json"), (192, 192))
    for figure in figures:
        assert figure.facts or figure.nodes
        ids = [node.id for node in figure.nodes]
        assert len(set(ids)) == len(ids)
        assert {edge.source for edge in figure.edges} | {edge.target for edge in figure.edges} <= set(ids)
        assert {node.row for node in figure.nodes} <= {row.number for row in figure.rows}


def test_parts_come_in_the_order_that_pictures_take_and_see_what_the_resizer_gives():
    resizer, backbone, training = figures_of(JOINT, (32, 32))
    assert [part.role for part in (resizer, backbone, training)] == ["resizer", "backbone", "training"]
    assert backbone.nodes[0].lines == ("64 × 64",)
    assert (training.form, training.facts) == (Form.TABLE, (("values.optimizer.learning_rate", "0.01"),))


def test_what_is_not_known_is_a_table_of_its_values():
    (figure,) = figures_of({"kind": "toy", "taps": [1, 2], "stages": [{"wide": True}]}, None)
    assert (figure.kind, figure.form, figure.nodes) == ("toy", Form.TABLE, ())
    assert figure.facts == (("taps", "1, 2"), ("stages.0.wide", "True"))
