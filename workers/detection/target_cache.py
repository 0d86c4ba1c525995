"""Keeps the matched targets of pictures that come back unchanged: matching costs more than the loss itself."""

import torch
from torch import Tensor

from nas.tasks.detection import Matching
from workers.detection.matching import Targets, make_targets

Key = tuple[int, bytes]


class TargetCache:
    """Targets of pictures over one set of anchors [A, 4], made on the anchors' device and kept up to `limit_bytes`.

    A picture is known again by its id and its boxes, so its flips are kept side by side. Once full it keeps what it
    has: over a training every picture comes equally often. With `limit_bytes` 0 nothing is kept.
    """

    def __init__(self, anchors: Tensor, options: Matching, *, limit_bytes: int) -> None:
        self._anchors = anchors
        self._options = options
        self._limit_bytes = limit_bytes
        self._kept: dict[Key, Targets] = {}
        self.kept_bytes = 0

    @torch.no_grad()
    def targets(self, image_id: int, boxes: Tensor, labels: Tensor, crowd: Tensor) -> Targets:
        """Targets for boxes [N, 4], labels [N] and crowd marks [N] of one picture, all on the CPU."""
        key = (image_id, boxes.numpy().tobytes())
        found = self._kept.get(key)
        if found is None:
            device = self._anchors.device
            moved = (values.to(device) for values in (boxes, labels, crowd))
            found = make_targets(self._anchors, *moved, options=self._options)
            self._keep(key, found)
        return found

    def _keep(self, key: Key, targets: Targets) -> None:
        size = len(key[1]) + sum(values.nbytes for values in (targets.labels, targets.positives, targets.codes))
        if self.kept_bytes + size <= self._limit_bytes:
            self._kept[key] = targets
            self.kept_bytes += size
