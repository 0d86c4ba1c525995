"""Laws of boxes."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from workers.detection.boxes import LARGEST_LOG_RATIO, areas, covered, decode, encode, iou

COORDINATE = st.floats(-200, 200, width=32)
SIDE = st.floats(0.5, 300, width=32)
BOX = st.tuples(COORDINATE, COORDINATE, SIDE, SIDE).map(lambda box: (box[0], box[1], box[0] + box[2], box[1] + box[3]))
BOXES = st.lists(BOX, min_size=1, max_size=6).map(lambda boxes: torch.tensor(boxes, dtype=torch.float64))


def slow_iou(first: Tensor, second: Tensor) -> float:
    x1, y1, x2, y2 = first.tolist()
    u1, v1, u2, v2 = second.tolist()
    common = max(0.0, min(x2, u2) - max(x1, u1)) * max(0.0, min(y2, v2) - max(y1, v1))
    union = (x2 - x1) * (y2 - y1) + (u2 - u1) * (v2 - v1) - common
    return common / union


@settings(max_examples=60, deadline=None)
@given(BOXES, BOXES)
def test_overlap_is_symmetric_bounded_and_as_one_by_one(first, second):
    overlaps = iou(first, second)
    assert torch.allclose(overlaps, iou(second, first).T)
    assert overlaps.min() >= 0
    assert overlaps.max() <= 1 + 1e-12
    slow = torch.tensor([[slow_iou(a, b) for b in second] for a in first], dtype=torch.float64)
    assert torch.allclose(overlaps, slow)


@settings(max_examples=60, deadline=None)
@given(BOXES, COORDINATE, COORDINATE)
def test_overlap_is_one_with_itself_and_does_not_change_when_all_boxes_move(boxes, right, down):
    moved = boxes + torch.tensor([right, down, right, down], dtype=torch.float64)
    assert torch.allclose(iou(boxes, boxes).diagonal(), torch.ones(len(boxes), dtype=torch.float64))
    assert torch.allclose(iou(moved, moved), iou(boxes, boxes), atol=1e-9)


def test_empty_boxes_overlap_with_nothing_not_even_themselves():
    empty = torch.tensor([[3.0, 3.0, 3.0, 9.0]])
    assert torch.equal(iou(empty, empty), torch.zeros(1, 1))
    assert torch.equal(covered(empty, empty), torch.zeros(1, 1))


def test_no_boxes_give_an_empty_table():
    assert iou(torch.zeros(3, 4), torch.zeros(0, 4)).shape == (3, 0)


def test_the_covered_share_is_relative_to_the_first_box():
    small, large = torch.tensor([[0.0, 0.0, 2.0, 2.0]]), torch.tensor([[1.0, 0.0, 10.0, 10.0]])
    assert covered(small, large).item() == pytest.approx(0.5)
    assert covered(large, small).item() == pytest.approx(2 / 90)


def test_areas_are_never_negative():
    assert torch.equal(areas(torch.tensor([[0.0, 0.0, 2.0, 3.0], [5.0, 5.0, 1.0, 1.0]])), torch.tensor([6.0, 0.0]))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(BOX, BOX), min_size=1, max_size=6))
def test_decoding_undoes_encoding(pairs):
    boxes, anchors = torch.tensor(pairs, dtype=torch.float64).unbind(1)
    codes = encode(boxes, anchors)
    within = codes[:, 2:].amax(1) <= LARGEST_LOG_RATIO
    assert torch.allclose(decode(codes, anchors)[within], boxes[within], atol=1e-6)


def test_codes_are_those_of_faster_rcnn():
    box, anchor = torch.tensor([[10.0, 20.0, 30.0, 60.0]]), torch.tensor([[0.0, 0.0, 10.0, 20.0]])
    expected = torch.tensor([[1.5, 1.5, torch.log(torch.tensor(2.0)), torch.log(torch.tensor(2.0))]])
    assert torch.allclose(encode(box, anchor), expected)


def test_decoded_boxes_grow_within_limits():
    anchor = torch.tensor([[-8.0, -8.0, 8.0, 8.0]])
    decoded = decode(torch.tensor([[0.0, 0.0, 100.0, 100.0]]), anchor)
    assert torch.allclose(decoded, torch.tensor([[-500.0, -500.0, 500.0, 500.0]]))


def test_a_batch_is_decoded_like_its_pictures():
    anchors = torch.tensor([[0.0, 0.0, 8.0, 8.0], [4.0, 4.0, 20.0, 12.0]])
    codes = torch.randn(3, 2, 4, generator=torch.Generator().manual_seed(0))
    assert torch.equal(decode(codes, anchors), torch.stack([decode(one, anchors) for one in codes]))
