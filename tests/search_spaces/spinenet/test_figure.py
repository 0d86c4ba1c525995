"""SpineNets as drawings: everything the figure of the paper shows, and what the released code merges."""

from search_spaces.figures import Arrow, Edge, Form, Shape
from search_spaces.registry import published_architecture
from search_spaces.spinenet.figure import spinenet_figure
from search_spaces.spinenet.graph import live_blocks


def figure(name="spinenet-49", size=(640, 640)):
    return spinenet_figure(published_architecture(name), size)


def told(node):
    return dict((*node.traits, *node.notes))


def test_levels_are_rows_and_blocks_stand_in_building_order():
    drawn = figure()
    assert drawn.form is Form.LEVELS
    assert [(row.label, row.note) for row in drawn.rows][::5] == [
        ("level 2", "stride 4, 160 × 160"),
        ("level 7", "stride 128, 5 × 5"),
    ]
    assert [node.column for node in drawn.nodes] == list(range(17))
    assert [node.row for node in drawn.nodes] == [2, 2, 2, 4, 3, 4, 6, 4, 5, 7, 5, 5, 4, 3, 5, 7, 6]
    assert [node.shape for node in drawn.nodes[:4]] == [Shape.STEM, Shape.STEM, Shape.BOTTLENECK, Shape.RESIDUAL]


def test_every_parent_is_an_arrow_and_the_dangling_block_is_merged():
    drawn = figure()
    inputs = [(edge.source, edge.target) for edge in drawn.edges if edge.arrow is Arrow.INPUT]
    assert len(inputs) == 1 + 2 * 15
    assert {("12", "16"), ("14", "16"), ("0", "1")} <= set(inputs)
    merged = [edge for edge in drawn.edges if edge.arrow is Arrow.MERGED]
    assert merged == [Edge(source="11", target="14", arrow=Arrow.MERGED)]
    assert told(drawn.nodes[14])["merges"] == "11"


def test_outputs_are_named_after_their_level_in_the_order_they_are_built():
    outputs = [(node.id, node.output) for node in figure().nodes if node.output]
    assert outputs == [("12", "P4"), ("13", "P3"), ("14", "P5"), ("15", "P7"), ("16", "P6")]


def test_a_block_is_told_in_words():
    assert told(figure().nodes[3]) == {
        **{"level": "4", "kind": "residual", "inputs": "0, 1", "built": "yes"},
        **{"channels": "256", "map": "40 × 40"},
    }
    assert "map" not in told(figure(size=None).nodes[3])


def test_blocks_that_no_output_needs_are_marked():
    spinenet = published_architecture("spinenet-49")
    dangling = spinenet.intermediates[-1].model_copy(update={"level": 2})
    changed = spinenet.model_copy(update={"intermediates": (*spinenet.intermediates[:-1], dangling)})
    dead = [int(node.id) for node in spinenet_figure(changed, None).nodes if node.dead]
    assert dead == [11]
    assert 11 not in live_blocks(changed)
