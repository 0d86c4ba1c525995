"""Average precision as COCO defines it, computed by faster-coco-eval; a test holds it to pycocotools.

Boxes of detections and annotations are x, y, width, height in pixels of the stored picture, as in COCO's files.
"""

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from faster_coco_eval import COCOeval_faster, mask
from numpy.typing import NDArray
from torch import Tensor

from nas.errors import TrialFailure
from nas.records import FailureKind

Kind = Literal["bbox", "segm"]
Document = Mapping[str, Any]
"""An instances document: lists `images`, `annotations`, `categories`."""

METRICS = (
    *("AP", "AP50", "AP75", "AP_small", "AP_medium", "AP_large"),
    *("AR1", "AR10", "AR100", "AR_small", "AR_medium", "AR_large"),
)
UNDEFINED = -1.0  # the evaluator's mark for a mean over nothing


@dataclass(frozen=True, kw_only=True, slots=True)
class AveragePrecision:
    """`metrics`: COCO's twelve numbers, and `AP50/NAME` per class; `class_ap`: AP per class.

    What no ground truth stands for, small objects where there are none, is left out.
    """

    metrics: dict[str, float]
    class_ap: dict[str, float]


def average_precision(
    ground_truth: Document, detections: Sequence[Mapping[str, Any]], kind: Kind = "bbox"
) -> dict[str, float]:
    """COCO's twelve numbers under the names of `METRICS`, and `AP50/NAME` per class; see `evaluated`."""
    return evaluated(ground_truth, detections, kind).metrics


def evaluated(ground_truth: Document, detections: Sequence[Mapping[str, Any]], kind: Kind = "bbox") -> AveragePrecision:
    """The detections judged against the ground truth; neither is changed.

    `detections`: COCO results, `image_id`, `category_id`, `score` and `bbox`, or `segmentation` (RLE) for segm; of a
    category that is not in the ground truth, they do not count. No detections give zeros. Raises `TrialFailure` of kind
    data if there is no box to find anywhere, `ValueError` for a detection on an unknown picture.
    """
    with _collector_paused():
        truth = _Annotated(ground_truth, _truth(ground_truth))
        found = _Annotated(ground_truth, _results(ground_truth, detections, kind))
        evaluation = COCOeval_faster(truth, found, kind, print_function=_silent)
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return AveragePrecision(
        metrics=_summary(evaluation) | _per_class(evaluation, slice(0, 1), "AP50/"),
        class_ap=_per_class(evaluation, slice(None), ""),
    )


def check_boxes(ground_truth: Document) -> None:
    """Raises `TrialFailure` of kind data if no box is to be found anywhere: no average precision is defined."""
    if all(record.get("iscrowd", 0) for record in ground_truth["annotations"]):
        raise TrialFailure(
            FailureKind.DATA, "average precision is not defined: the validation annotations hold no box to find"
        )


class DetectionRecord:
    """Gathers the detections of a validation pass, picture by picture, and judges them all.

    `ground_truth`: the split's instances document; `category_ids`: the category id of each label.
    """

    def __init__(self, ground_truth: Document, category_ids: Sequence[int]) -> None:
        self._ground_truth = ground_truth
        self._category_ids = tuple(category_ids)
        self._sizes = {image["id"]: (image["width"], image["height"]) for image in ground_truth["images"]}
        self._detections: list[dict[str, Any]] = []

    def add(self, *, image_id: int, boxes: Tensor, scores: Tensor, labels: Tensor, scale: float) -> None:
        """Adds one picture's detections: `boxes` [N, 4] corners in pixels of the letterbox, `scores` and `labels` [N].

        `scale`: pixels of the letterbox per pixel of the picture. Boxes are clipped to the picture.
        """
        corners = boxes.detach().double().cpu().numpy() / scale
        corners = np.clip(corners, 0, np.tile(self._sizes[image_id], 2))
        corners[:, 2:] -= corners[:, :2]
        rows = zip(corners.tolist(), scores.tolist(), labels.tolist(), strict=True)
        self._detections += [
            {"image_id": image_id, "category_id": self._category_ids[label], "bbox": box, "score": score}
            for box, score, label in rows
        ]

    def __len__(self) -> int:
        """Detections so far."""
        return len(self._detections)

    def result(self) -> AveragePrecision:
        """The judgement of everything added so far."""
        return evaluated(self._ground_truth, self._detections)


