"""Shapes run through the operations of the reference networks; a picture too small for one is told the least size."""

import pytest

from search_spaces.errors import InvalidArchitecture
from search_spaces.reference.architecture import NAMES
from search_spaces.reference.operations import Kind, Shape, least_size, operations, steps

FEATURES = {  # of the last features before pooling, at 224
    "resnet50": (2048, 7, 7),
    "densenet121": (1024, 7, 7),
    "mobilenet_v2": (1280, 7, 7),
    "inception_v3": (2048, 5, 5),
    "efficientnet_b0": (1280, 7, 7),
    "vgg16": (512, 7, 7),
}


@pytest.mark.parametrize("name", NAMES)
def test_the_last_features_have_the_published_shape(name):
    pooled = [step for step in steps(name, (224, 224), 10) if step.operation.kind is Kind.ADAPTIVE_POOL][-1]
    assert pooled.given == Shape(*FEATURES[name])


@pytest.mark.parametrize("name", NAMES)
def test_a_network_ends_in_a_score_for_every_class(name):
    assert steps(name, (128, 300), 7)[-1].made == Shape(7, 1, 1)


@pytest.mark.parametrize("name", NAMES)
def test_parents_come_before_what_takes_them_and_nothing_is_left_over(name):
    taken = {0}
    for index, operation in enumerate(operations(name), 1):
        assert all(parent < index for parent in operation.parents)
        taken |= set(operation.parents)
    assert taken == set(range(len(operations(name))))


def test_the_least_sizes_are_the_published_ones():
    found = {name: least_size(name) for name in NAMES}
    assert found == {"densenet121": 29, "inception_v3": 75, "vgg16": 32} | dict.fromkeys(
        ("resnet50", "mobilenet_v2", "efficientnet_b0"), 1
    )


@pytest.mark.parametrize("name", NAMES)
def test_the_least_size_holds_in_height_and_in_width(name):
    least = least_size(name)
    for size in ((least, least), (least, 200), (200, least)):
        assert steps(name, size, 3)
    for size in ((least - 1, 200), (200, least - 1), (0, 0), (-5, 200)):
        with pytest.raises(InvalidArchitecture, match=f"^name: {name} takes pictures of at least {least} in height"):
            steps(name, size, 3)


def test_the_sentence_names_the_size_that_was_got():
    with pytest.raises(InvalidArchitecture) as raised:
        steps("inception_v3", (300, 64), 3)
    assert raised.value.problems == (
        ("name", "inception_v3 takes pictures of at least 75 in height and in width, got (300, 64)"),
    )
