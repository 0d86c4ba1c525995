"""What every anchor should predict: a class, background, or nothing at all.

Axes: A anchors, N boxes, P positive anchors, B pictures.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor

from nas.tasks.detection import Matching
from workers.detection.boxes import covered, encode, iou

BACKGROUND = -1
IGNORED = -2


@dataclass(frozen=True, kw_only=True, slots=True)
class Targets:
    """Targets of one picture, or of a batch: then `labels` is [B, A] and `positives` count through the batch."""

    labels: Tensor  # [A] int16: class number, BACKGROUND or IGNORED
    positives: Tensor  # [P] int64: the anchors with a class, ascending
    codes: Tensor  # [P, 4] float32: the box codes of these anchors

    def to(self, device: torch.device) -> Self:
        """The same targets on a device."""
        return type(self)(
            labels=self.labels.to(device, non_blocking=True),
            positives=self.positives.to(device, non_blocking=True),
            codes=self.codes.to(device, non_blocking=True),
        )


def make_targets(
    anchors: Tensor, boxes: Tensor, labels: Tensor, crowds: Tensor, *, options: Matching | None = None
) -> Targets:
    """Targets of one picture: anchors [A, 4], boxes [N, 4], class numbers [N], crowd marks [N] (bool).

    They depend on nothing else, so they may be kept as long as the picture is not moved. Crowd boxes are never
    matched; an anchor of which `positive_iou` or more lies in a crowd is ignored instead of being background.
    """
    options = options or Matching()
    matched = match(anchors, boxes[~crowds], options)
    matched[(matched == BACKGROUND) & _in_crowd(anchors, boxes[crowds], options)] = IGNORED
    positives = (matched >= 0).nonzero().squeeze(1)
    owners = matched[positives]
    anchor_labels = matched.clamp(max=BACKGROUND).to(torch.int16)
    anchor_labels[positives] = labels[~crowds][owners].to(torch.int16)
    codes = encode(boxes[~crowds][owners], anchors[positives])
    return Targets(labels=anchor_labels, positives=positives, codes=codes)


def match(anchors: Tensor, boxes: Tensor, options: Matching) -> Tensor:
    """[A, 4], [N, 4] -> for each anchor [A] int64 the number of its box, BACKGROUND or IGNORED.

    An anchor takes the box it overlaps most, from `positive_iou` on. With `force_best`, the anchor that a box overlaps
    most takes this box whatever their overlap, if there is any; of two boxes with one best anchor the first wins.
    """
    if len(boxes) == 0:
        return torch.full((len(anchors),), BACKGROUND, device=anchors.device)
    overlaps = iou(anchors, boxes)
    best, owner = overlaps.max(1)
    owner = owner.masked_fill(best < options.positive_iou, IGNORED)
    owner = owner.masked_fill(best < options.negative_iou, BACKGROUND)
    return _force_best(owner, overlaps) if options.force_best else owner


def _force_best(owner: Tensor, overlaps: Tensor) -> Tensor:
    number = overlaps.shape[1]
    best, anchor = overlaps.max(0)
    boxes = torch.arange(number, device=owner.device).masked_fill(best <= 0, number)
    forced = torch.full_like(owner, number).scatter_reduce(0, anchor, boxes, "amin")
    return torch.where(forced < number, forced, owner)


def _in_crowd(anchors: Tensor, crowds: Tensor, options: Matching) -> Tensor:
    return (covered(anchors, crowds) >= options.positive_iou).any(1)


def collate(targets: Sequence[Targets]) -> Targets:
    """The targets of a batch of pictures over the same anchors."""
    number = len(targets[0].labels)
    return Targets(
        labels=torch.stack([one.labels for one in targets]),
        positives=torch.cat([one.positives + place * number for place, one in enumerate(targets)]),
        codes=torch.cat([one.codes for one in targets]),
    )
