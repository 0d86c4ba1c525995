"""Which anchors answer for which boxes."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from nas.tasks.detection import Anchors, Matching
from workers.detection.anchors import anchor_boxes
from workers.detection.boxes import encode, iou
from workers.detection.matching import BACKGROUND, IGNORED, Targets, collate, make_targets, match

ANCHORS = anchor_boxes((64, 96), (3, 4, 5), Anchors(scales=2, aspect_ratios=(1.0, 2.0), size=2.0))
SIDE = st.floats(1, 80, width=32)
BOX = st.tuples(st.floats(0, 90, width=32), st.floats(0, 60, width=32), SIDE, SIDE).map(
    lambda box: (box[0], box[1], box[0] + box[2], box[1] + box[3])
)
BOXES = st.lists(BOX, max_size=6).map(lambda boxes: torch.tensor(boxes).reshape(-1, 4))
THRESHOLDS = st.sampled_from([(0.3, 0.3), (0.5, 0.5), (0.5, 0.3), (0.6, 0.5), (0.6, 0.0)])
OPTIONS = st.tuples(THRESHOLDS, st.booleans()).map(
    lambda drawn: Matching(positive_iou=drawn[0][0], negative_iou=drawn[0][1], force_best=drawn[1])
)


def slow_match(boxes: Tensor, options: Matching) -> list[int]:
    """The rule, anchor by anchor."""
    overlaps = iou(ANCHORS, boxes).tolist()
    owners = [_slow_owner(row, options) for row in overlaps]
    taken: set[int] = set()
    for number in range(len(boxes)) if options.force_best else ():
        column = [row[number] for row in overlaps]
        best = column.index(max(column))
        if column[best] > 0 and best not in taken:
            owners[best] = number
            taken.add(best)
    return owners


def _slow_owner(row: list[float], options: Matching) -> int:
    best = max(row, default=0.0)
    if row and best >= options.positive_iou:
        return row.index(best)
    return BACKGROUND if best < options.negative_iou or not row else IGNORED


def targets_of(boxes: Tensor, *, crowds: tuple[int, ...] = (), **options: object) -> Targets:
    marks = torch.tensor([number in crowds for number in range(len(boxes))], dtype=torch.bool)
    return make_targets(ANCHORS, boxes, torch.arange(len(boxes)), marks, options=Matching(**options))


@settings(max_examples=100, deadline=None)
@given(BOXES, OPTIONS)
def test_matching_follows_the_rule_anchor_by_anchor(boxes, options):
    assert match(ANCHORS, boxes, options).tolist() == slow_match(boxes, options)


@settings(max_examples=60, deadline=None)
@given(BOXES, OPTIONS)
def test_positives_are_exactly_the_anchors_with_a_class(boxes, options):
    targets = make_targets(
        ANCHORS, boxes, torch.arange(len(boxes)), torch.zeros(len(boxes), dtype=torch.bool), options=options
    )
    assert torch.equal(targets.positives, (targets.labels >= 0).nonzero()[:, 0])
    owners = targets.labels[targets.positives].long()
    assert torch.equal(targets.codes, encode(boxes[owners], ANCHORS[targets.positives]))


def test_between_the_thresholds_an_anchor_is_ignored():
    anchor = torch.tensor([[0.0, 0.0, 10.0, 10.0]])
    options = Matching(positive_iou=0.6, negative_iou=0.4, force_best=False)
    found = [match(anchor, torch.tensor([[0.0, 0.0, width, 10.0]]), options).item() for width in (3.9, 4.1, 5.9, 6.1)]
    assert found == [BACKGROUND, IGNORED, IGNORED, 0]


def test_the_best_anchor_of_a_hopeless_box_is_positive_only_if_forced():
    tiny = torch.tensor([[40.0, 40.0, 41.0, 41.0]])
    assert len(targets_of(tiny, force_best=False).positives) == 0
    forced = targets_of(tiny).positives
    assert len(forced) == 1
    assert iou(ANCHORS[forced], tiny).item() == iou(ANCHORS, tiny).max().item()


def test_a_box_that_overlaps_no_anchor_forces_none():
    assert len(targets_of(torch.tensor([[9000.0, 9000.0, 9010.0, 9010.0]])).positives) == 0


def test_of_two_boxes_with_one_best_anchor_the_first_wins():
    boxes = ANCHORS[[17, 17]] + torch.tensor([[0.5], [0.0]])
    assert targets_of(boxes).labels[17] == 0


def test_a_picture_without_boxes_is_all_background():
    targets = targets_of(torch.zeros(0, 4))
    assert torch.all(targets.labels == BACKGROUND)
    assert targets.codes.shape == (0, 4)


def test_crowds_are_never_matched_and_what_lies_in_them_is_ignored():
    crowd = torch.tensor([[0.0, 0.0, 48.0, 64.0]])
    targets = targets_of(crowd, crowds=(0,))
    inside = ANCHORS[targets.labels == IGNORED]
    assert len(targets.positives) == 0
    assert len(inside) > 0
    left = torch.minimum(ANCHORS[:, 2], torch.tensor(48.0)) - ANCHORS[:, 0].clamp(min=0)
    high = ANCHORS[:, 3].clamp(max=64) - ANCHORS[:, 1].clamp(min=0)
    share = left.clamp(min=0) * high.clamp(min=0) / (ANCHORS[:, 2:] - ANCHORS[:, :2]).prod(1)
    assert torch.equal(targets.labels == IGNORED, share >= 0.5)


def test_a_box_inside_a_crowd_is_matched_all_the_same():
    box = ANCHORS[[60]]
    crowd = box + torch.tensor([[-20.0, -20.0, 20.0, 20.0]])
    with_crowd = targets_of(torch.cat([box, crowd]), crowds=(1,))
    assert torch.equal(with_crowd.positives, targets_of(box).positives)
    assert with_crowd.labels[60] == 0


def test_a_batch_counts_its_positives_through():
    pictures = [targets_of(ANCHORS[[number]]) for number in (3, 40)] + [targets_of(torch.zeros(0, 4))]
    batch = collate(pictures)
    assert batch.labels.shape == (3, len(ANCHORS))
    assert torch.equal(batch.positives, (batch.labels.flatten() >= 0).nonzero()[:, 0])
    assert torch.equal(batch.codes, torch.cat([one.codes for one in pictures]))


def test_targets_move_between_devices():
    moved = targets_of(ANCHORS[[3]]).to(torch.device("meta"))
    assert {moved.labels.device.type, moved.positives.device.type, moved.codes.device.type} == {"meta"}


@pytest.mark.parametrize("number", [0, 300, len(ANCHORS) - 1])
def test_a_box_equal_to_an_anchor_has_zero_codes_there(number):
    targets = targets_of(ANCHORS[[number]])
    place = targets.positives.tolist().index(number)
    assert targets.codes[place].abs().max() < 1e-6
