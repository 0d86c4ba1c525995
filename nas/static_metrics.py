"""What arithmetic knows about a candidate before any training: the metrics that cost nothing, per kind of task.

`params` and `macs` are those of the whole network, `backbone_*` those of a detector's backbone, or of a classifier
without the resizer in front of it. Where the space has a resizer, `RESIZER_METRICS` tell its own share.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from nas.errors import DocumentError
from nas.kinds import kind_named
from nas.tasks.classification import ClassificationTask, class_names
from nas.tasks.detection import SIDES, DetectionTask
from nas.tasks.kinds import EVALUATORS, EvaluatorKind
from nas.tasks.options import TaskOptions
from nas.tasks.quality import SCORES, QualityTask
from search_spaces.cost import Cost
from search_spaces.errors import InvalidArchitecture
from search_spaces.parts import part
from search_spaces.reference.cost import reference_cost
from search_spaces.resizer.architecture import Resizer
from search_spaces.resizer.cost import ResizerCost, resizer_cost
from search_spaces.retinanet import detector_cost
from search_spaces.space import Architecture
from search_spaces.spinenet.architecture import SpineNet
from search_spaces.spinenet.classifier import classifier_cost
from search_spaces.spinenet.cost import backbone_cost
from search_spaces.vgg.cost import vgg_cost

Size = tuple[int, int]
StaticMetrics = Callable[[Architecture], dict[str, float]]
Costs = Callable[[Architecture], "NetworkCost"]
ClassifierCost = Callable[[Any, Size, int], Cost]

STATIC_METRICS = ("params", "macs", "backbone_params", "backbone_macs")
RESIZER_METRICS = ("resizer_paper_params", "resizer_params", "resizer_macs")
CLASSIFIERS: Mapping[str, ClassifierCost] = MappingProxyType(
    {"spinenet": classifier_cost, "vgg": vgg_cost, "torchvision": reference_cost}
)
"""The cost of a classifier around a backbone, by the backbone's kind."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NetworkCost:
    """What a task's network costs for one picture of `size`: `network` without the resizer in front of it."""

    size: Size
    network: Cost
    backbone: Cost
    resizer: ResizerCost | None = None  # None without one

    @property
    def metrics(self) -> dict[str, float]:
        """The metrics of the network with its resizer."""
        own = self.resizer or ResizerCost()
        whole = (self.network.params + own.params, self.network.macs + own.macs)
        values = dict(zip(STATIC_METRICS, (*whole, self.backbone.params, self.backbone.macs), strict=True))
        if self.resizer is not None:
            values |= zip(RESIZER_METRICS, (own.paper_params, own.params, own.macs), strict=True)
        return {name: float(value) for name, value in values.items()}


def static_metrics_of(task: TaskOptions) -> StaticMetrics:
    """The function from an architecture to its static metrics, built around the task once per search.

    The function raises `InvalidArchitecture` for an architecture the task can build no network around. Raises
    `DocumentError` when the number of classes is to be counted and the data cannot be read, and for a task that is no
    longer installed.
    """
    kind: str = getattr(task, "kind", type(task).__name__)
    if kind in KINDS:
        return KINDS[kind](task)
    return installed_metrics(kind_named(EVALUATORS, kind, part="task"))


def static_names(task: TaskOptions) -> tuple[str, ...]:
    """The metrics that the task knows before any training; of ours also those of a resizer."""
    kind: str = getattr(task, "kind", type(task).__name__)
    if kind in KINDS:
        return (*STATIC_METRICS, *RESIZER_METRICS)
    found = EVALUATORS.sound(kind)
    return tuple(found.static_metrics) if found is not None else ()


def installed_metrics(found: EvaluatorKind) -> StaticMetrics:
    """The metrics that an evaluator of an installed package knows of an architecture."""
    numbers = dict(found.static_metrics)
    return lambda architecture: {name: float(number(architecture)) for name, number in numbers.items()}


def detection_metrics(task: DetectionTask) -> StaticMetrics:
    """The metrics of a RetinaNet detector, of its backbone and of the resizer in front of it, for one picture."""
    costs = detector_costs(
        size=task.image_size,
        classes=task.data.classes or count_classes(Path(task.data.val.annotations)),
        head_filters=task.head.filters,
        head_convs=task.head.convs,
        anchors_per_position=task.anchors.per_position,
    )
    return lambda architecture: costs(architecture).metrics


def classification_metrics(task: ClassificationTask) -> StaticMetrics:
    """The metrics of a classifier and of the resizer in front of it, for one picture."""
    classes = task.data.classes or count_class_folders(Path(task.data.train))
    return classifier_metrics(size=task.image_size, classes=classes)


def quality_metrics(task: QualityTask) -> StaticMetrics:
    """The metrics of a network that predicts votes, a classifier of scores, and of the resizer in front of it."""
    return classifier_metrics(size=task.image_size, classes=SCORES)


def classifier_metrics(*, size: Size, classes: int) -> StaticMetrics:
    """The metrics of a classifier that reads pictures of `size`, or of its resizer's output size if there is one."""
    costs = classifier_costs(size=size, classes=classes)
    return lambda architecture: costs(architecture).metrics


def detector_costs(*, size: Size, classes: int, head_filters: int, head_convs: int, anchors_per_position: int) -> Costs:
    """The function from an architecture to the cost of the RetinaNet around it.

    A resizer's output size takes the place of `size`, and keeps its bounds. The function raises `InvalidArchitecture`.
    """
    head = {"head_filters": head_filters, "head_convs": head_convs, "anchors_per_position": anchors_per_position}

    def costs(architecture: Architecture) -> NetworkCost:
        backbone, resizer = part(architecture, "backbone"), _resizer(architecture)
        if not isinstance(backbone, SpineNet):
            raise _unfit(backbone or architecture, "detector", ("spinenet",))
        seen = _detected(resizer.output_size) if resizer else size
        return NetworkCost(
            size=seen,
            network=detector_cost(backbone, size=seen, classes=classes, **head),
            backbone=backbone_cost(backbone, seen),
            resizer=resizer_cost(resizer) if resizer else None,
        )

    return costs


def classifier_costs(*, size: Size, classes: int) -> Costs:
    """The function from an architecture to the cost of the classifier around it, `backbone` being all of it.

    A resizer's output size takes the place of `size`. The function raises `InvalidArchitecture`.
    """

    def costs(architecture: Architecture) -> NetworkCost:
        backbone, resizer = part(architecture, "backbone"), _resizer(architecture)
        kind = kind_of(backbone or architecture)
        if kind not in CLASSIFIERS:
            raise _unfit(backbone or architecture, "classifier", tuple(CLASSIFIERS))
        seen = resizer.output_size if resizer else size
        cost = CLASSIFIERS[kind](backbone, seen, classes)
        own = resizer_cost(resizer) if resizer else None
        return NetworkCost(size=seen, network=cost, backbone=cost, resizer=own)

    return costs


def _resizer(architecture: Architecture) -> Resizer | None:
    """The resizer in front of the network, if there is one."""
    found = part(architecture, "resizer")
    return found if isinstance(found, Resizer) else None


def _detected(size: Size) -> Size:
    """The size itself, where a detector may be given pictures of it. Raises `InvalidArchitecture`."""
    low, high = SIDES
    if not all(low <= side <= high for side in size):
        raise InvalidArchitecture(
            [("parts.resizer.output_size", f"must have sides in {low}..{high}, got {size[0]} x {size[1]}")]
        )
    return size


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
