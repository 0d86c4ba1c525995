"""What arithmetic knows about a candidate before any training: the metrics that cost nothing, per kind of task."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nas.errors import DocumentError
from nas.tasks.detection import DetectionTask
from search_spaces.retinanet import detector_cost
from search_spaces.space import Architecture
from search_spaces.spinenet.architecture import SpineNet
from search_spaces.spinenet.cost import backbone_cost

StaticMetrics = Callable[[Architecture], dict[str, float]]
STATIC_METRICS = ("params", "macs", "backbone_params", "backbone_macs")


def static_metrics_of(task: DetectionTask) -> StaticMetrics:
    """The function from an architecture to `STATIC_METRICS`, built around the task once per search.

    Raises `DocumentError` when the number of classes is to be counted and the annotations cannot be read.
    """
    return KINDS[task.kind](task)


def detection_metrics(task: DetectionTask) -> StaticMetrics:
    """The metrics of a RetinaNet detector and of its backbone alone, for one picture."""
    head = {
        "size": task.image_size,
        "classes": task.data.classes or count_classes(Path(task.data.val.annotations)),
        "head_filters": task.head.filters,
        "head_convs": task.head.convs,
        "anchors_per_position": task.anchors.per_position,
    }

    def metrics(architecture: Architecture) -> dict[str, float]:
        assert isinstance(architecture, SpineNet), f"no detector is built around a {type(architecture).__name__}"
        detector = detector_cost(architecture, **head)  # type: ignore[arg-type]
        backbone = backbone_cost(architecture, task.image_size)
        return {
            "params": float(detector.params),
            "macs": float(detector.macs),
            "backbone_params": float(backbone.params),
            "backbone_macs": float(backbone.macs),
        }

    return metrics


KINDS: dict[str, Callable[[Any], StaticMetrics]] = {"detection": detection_metrics}


def count_classes(annotations: Path) -> int:
    """The number of categories of a COCO file. Raises `DocumentError` naming the file and what is wrong with it."""
    field = "task.data.val.annotations"
    try:
        content = json.loads(annotations.read_bytes())
    except OSError as error:
        raise DocumentError([(field, f"cannot be read: {error.strerror}, got {str(annotations)!r}")]) from error
    except ValueError as error:
        raise DocumentError([(field, f"must be JSON, got {str(annotations)!r}: {error}")]) from error
    categories = content.get("categories") if isinstance(content, dict) else None
    if not isinstance(categories, list) or not categories:
        raise DocumentError([(field, f"must list categories, as COCO instances do, got {str(annotations)!r}")])
    return len(categories)
