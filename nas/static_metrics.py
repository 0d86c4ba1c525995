"""What arithmetic knows about a candidate before any training: the metrics that cost nothing, per kind of task.

`params` and `macs` are those of the whole network, `backbone_*` those of a detector's backbone, or of a classifier
without the resizer in front of it. Where the space has a resizer, `RESIZER_METRICS` tell its own share.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from nas.errors import DocumentError
from nas.tasks.classification import ClassificationTask, class_names
from nas.tasks.detection import SIDES, DetectionTask
from nas.tasks.quality import SCORES, QualityTask
from nas.tasks.training import TrainingOptions
from search_spaces.cost import Cost
from search_spaces.errors import InvalidArchitecture
from search_spaces.parts import part
from search_spaces.reference.cost import reference_cost
from search_spaces.resizer.architecture import Resizer
from search_spaces.resizer.cost import resizer_cost
from search_spaces.retinanet import detector_cost
from search_spaces.space import Architecture
from search_spaces.spinenet.architecture import SpineNet
from search_spaces.spinenet.classifier import classifier_cost
from search_spaces.spinenet.cost import backbone_cost
from search_spaces.vgg.cost import vgg_cost

Size = tuple[int, int]
StaticMetrics = Callable[[Architecture], dict[str, float]]
ClassifierCost = Callable[[Any, Size, int], Cost]

STATIC_METRICS = ("params", "macs", "backbone_params", "backbone_macs")
RESIZER_METRICS = ("resizer_paper_params", "resizer_params", "resizer_macs")
CLASSIFIERS: Mapping[str, ClassifierCost] = MappingProxyType(
    {"spinenet": classifier_cost, "vgg": vgg_cost, "torchvision": reference_cost}
)
"""The cost of a classifier around a backbone, by the backbone's kind."""


def static_metrics_of(task: TrainingOptions) -> StaticMetrics:
    """The function from an architecture to its static metrics, built around the task once per search.

    The function raises `InvalidArchitecture` for an architecture the task can build no network around. Raises
    `DocumentError` when the number of classes is to be counted and the data cannot be read.
    """
    kind: str = getattr(task, "kind", type(task).__name__)
    return KINDS[kind](task)


def detection_metrics(task: DetectionTask) -> StaticMetrics:
    """The metrics of a RetinaNet detector, of its backbone alone, and of the resizer in front of it, for one picture.

    A resizer's output size takes the place of the task's `image_size`, and keeps its bounds.
    """
    head: dict[str, int] = {
        "classes": task.data.classes or count_classes(Path(task.data.val.annotations)),
        "head_filters": task.head.filters,
        "head_convs": task.head.convs,
        "anchors_per_position": task.anchors.per_position,
    }

    def metrics(architecture: Architecture) -> dict[str, float]:
        backbone, resizer = part(architecture, "backbone"), part(architecture, "resizer")
        if not isinstance(backbone, SpineNet):
            raise _unfit(backbone or architecture, "detector", ("spinenet",))
        if not isinstance(resizer, Resizer):
            size = task.image_size
            return _metrics(detector_cost(backbone, size=size, **head), backbone_cost(backbone, size))
        size = _detected(resizer.output_size)
        return _resized(detector_cost(backbone, size=size, **head), backbone_cost(backbone, size), resizer)

    return metrics


def _detected(size: Size) -> Size:
    """The size itself, where a detector may be given pictures of it. Raises `InvalidArchitecture`."""
    low, high = SIDES
    if not all(low <= side <= high for side in size):
        raise InvalidArchitecture(
            [("parts.resizer.output_size", f"must have sides in {low}..{high}, got {size[0]} x {size[1]}")]
        )
    return size


def classification_metrics(task: ClassificationTask) -> StaticMetrics:
    """The metrics of a classifier and of the resizer in front of it, for one picture."""
    classes = task.data.classes or count_class_folders(Path(task.data.train))
    return classifier_metrics(size=task.image_size, classes=classes)


def quality_metrics(task: QualityTask) -> StaticMetrics:
    """The metrics of a network that predicts votes, a classifier of scores, and of the resizer in front of it."""
    return classifier_metrics(size=task.image_size, classes=SCORES)


def classifier_metrics(*, size: Size, classes: int) -> StaticMetrics:
    """The metrics of a classifier that reads pictures of `size`, or of its resizer's output size if there is one."""

    def metrics(architecture: Architecture) -> dict[str, float]:
        backbone, resizer = part(architecture, "backbone"), part(architecture, "resizer")
        kind = kind_of(backbone or architecture)
        if kind not in CLASSIFIERS:
            raise _unfit(backbone or architecture, "classifier", tuple(CLASSIFIERS))
        if not isinstance(resizer, Resizer):
            cost = CLASSIFIERS[kind](backbone, size, classes)
            return _metrics(cost, cost)
        cost = CLASSIFIERS[kind](backbone, resizer.output_size, classes)
        return _resized(cost, cost, resizer)

    return metrics


def _resized(network: Cost, backbone: Cost, resizer: Resizer) -> dict[str, float]:
    """The metrics of a network behind a resizer, and of the backbone in it."""
    own = resizer_cost(resizer)
    return {
        "params": float(network.params + own.params),
        "macs": float(network.macs + own.macs),
        "backbone_params": float(backbone.params),
        "backbone_macs": float(backbone.macs),
        "resizer_paper_params": float(own.paper_params),
        "resizer_params": float(own.params),
        "resizer_macs": float(own.macs),
    }


def _metrics(network: Cost, backbone: Cost) -> dict[str, float]:
    values = (network.params, network.macs, backbone.params, backbone.macs)
    return dict(zip(STATIC_METRICS, map(float, values), strict=True))


def kind_of(architecture: Architecture) -> str:
    """The kind of an architecture."""
    return str(getattr(architecture, "kind", type(architecture).__name__))


def _unfit(architecture: Architecture, network: str, kinds: tuple[str, ...]) -> InvalidArchitecture:
    sentence = f"must be one of {', '.join(kinds)} to be a {network}, got {kind_of(architecture)!r}"
    return InvalidArchitecture([("kind", sentence)])


KINDS: Mapping[str, Callable[[Any], StaticMetrics]] = MappingProxyType(
    {
        "detection": detection_metrics,
        "classification": classification_metrics,
        "quality": quality_metrics,
        "robustness": classification_metrics,  # of the student, which is a classifier; the teacher costs nothing in use
    }
)


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


def count_class_folders(folder: Path) -> int:
    """The number of class folders in a folder. Raises `DocumentError` naming the folder and what is wrong with it."""
    field = "task.data.train"
    try:
        names = class_names(folder)
    except OSError as error:
        raise DocumentError([(field, f"cannot be read: {error.strerror}, got {str(folder)!r}")]) from error
    if not names:
        raise DocumentError([(field, f"must hold a folder per class, got {str(folder)!r}")])
    return len(names)