class _Annotated:
    """What the evaluator asks of its COCO object, for annotations that are always judged whole: the indices which that
    builds over 100,000 detections are a sixth of the time."""

    def __init__(self, document: Document, annotations: list[dict[str, Any]]) -> None:
        self.imgs = {image["id"]: image for image in document["images"]}
        self.cats = {category["id"]: category for category in document["categories"]}
        self._annotations = [record for record in annotations if record["category_id"] in self.cats]

    def getImgIds(self) -> list[int]:
        return list(self.imgs)

    def getCatIds(self) -> list[int]:
        return list(self.cats)

    def getAnnIds(self, imgIds: object, catIds: object) -> range:
        return range(len(self._annotations))

    def loadAnns(self, ids: range) -> list[dict[str, Any]]:
        return self._annotations[ids.start : ids.stop]


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Cyclic collection, triggered by 100,000 small dictionaries that stay alive, would cost a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _silent(*_: object) -> None:
    """What the evaluator would say."""


def _truth(document: Document) -> list[dict[str, Any]]:
    """Copies of the document's annotations. They are numbered from 1, since the evaluator takes an id of 0 for
    "not matched", and twice the same id for one annotation."""
    check_boxes(document)
    return [_annotation(record, number) for number, record in enumerate(document["annotations"], start=1)]


def _annotation(record: Mapping[str, Any], number: int) -> dict[str, Any]:
    """The annotation under another number; the area it may lack, as boxes drawn by hand often do, is its box's."""
    return {"area": record["bbox"][2] * record["bbox"][3], **record, "id": number}


def _results(document: Document, detections: Sequence[Mapping[str, Any]], kind: Kind) -> list[dict[str, Any]]:
    """The detections as the evaluator wants them."""
    known = {image["id"] for image in document["images"]}
    unknown = {record["image_id"] for record in detections} - known
    if unknown:
        raise ValueError(f"image_id must be one of the ground truth's {len(known)} pictures, got {min(unknown)}")
    build = _boxed if kind == "bbox" else _masked
    return [build(record, number) for number, record in enumerate(detections, start=1)]


def _boxed(record: Mapping[str, Any], number: int) -> dict[str, Any]:
    box = record["bbox"]
    return {
        "id": number,
        "image_id": record["image_id"],
        "category_id": record["category_id"],
        "bbox": box,
        "score": record["score"],
        "area": box[2] * box[3],
        "iscrowd": 0,
    }


def _masked(record: Mapping[str, Any], number: int) -> dict[str, Any]:
    """Copied deeply enough: the evaluator writes into the segmentation it is given."""
    segmentation = dict(record["segmentation"])
    return {
        "id": number,
        "image_id": record["image_id"],
        "category_id": record["category_id"],
        "segmentation": segmentation,
        "score": record["score"],
        "area": float(mask.area(segmentation)),
        "bbox": list(record.get("bbox", ())) or mask.toBbox(segmentation).tolist(),
        "iscrowd": 0,
    }


def _summary(evaluation: COCOeval_faster) -> dict[str, float]:
    """The twelve numbers that mean something."""
    numbers = dict(zip(METRICS, map(float, evaluation.stats), strict=True))
    return {name: number for name, number in numbers.items() if number != UNDEFINED}


def _per_class(evaluation: COCOeval_faster, thresholds: slice, prefix: str) -> dict[str, float]:
    """Mean precision over these IoU thresholds, all recalls, all areas and 100 detections, by class name."""
    precision: NDArray[np.float64] = evaluation.eval["precision"][thresholds, :, :, 0, -1]  # [T, R, K]
    defined = precision[0, 0] != UNDEFINED
    means = precision.mean(axis=(0, 1))
    names = _names(evaluation.cocoGt.cats, evaluation.params.catIds)
    return {prefix + name: float(mean) for name, mean, known in zip(names, means, defined, strict=True) if known}


def _names(categories: Mapping[int, Mapping[str, Any]], ids: Sequence[int]) -> list[str]:
    """One name per category id; its id is appended to a name that is there twice."""
    names = [str(categories[number].get("name", number)) for number in ids]
    return [f"{name}#{number}" if names.count(name) > 1 else name for name, number in zip(names, ids, strict=True)]
