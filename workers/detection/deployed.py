"""A detector as others use it: from pictures to class logits and boxes in pixels.

Axes: B pictures, A anchors, K classes.
"""

from typing import Any

import torch
from torch import Tensor, nn

from nas.tasks.detection import DetectionTask
from workers.data.split import MEAN_COLOUR
from workers.deployment import Preparation
from workers.detection.boxes import decode
from workers.detection.networks import ResizedDetector
from workers.detection.scaling import Scaling, kept

OUTPUTS = {
    "logits": "[B, A, K] class logits of every anchor; their sigmoids are scores",
    "boxes": "[B, A, 4] boxes x1, y1, x2, y2 in pixels of the input",
}


class DeployedDetector(nn.Module):
    """Pictures [B, 3, H, W] -> logits [B, A, K] of the `classes` there are, and boxes [B, A, 4], not yet suppressed.

    Behind a resizer it also takes `covered` int64 [B, 2]: height and width of the top left that each picture covers.
    """

    anchors: Tensor

    def __init__(self, network: nn.Module, *, anchors: Tensor, scaling: Scaling, classes: int) -> None:
        super().__init__()
        self.network = network
        self.classes = classes
        self.scaling = scaling
        self.register_buffer("anchors", anchors)

    def forward(self, pictures: Tensor, covered: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """The predictions for every anchor."""
        logits, codes = self._predictions(pictures, covered)
        boxes = decode(codes.float(), self.anchors)
        return logits[..., : self.classes], boxes_stored(boxes, self.scaling)

    def _predictions(self, pictures: Tensor, covered: Tensor | None) -> tuple[Tensor, Tensor]:
        network = self.network
        if not isinstance(network, ResizedDetector):
            plain: tuple[Tensor, Tensor] = network(pictures)
            return plain
        assert covered is not None, "a detector behind a resizer has to know what pictures cover"
        resized = network.resizer(kept(pictures, covered))
        found: tuple[Tensor, Tensor] = network.network(kept(resized, covered_seen(covered, self.scaling)))
        return found


def boxes_stored(boxes: Tensor, scaling: Scaling) -> Tensor:
    """[B, A, 4] in pixels that the detector sees -> in those of its input."""
    return boxes if scaling.stored == scaling.seen else scaling.boxes_stored(boxes)


def covered_seen(covered: Tensor, scaling: Scaling) -> Tensor:
    """`Scaling.covered_seen` of int64 [B, 2]."""
    stored, seen = (torch.tensor(size, device=covered.device) for size in (scaling.stored, scaling.seen))
    return -torch.div(-covered * seen, stored, rounding_mode="floor")


def preparation_of(options: DetectionTask, scaling: Scaling) -> Preparation:
    """How pictures are read for a detector."""
    return Preparation(
        fit="letterbox",
        size=scaling.stored,
        stored=scaling.stored,
        mean=options.pixel_mean,
        std=options.pixel_std,
        fill=MEAN_COLOUR,
    )


def reading_of(options: DetectionTask) -> dict[str, Any]:
    """How boxes are chosen: scores above a threshold, the best of them, suppression by class."""
    return {"kind": "detection", **options.suppression.model_dump(mode="json")}
