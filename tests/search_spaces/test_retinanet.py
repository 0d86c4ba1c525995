"""Costs of RetinaNet detectors: the published table."""

import pytest

from search_spaces.cost import Cost
from search_spaces.retinanet import detector_cost
from search_spaces.spinenet.cost import backbone_cost
from search_spaces.spinenet.published import PUBLISHED

SPINENET_49 = PUBLISHED["spinenet-49"].architecture
BLOOD_CELLS = SPINENET_49.model_copy(update={"width": 0.125, "alpha": 0.25, "stem_filters": 16, "endpoint_filters": 32})


def published_cost(name, *, size=None, classes=91, **changes):
    record = PUBLISHED[name]
    return detector_cost(
        record.architecture.model_copy(update=changes),
        size=record.size if size is None else (size, size),
        classes=classes,
        head_filters=record.head_filters,
        head_convs=record.head_convs,
        anchors_per_position=9,
    )


@pytest.mark.parametrize(
    ("name", "changes", "params", "conv_giga", "giga"),
    [
        ("spinenet-49s", {}, 11_265_942, 30.779, 30.863),
        ("spinenet-49s", {"endpoint_filters": 256}, 11_944_598, 33.745, 33.831),
        ("spinenet-49", {}, 28_543_383, 85.282, 85.414),
        ("spinenet-49", {"size": 896}, 28_543_383, 167.152, 167.411),
        ("spinenet-96", {}, 42_974_871, 265.024, 265.490),
        ("spinenet-143", {}, 66_959_511, 523.338, 524.304),
        ("spinenet-190", {}, 163_637_351, 1881.660, 1883.323),
        ("r0-sp53", {}, 26_056_215, 94.770, 94.942),
    ],
)
def test_detectors_cost_what_was_published(name, changes, params, conv_giga, giga):
    cost = published_cost(name, **changes)
    assert cost.params == params
    assert round(cost.conv_macs / 1e9, 3) == conv_giga
    assert round(cost.macs / 1e9, 3) == giga


def test_eighty_classes_explain_the_numbers_of_the_ports():
    cost = published_cost("spinenet-49", classes=80)
    assert (round(cost.params / 1e6, 2), round(cost.conv_macs / 1e9, 1)) == (28.32, 83.3)


def test_the_blood_cell_detector_costs_the_prototype_s_params_and_the_biases_of_its_head():
    """The prototype's 324,717 params come without biases before batch norms; the published head has them."""
    cost = detector_cost(BLOOD_CELLS, size=(192, 192), classes=3, head_filters=32, head_convs=1, anchors_per_position=3)
    assert cost.params == 324_717 + 2 * 32


def test_a_head_without_convolutions_predicts_from_the_endpoints():
    cost = detector_cost(BLOOD_CELLS, size=(128, 128), classes=3, head_filters=99, head_convs=0, anchors_per_position=1)
    pixels = 16 * 16 + 8 * 8 + 4 * 4 + 2 * 2 + 1
    weights = 32 * 7 * 9
    head = Cost(params=weights + 7, conv_macs=weights * pixels)
    assert cost == backbone_cost(BLOOD_CELLS, (128, 128)) + head


def test_batch_norms_stand_per_level_and_convolutions_once():
    one, two = (
        detector_cost(
            BLOOD_CELLS, size=(128, 128), classes=1, head_filters=32, head_convs=convs, anchors_per_position=1
        )
        for convs in (1, 2)
    )
    convolution, norms = 32 * 32 * 9 + 32, 5 * 2 * 32
    assert two.params - one.params == 2 * (convolution + norms)
