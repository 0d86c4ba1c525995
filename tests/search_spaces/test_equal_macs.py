"""The control at equal compute costs as nearly what the learned resizer costs as whole pixels allow."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search_spaces.equal_macs import equal_macs_control
from search_spaces.joint.architecture import Joint
from search_spaces.parts import part
from search_spaces.registry import published_architecture
from search_spaces.resizer.architecture import Resizer, control_of
from search_spaces.resizer.cost import resizer_cost
from search_spaces.retinanet import detector_cost

SPINENET_49 = published_architecture("spinenet-49")
HEAD = {"classes": 90, "head_filters": 256, "head_convs": 4, "anchors_per_position": 9}


def joint(**fields):
    return Joint(parts={"backbone": SPINENET_49, "resizer": Resizer.load(fields)})


def detector_macs(architecture):
    resizer = part(architecture, "resizer")
    return detector_cost(SPINENET_49, size=resizer.output_size, **HEAD).macs + resizer_cost(resizer).macs


def area(architecture):
    """A network of 100 multiply-adds a pixel."""
    resizer = part(architecture, "resizer")
    height, width = resizer.output_size
    return 100 * height * width + resizer_cost(resizer).macs


@pytest.mark.parametrize("filters", [8, 16, 32])
@pytest.mark.parametrize("taken", [768, 960, 1280])
def test_spinenet_49_behind_a_resizer_and_its_control_cost_the_same_within_a_step(taken, filters):
    learned = joint(input_size=taken, output_size=640, filters=filters)
    control = equal_macs_control(learned, detector_macs)
    resizer = part(control, "resizer")
    assert (resizer.method, resizer.input_size, part(control, "backbone")) == ("none", (taken, taken), SPINENET_49)
    assert 640 < resizer.output_size[0] == resizer.output_size[1] < 740
    assert detector_macs(control) == pytest.approx(detector_macs(learned), rel=0.016)  # a row of cells on all levels


def test_no_other_size_is_nearer_and_none_larger_as_near():
    learned = joint(input_size=768, output_size=640)
    target, control = detector_macs(learned), equal_macs_control(learned, detector_macs)
    found = part(control, "resizer").output_size[0]

    def far(side):
        return abs(detector_cost(SPINENET_49, size=(side, side), **HEAD).macs - target)

    distances = {side: far(side) for side in range(641, 760)}
    nearest = min(distances.values())
    assert found == max(side for side, distance in distances.items() if distance == nearest)


@settings(max_examples=50, deadline=None)
@given(st.integers(32, 300), st.integers(32, 300), st.integers(1, 40), st.integers(0, 3))
def test_the_output_keeps_its_shape_and_grows(height, width, filters, blocks):
    learned = joint(input_size=[400, 300], output_size=[height, width], filters=filters, blocks=blocks)
    rows, columns = part(equal_macs_control(learned, area), "resizer").output_size
    assert rows >= height
    assert columns >= width
    assert abs(rows * width - columns * height) <= max(height, width)
    step = (rows + columns) / (rows * columns)  # one more pixel on each side
    assert 100 * rows * columns == pytest.approx(area(learned), rel=step)


def test_it_may_be_kept_within_a_largest_side():
    learned = joint(input_size=64, output_size=64, filters=32)
    assert part(equal_macs_control(learned, area), "resizer").output_size == (1251, 1251)
    assert part(equal_macs_control(learned, area, largest=100), "resizer").output_size == (100, 100)


def test_where_nothing_is_learned_there_is_none():
    resizer = Resizer(input_size=768, output_size=640)
    for architecture in (
        SPINENET_49,
        resizer,
        Joint(parts={"backbone": SPINENET_49}),
        Joint(parts={"backbone": SPINENET_49, "resizer": control_of(resizer)}),
    ):
        assert equal_macs_control(architecture, area) is None
