"""RetinaNet detection as a task: which data, which model, which loss, which metrics."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch import device as Device

from nas.errors import TrialFailure
from nas.records import FailureKind
from nas.tasks.detection import DetectionTask
from search_spaces.space import Architecture
from workers.data.augment import Batch, normalised
from workers.data.batching import chunks, spread
from workers.data.split import DetectionSplit
from workers.deployment import Deployment
from workers.detection.anchors import anchor_boxes
from workers.detection.average_precision import DetectionRecord, check_boxes
from workers.detection.boxes import decode
from workers.detection.deployed import OUTPUTS, DeployedDetector, boxes_stored, preparation_of, reading_of
from workers.detection.losses import detection_losses
from workers.detection.matching import Targets, collate
from workers.detection.networks import ResizedDetector, build_detector, retinanet_of, scaling_of
from workers.detection.postprocess import Detections, detect
from workers.detection.predictions_sheet import Predicted, show_predictions
from workers.detection.target_cache import TargetCache
from workers.resized_sheet import SHOWN, show_resized
from workers.task import Loss
from workers.training.failures import check_finite

TARGET_CACHE_BYTES = 256 * 2**20
Levels = tuple[int, ...]


class Detection:
    """Answers the four questions for a `DetectionTask`; implements `workers.task.Task`.

    With a resizer, pictures are letterboxed and stored at its input size; anchors, targets and detections are in pixels
    of its output size, which takes the place of the task's `image_size`. What is judged is in pixels of the original
    pictures. Opening reads the annotations and builds the picture cache if need be. Raises `TrialFailure` of kind data.
    """

    def __init__(
        self, options: DetectionTask, *, architecture: Architecture, cache_directory: Path, device: Device
    ) -> None:
        self._options = options
        self._device = device
        self._scaling = scaling_of(architecture, options.image_size)
        stored = self._scaling.stored
        self._val = DetectionSplit(options.data.val, stored, cache_directory)
        categories = self._val.categories
        self._train = DetectionSplit(options.data.train, stored, cache_directory, categories=categories)
        self._ground_truth = self._val.ground_truth()
        check_boxes(self._ground_truth)
        self._classes = _classes(options, len(categories))
        self._anchors: dict[Levels, Tensor] = {}
        self._targets: dict[Levels, TargetCache] = {}

    @property
    def workload(self) -> str:
        """Batch size and picture sizes."""
        scaling = self._scaling
        (tall, wide), (height, width) = scaling.stored, scaling.seen
        resized = "" if scaling.stored == scaling.seen else f", resized to {height} x {width}"
        return f"batches of {self._options.batch_size} pictures of {tall} x {wide}{resized}"

    @property
    def steps_per_epoch(self) -> int:
        """Full batches of the training split."""
        return self._train.steps(self._options.batch_size)

    def description(self) -> dict[str, Any]:
        """The task's options, the class names, and the content of both splits."""
        splits = {"train": self._train, "val": self._val}
        return {
            **self._options.model_dump(mode="json"),
            "categories": [[category.id, category.name] for category in self._val.categories],
            "content_sha256": {name: split.fingerprint for name, split in splits.items()},
        }

    def network(self, architecture: Architecture) -> nn.Module:
        """A RetinaNet on the architecture's backbone, behind its resizer if it has one."""
        return build_detector(architecture, self._options, classes=self._classes)

    def batches(self, *, epoch: int, seed: int) -> Iterator[Batch]:
        """Training batches under random flips and scale jitter."""
        return self._train.train_batches(
            epoch=epoch,
            seed=seed,
            batch_size=self._options.batch_size,
            flips=self._options.flips,
            scale_jitter=self._options.scale_jitter,
            threads=self._options.loader_threads,
        )

    def loss(self, network: nn.Module, batch: Batch) -> Loss:
        """Focal loss and box loss, in float32 whatever the network computed in."""
        logits, codes = self._predictions(network, batch)
        losses = detection_losses(logits, codes, self._batch_targets(_levels(network), batch), self._options.loss)
        parts = {"classes": losses.classes, "boxes": losses.boxes}
        return Loss(total=losses.total, samples=len(batch), parts=parts)

    def evaluate(self, network: nn.Module) -> dict[str, float]:
        """COCO's twelve numbers on the validation split, in pixels of the original pictures; `AP50/NAME` per class."""
        record = DetectionRecord(self._ground_truth, self._val.category_ids)
        threads = self._options.loader_threads
        for batch in self._val.val_batches(self._options.evaluation_batch_size, threads=threads):
            for place, found in enumerate(self._detections(network, batch)):
                record.add(
                    image_id=batch.image_ids[place],
                    boxes=self._scaling.boxes_stored(found.boxes),
                    scores=found.scores,
                    labels=found.labels,
                    scale=batch.scales[place],
                )
        return record.result().metrics

    def show(self, network: nn.Module, folder: Path) -> tuple[Path, ...]:
        """What is found on pictures from all over the validation split, and what a learned resizer makes of them."""
        mean, std = self._options.pixel_mean, self._options.pixel_std
        places = spread(len(self._val), SHOWN)
        names = [category.name for category in self._val.categories]
        at_once = chunks(list(places), self._options.evaluation_batch_size)
        found = [each for some in at_once for each in self._predicted(network, self._val.chosen(some))]
        resized = show_resized(network, lambda: self._pixels(self._val.chosen(places)), folder, mean=mean, std=std)
        return (show_predictions(found, names, folder), *resized)

    def _predicted(self, network: nn.Module, batch: Batch) -> list[Predicted]:
        """What is found on the pictures, in pixels of those that are stored."""
        return [
            Predicted(
                pixels=batch.images[place],
                covered=batch.covered[place],
                boxes=self._scaling.boxes_stored(found.boxes),
                scores=found.scores,
                labels=found.labels,
                annotated=batch.boxes[place],
            )
            for place, found in enumerate(self._detections(network, batch))
        ]

    def deployment(self, network: nn.Module) -> Deployment:
        """Pictures in the letterbox, behind a resizer also what they cover -> logits and boxes of all anchors."""
        batch = self._val.chosen(spread(len(self._val), SHOWN))
        logits, codes = self._predictions(network, batch)
        anchors, known = self._anchor_boxes(_levels(network)), len(self._val.categories)
        inputs = {"pictures": self._pixels(batch)}
        if isinstance(network, ResizedDetector):
            inputs["covered"] = torch.tensor(batch.covered, device=self._device)
        return Deployment(
            module=DeployedDetector(network, anchors=anchors, scaling=self._scaling, classes=known),
            inputs=inputs,
            outputs=OUTPUTS,
            expected=(logits[..., :known], boxes_stored(decode(codes.float(), anchors), self._scaling)),
            preparation=preparation_of(self._options, self._scaling),
            classes=tuple(category.name for category in self._val.categories),
            reading=reading_of(self._options),
        )

    def _detections(self, network: nn.Module, batch: Batch) -> list[Detections]:
        logits, codes = self._predictions(network, batch)
        # The weights of the very last step show here only; NaN passes no threshold and would be judged as "no objects".
        for name, values in (("a class logit", logits), ("a box code", codes)):
            check_finite(name, float(values.abs().amax()), "in the evaluation")
        known = logits[..., : len(self._val.categories)]  # outputs beyond the categories stand for nothing
        anchors = self._anchor_boxes(_levels(network))
        return detect(known, codes, anchors, size=self._scaling.seen, options=self._options.suppression)

    def _predictions(self, network: nn.Module, batch: Batch) -> tuple[Tensor, Tensor]:
        """Class logits [B, A, K] and box codes [B, A, 4]."""
        covered = (batch.covered,) if isinstance(network, ResizedDetector) else ()
        predictions: tuple[Tensor, Tensor] = network(self._pixels(batch), *covered)
        return predictions

    def _pixels(self, batch: Batch) -> Tensor:
        images = batch.images.to(self._device, non_blocking=True)
        return normalised(images, self._options.pixel_mean, self._options.pixel_std)

    def _batch_targets(self, levels: Levels, batch: Batch) -> Targets:
        if levels not in self._targets:
            moves = self._options.scale_jitter != (1.0, 1.0)
            limit = 0 if moves else TARGET_CACHE_BYTES
            anchors = self._anchor_boxes(levels)
            self._targets[levels] = TargetCache(anchors, self._options.matching, limit_bytes=limit)
        cache = self._targets[levels]
        boxes = [self._scaling.boxes_seen(own) for own in batch.boxes]
        pictures = zip(batch.image_ids, boxes, batch.labels, batch.crowd, strict=True)
        return collate([cache.targets(*picture) for picture in pictures])

    def _anchor_boxes(self, levels: Levels) -> Tensor:
        if levels not in self._anchors:
            boxes = anchor_boxes(self._scaling.seen, levels, self._options.anchors)
            self._anchors[levels] = boxes.to(self._device)
        return self._anchors[levels]


def _levels(network: nn.Module) -> Levels:
    return retinanet_of(network).backbone.levels


def _classes(options: DetectionTask, categories: int) -> int:
    classes = options.data.classes or categories
    if classes < categories:
        sentence = f"data.classes must be at least the {categories} categories of the validation split, got {classes}"
        raise TrialFailure(FailureKind.DATA, sentence)
    return classes
