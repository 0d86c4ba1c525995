"""Average precision by our evaluator against pycocotools, on the same detections."""

import contextlib
import io
from typing import Any

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from benchmarks.rows import Row, alternating
from workers.detection.average_precision import average_precision

IMAGES, DETECTIONS, CLASSES, OBJECTS = 1000, 100, 80, 7
GOAL = 8.0
TOLERANCE = 1e-6


def run() -> list[Row]:
    """1,000 pictures x 100 detections, 80 classes; both must agree."""
    truth, detections = _drawn(np.random.default_rng(0))
    ours_ap = average_precision(truth, detections)["AP"]
    rival_ap = _pycocotools(truth, detections)
    if abs(ours_ap - rival_ap) > TOLERANCE:
        raise AssertionError(f"AP {ours_ap} against pycocotools' {rival_ap}")
    ours, rival = alternating(
        lambda: average_precision(truth, detections), lambda: _pycocotools(truth, detections), repeats=3
    )
    return [
        Row(
            name=f"average precision, {IMAGES:,} pictures x {DETECTIONS}",
            ours=f"{ours:.2f} s",
            rival=f"{rival:.2f} s",
            ratio=rival / ours,
            goal=f"{GOAL:g}x",
            met=rival / ours >= GOAL,
            note=f"both from Python dictionaries; AP {ours_ap:.6f} in both",
        )
    ]


def _pycocotools(truth: dict[str, Any], detections: list[dict[str, Any]]) -> float:
    with contextlib.redirect_stdout(io.StringIO()):
        reference = COCO()
        reference.dataset = truth
        reference.createIndex()
        evaluation = COCOeval(reference, reference.loadRes(detections), "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return float(evaluation.stats[0])


def _drawn(rng: np.random.Generator) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Objects at random, detections that are half of them the objects, shaken."""
    images = [{"id": i, "width": 640, "height": 480, "file_name": f"{i}.jpg"} for i in range(1, IMAGES + 1)]
    annotations, detections = [], []
    for image in images:
        corners = rng.uniform(0, 400, (OBJECTS, 2))
        boxes = np.concatenate([corners, rng.uniform(8, 200, (OBJECTS, 2))], 1)
        labels = rng.integers(1, CLASSES + 1, OBJECTS)
        for box, label in zip(boxes, labels, strict=True):
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": image["id"],
                    "category_id": int(label),
                    "bbox": box.tolist(),
                    "area": float(box[2] * box[3]),
                    "iscrowd": 0,
                }
            )
        picked = rng.integers(0, OBJECTS, DETECTIONS)
        shaken = boxes[picked] + rng.normal(0, 6, (DETECTIONS, 4))
        shaken[:, 2:] = np.maximum(shaken[:, 2:], 2)
        kept = rng.uniform(size=DETECTIONS) < 0.5
        guessed = np.where(kept, labels[picked], rng.integers(1, CLASSES + 1, DETECTIONS))
        for box, label, score in zip(shaken, guessed, rng.uniform(size=DETECTIONS), strict=True):
            detections.append(
                {"image_id": image["id"], "category_id": int(label), "bbox": box.tolist(), "score": float(score)}
            )
    categories = [{"id": i, "name": f"class {i}"} for i in range(1, CLASSES + 1)]
    return {"images": images, "annotations": annotations, "categories": categories}, detections
