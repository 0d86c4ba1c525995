"""Targets that are matched once."""

import torch

from nas.tasks.detection import Anchors, Matching
from workers.detection.anchors import anchor_boxes
from workers.detection.matching import make_targets
from workers.detection.target_cache import TargetCache

ANCHORS = anchor_boxes((64, 64), (3, 4), Anchors())
BOXES = torch.tensor([[4.0, 4.0, 30.0, 28.0], [20.0, 30.0, 60.0, 60.0]])
LABELS = torch.tensor([0, 2])
CROWD = torch.tensor([False, False])


def test_kept_targets_are_the_matched_ones() -> None:
    cache = TargetCache(ANCHORS, Matching(), limit_bytes=10**6)
    first, second = (cache.targets(1, BOXES, LABELS, CROWD) for _ in range(2))
    matched = make_targets(ANCHORS, BOXES, LABELS, CROWD, options=Matching())
    assert first is second
    assert torch.equal(first.labels, matched.labels)
    assert torch.equal(first.codes, matched.codes)


def test_moved_boxes_and_other_pictures_are_matched_anew() -> None:
    cache = TargetCache(ANCHORS, Matching(), limit_bytes=10**6)
    first = cache.targets(1, BOXES, LABELS, CROWD)
    assert cache.targets(1, BOXES + 1, LABELS, CROWD) is not first
    assert cache.targets(2, BOXES, LABELS, CROWD) is not first
    assert cache.targets(1, BOXES.clone(), LABELS, CROWD) is first


def test_it_stays_within_its_limit() -> None:
    one = TargetCache(ANCHORS, Matching(), limit_bytes=10**9)
    one.targets(0, BOXES, LABELS, CROWD)
    limit = 3 * one.kept_bytes
    cache = TargetCache(ANCHORS, Matching(), limit_bytes=limit)
    for picture in range(10):
        cache.targets(picture, BOXES, LABELS, CROWD)
    assert cache.kept_bytes == limit


def test_a_limit_of_zero_keeps_nothing() -> None:
    cache = TargetCache(ANCHORS, Matching(), limit_bytes=0)
    assert cache.targets(0, BOXES, LABELS, CROWD) is not cache.targets(0, BOXES, LABELS, CROWD)
    assert cache.kept_bytes == 0
