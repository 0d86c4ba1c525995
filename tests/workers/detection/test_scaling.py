"""Boxes follow resized pictures, and what pictures do not cover is masked."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from workers.detection.scaling import Scaling, masked
from workers.networks.resizing import resize

DOWN, EQUAL = Scaling(stored=(96, 64), seen=(64, 32)), Scaling(stored=(64, 64), seen=(64, 64))
UP = Scaling(stored=(32, 48), seen=(64, 64))
SIDES = st.integers(1, 2000)


@pytest.mark.parametrize(
    ("scaling", "seen"),
    [(DOWN, [5, 20, 15, 40]), (EQUAL, [10, 30, 30, 60]), (UP, [10 * 4 / 3, 60, 40, 120])],
    ids=["down", "equal", "up"],
)
def test_a_box_moves_by_the_ratio_of_the_sizes_alone(scaling, seen):
    box = torch.tensor([[10.0, 30.0, 30.0, 60.0]])
    torch.testing.assert_close(scaling.boxes_seen(box), torch.tensor([seen]).float())
    torch.testing.assert_close(scaling.boxes_stored(scaling.boxes_seen(box)), box)


def test_where_nothing_is_resized_a_box_is_the_same_tensor():
    box = torch.rand(3, 4)
    assert EQUAL.boxes_seen(box) is box
    assert EQUAL.boxes_stored(box) is box


@pytest.mark.parametrize("interpolation", ["bilinear", "bicubic", "lanczos", "area"])
@pytest.mark.parametrize("scaling", [DOWN, EQUAL, UP], ids=["down", "equal", "up"])
def test_what_is_in_a_box_is_in_the_moved_box_after_resizing(scaling, interpolation):
    """The centre of mass of a bright square moves as its box does: no half pixel is lost anywhere."""
    picture = torch.zeros(1, 1, *scaling.stored, dtype=torch.float64)
    picture[:, :, 12:24, 12:24] = 1
    seen = resize(picture, scaling.seen, interpolation=interpolation, antialias=True)[0, 0]
    rows, columns = (torch.arange(length).double() + 0.5 for length in seen.shape)
    centre = torch.stack([(seen.sum(0) * columns).sum(), (seen.sum(1) * rows).sum()]) / seen.sum()
    moved = scaling.boxes_seen(torch.tensor([[12.0, 12.0, 24.0, 24.0]], dtype=torch.float64))[0]
    torch.testing.assert_close(centre, (moved[:2] + moved[2:]) / 2, atol=0.02, rtol=0)


@given(SIDES, SIDES, st.data())
def test_covered_is_every_pixel_that_shows_a_part_of_the_picture(stored, seen, data):
    covered = data.draw(st.integers(1, stored))
    ((height, width),) = Scaling(stored=(stored, 7), seen=(seen, 7)).covered_seen([(covered, 7)])
    assert width == 7
    assert 1 <= height <= seen
    assert (height - 1) * stored < covered * seen <= height * stored


def test_padding_is_zero_and_the_rest_is_as_it_was():
    pictures = torch.rand(3, 2, 4, 5) + 1
    found = masked(pictures, [(4, 5), (2, 5), (4, 1)])
    assert torch.equal(found[0], pictures[0])
    assert torch.equal(found[1, :, :2], pictures[1, :, :2])
    assert torch.equal(found[2, :, :, :1], pictures[2, :, :, :1])
    assert not found[1, :, 2:].any()
    assert not found[2, :, :, 1:].any()
    assert masked(pictures, [(4, 5)] * 3) is pictures


def test_the_memory_format_is_kept():
    pictures = torch.rand(2, 3, 4, 5).contiguous(memory_format=torch.channels_last)
    assert masked(pictures, [(4, 5), (2, 2)]).is_contiguous(memory_format=torch.channels_last)
