"""From raw predictions to detections: best scores, decoding, suppression by class.

Axes: B pictures, A anchors, K classes, D detections of one picture.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torchvision.ops import batched_nms

from nas.tasks.detection import Suppression
from workers.detection.boxes import decode


@dataclass(frozen=True, kw_only=True, slots=True)
class Detections:
    """What was found on one picture, best score first."""

    boxes: Tensor  # [D, 4] float32: (x1, y1, x2, y2) in input pixels, inside the picture
    scores: Tensor  # [D] float32, of 0..1
    labels: Tensor  # [D] int64: class numbers


@torch.no_grad()
def detect(
    logits: Tensor, codes: Tensor, anchors: Tensor, *, size: tuple[int, int], options: Suppression
) -> list[Detections]:
    """Logits [B, A, K], codes [B, A, 4], anchors [A, 4] -> detections per picture of (height, width) `size`.

    A box may be found once per class: suppression works within each class.
    """
    return [_detect_one(*picture, anchors, size, options) for picture in zip(logits, codes, strict=True)]


def _detect_one(
    logits: Tensor, codes: Tensor, anchors: Tensor, size: tuple[int, int], options: Suppression
) -> Detections:
    classes = logits.shape[-1]
    scores, places = _best(logits.flatten(), options)
    anchor, labels = places // classes, places % classes
    boxes = _clip(decode(codes[anchor].float(), anchors[anchor]), size)
    kept = batched_nms(boxes, scores, labels, options.iou_threshold)[: options.detections]
    return Detections(boxes=boxes[kept], scores=scores[kept], labels=labels[kept])


def _best(logits: Tensor, options: Suppression) -> tuple[Tensor, Tensor]:
    """Scores above the threshold, at most `candidates`, and their places; compared as logits, which spares sigmoids."""
    places = (logits > _logit(options.score_threshold)).nonzero().squeeze(1)
    values = logits[places].float()
    if len(values) > options.candidates:
        values, order = values.topk(options.candidates, sorted=False)
        places = places[order]
    return values.sigmoid(), places


def _logit(probability: float) -> float:
    if probability in (0.0, 1.0):
        return -math.inf if probability == 0.0 else math.inf
    return math.log(probability / (1 - probability))


def _clip(boxes: Tensor, size: tuple[int, int]) -> Tensor:
    height, width = size
    return torch.minimum(boxes.clamp(min=0), boxes.new_tensor([width, height, width, height]))
