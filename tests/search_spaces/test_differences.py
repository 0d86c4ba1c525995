"""What differs between two architectures, in words and in the drawing."""

from search_spaces.differences import differences
from search_spaces.drawing import figures_of
from search_spaces.figures import Arrow, Edge
from search_spaces.registry import published_architecture
from tests.search_spaces.test_drawing import JOINT


def figures(name="spinenet-49", **changes):
    return figures_of({**published_architecture(name).model_dump(mode="json"), **changes}, (640, 640))


def changed_block(place, **fields):
    outputs = published_architecture("spinenet-49").model_dump(mode="json")["outputs"]
    return [{**block, **fields} if index == place else block for index, block in enumerate(outputs)]


def test_an_architecture_does_not_differ_from_itself():
    (found,) = differences(figures(), figures())
    assert (found.sentences, found.nodes, found.edges) == ((), frozenset(), frozenset())


def test_a_block_with_another_input_is_told_and_marked_with_its_arrow():
    (found,) = differences(figures(), figures(outputs=changed_block(0, parents=[5, 11])))
    assert found.sentences == (
        "block 12: inputs 5, 11 instead of 5, 10",
        "block 14: merges none instead of 11",
    )
    assert found.nodes == {"12", "14"}
    assert found.edges == {Edge(source="11", target="12")}
    (back,) = differences(figures(outputs=changed_block(0, parents=[5, 11])), figures())
    assert back.edges == {Edge(source="10", target="12"), Edge(source="11", target="14", arrow=Arrow.MERGED)}


def test_another_width_is_one_difference_not_one_of_every_block():
    (found,) = differences(figures(), figures(width=0.25))
    assert found.sentences == ("width 0.25 instead of 1",)
    assert found.nodes == frozenset()


def test_parts_that_only_one_has_and_parts_of_another_kind_are_told_as_a_whole():
    joint = figures_of(JOINT, (64, 64))
    found = {each.role: each for each in differences(figures(), joint)}
    assert found["backbone"].sentences == ("the backbone is of the kind vgg instead of spinenet",)
    assert found["resizer"].sentences == ("has a resizer (resizer) in addition",)
    assert len(found["backbone"].nodes) == len(joint[1].nodes)
    missing = {each.role: each.sentences for each in differences(joint, figures())}
    assert missing["training"] == ("has no training",)


def test_steps_that_come_or_go_are_told():
    longer = {**JOINT["parts"]["resizer"], "blocks": 3}
    joint = {"kind": "joint", "parts": {**JOINT["parts"], "resizer": longer}}
    resizer, *_ = differences(figures_of(JOINT, None), figures_of(joint, None))
    assert "residual blocks r 3 instead of 2" in resizer.sentences
    assert any(sentence.startswith("block 3 is added: does block 3") for sentence in resizer.sentences)
    back, *_ = differences(figures_of(joint, None), figures_of(JOINT, None))
    assert "block 3 is missing" in back.sentences
