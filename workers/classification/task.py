"""Classification of whole pictures as a task: which data, which model, which loss, which metrics."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch import device as Device

from nas.correctness import write_correct
from nas.errors import TrialFailure
from nas.records import FailureKind
from nas.tasks.classification import ClassificationTask
from search_spaces.space import Architecture
from workers.classification.deployed import deployed_classifier
from workers.classification.losses import classification_loss, losses_of
from workers.classification.metrics import Judgement, ranks_of
from workers.classification.networks import build_network, input_of
from workers.data.augment import normalised
from workers.data.batching import spread
from workers.data.labelled import LabelledPictures, read_labelled
from workers.data.labelled_split import LabelledBatch, LabelledSplit
from workers.deployment import Deployment
from workers.resized_sheet import SHOWN, show_resized
from workers.task import Loss
from workers.training.failures import check_finite


class Classification:
    """Answers the four questions for a `ClassificationTask`; implements `workers.task.Task`.

    Opening reads the labels and builds the picture caches if need be; the architecture says in which size pictures are
    read. Raises `TrialFailure` of kind data.
    """

    def __init__(
        self, options: ClassificationTask, *, architecture: Architecture, cache_directory: Path, device: Device
    ) -> None:
        self._options = options
        self._device = device
        self._input = input_of(architecture, options.image_size)
        data = read_labelled(options.data)
        self._classes = _classes(options, len(data.train.classes))
        self._train, self._val = (self._split(pictures, cache_directory) for pictures in (data.train, data.val))
        self._judged: tuple[nn.Module, Judgement] | None = None

    @property
    def workload(self) -> str:
        """Batch size and picture size."""
        height, width = self._input.size
        return f"batches of {self._options.batch_size} pictures of {height} x {width}"

    @property
    def steps_per_epoch(self) -> int:
        """Full batches of the training split."""
        return self._train.steps(self._options.batch_size)

    def description(self) -> dict[str, Any]:
        """The task's options, the class names, and the content of both splits."""
        splits = {"train": self._train, "val": self._val}
        return {
            **self._options.model_dump(mode="json"),
            "classes": list(self._train.classes),
            "content_sha256": {name: split.fingerprint for name, split in splits.items()},
        }

    def network(self, architecture: Architecture) -> nn.Module:
        """The classifier around the architecture's backbone, behind its resizer if it has one."""
        return build_network(architecture, self._options, classes=self._classes)

    def batches(self, *, epoch: int, seed: int) -> Iterator[LabelledBatch]:
        """Training batches under random crops and flips."""
        return self._train.train_batches(
            epoch=epoch,
            seed=seed,
            batch_size=self._options.batch_size,
            flips=self._options.flips,
            random_crop=self._options.random_crop,
            threads=self._options.loader_threads,
        )

    def loss(self, network: nn.Module, batch: LabelledBatch) -> Loss:
        """The loss against smoothed labels, in float32 whatever the network computed in."""
        logits, labels = network(self._pixels(batch)), batch.labels.to(self._device, non_blocking=True)
        options = self._options
        total = classification_loss(logits, labels, kind=options.loss, smoothing=options.label_smoothing)
        return Loss(total=total, samples=len(batch))

    def evaluate(self, network: nn.Module) -> dict[str, float]:
        """Accuracies, errors and the loss, against labels that are not smoothed, on the validation split."""
        judgement = self.judge(network)
        self._judged = (network, judgement)
        return judgement.metrics

    def show(self, network: nn.Module, folder: Path) -> tuple[Path, ...]:
        """Which validation pictures the network gets right, in the pass `top1` (see `nas.correctness`); what a learned
        resizer makes of pictures from all over the validation split."""
        judged, judgement = self._judged or (None, None)
        if judgement is None or judged is not network:
            judgement = self.judge(network)
        correct = write_correct(folder, {"top1": judgement.correct.tolist()})
        return (correct, *self._resized(network, folder))

    def deployment(self, network: nn.Module) -> Deployment:
        """Pictures -> logits of the classes there are."""
        pictures = self._pixels(self._val.chosen(spread(len(self._val), SHOWN)))
        classes = self._val.classes
        return deployed_classifier(network, pictures, options=self._options, taken=self._input, classes=classes)

    def judge(self, network: nn.Module) -> Judgement:
        """What becomes of every validation picture, in their order: two networks judged by the same task can be
        compared picture by picture. To be called without gradients, the network in evaluation mode."""
        ranks, losses = [], []
        threads = self._options.loader_threads
        for batch in self._val.val_batches(self._options.evaluation_batch_size, threads=threads):
            logits, labels = network(self._pixels(batch)).float(), batch.labels.to(self._device)
            # The weights of the very last step show here only; NaN is preferred to nothing and would be judged.
            check_finite("a logit", float(logits.abs().amax()), "in the evaluation")
            known = logits[:, : len(self._val.classes)]  # outputs beyond the classes stand for nothing
            ranks.append(ranks_of(known, labels))
            losses.append(losses_of(logits, labels, kind=self._options.loss, smoothing=0.0))
        return Judgement(ranks=torch.cat(ranks).cpu().numpy(), losses=torch.cat(losses).cpu().numpy())

    def _resized(self, network: nn.Module, folder: Path) -> tuple[Path, ...]:
        mean, std = self._options.pixel_mean, self._options.pixel_std
        places = spread(len(self._val), SHOWN)
        return show_resized(network, lambda: self._pixels(self._val.chosen(places)), folder, mean=mean, std=std)

    def _split(self, pictures: LabelledPictures, cache_directory: Path) -> LabelledSplit:
        return LabelledSplit(
            pictures,
            size=self._input.size,
            fit=self._options.fit,
            crop_fraction=self._options.crop_fraction,
            cache_directory=cache_directory,
            resampling=self._input.resampling,
        )

    def _pixels(self, batch: LabelledBatch) -> Tensor:
        """Normalised before any resizer, whose image skip then gives a trained backbone the values it knows."""
        images = batch.images.to(self._device, non_blocking=True)
        return normalised(images, self._options.pixel_mean, self._options.pixel_std)


def _classes(options: ClassificationTask, folders: int) -> int:
    classes = options.data.classes or folders
    if classes < folders:
        sentence = f"data.classes must be at least the {folders} classes of the training split, got {classes}"
        raise TrialFailure(FailureKind.DATA, sentence)
    return classes
