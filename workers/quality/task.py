"""Image quality assessment as a task: which data, which model, which loss, which metrics."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch import device as Device

from nas.tasks.quality import SCORES, QualityTask
from search_spaces.resizer.resampling import Resampling
from search_spaces.space import Architecture
from workers.classification.deployed import preparation_of
from workers.classification.networks import Input, build_network, input_of
from workers.data.augment import normalised
from workers.data.batching import spread
from workers.data.ratings import RatedPictures
from workers.deployment import Deployment
from workers.quality.losses import emd_loss
from workers.quality.metrics import quality_metrics
from workers.quality.pictures import read_rated
from workers.quality.split import RatedBatch, RatedSplit
from workers.resized_sheet import SHOWN, show_resized
from workers.task import Loss
from workers.training.failures import check_finite


class Quality:
    """Answers the four questions for a `QualityTask`; implements `workers.task.Task`.

    Opening reads the ratings and builds the picture caches if need be; the architecture says in which size pictures are
    read. Raises `TrialFailure` of kind data.
    """

    def __init__(
        self, options: QualityTask, *, architecture: Architecture, cache_directory: Path, device: Device
    ) -> None:
        self._options = options
        self._device = device
        self._input = _input(architecture, options)
        data = read_rated(options.data)
        self._train, self._val = (self._split(rated, cache_directory) for rated in (data.train, data.val))

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
        """The task's options, the number of pictures in both splits, and their content."""
        splits = {"train": self._train, "val": self._val}
        return {
            **self._options.model_dump(mode="json"),
            "pictures": {name: len(split) for name, split in splits.items()},
            "content_sha256": {name: split.fingerprint for name, split in splits.items()},
        }

    def network(self, architecture: Architecture) -> nn.Module:
        """Pictures [B, 3, H, W] -> logits [B, 10] of the votes: a classifier around the architecture's backbone, behind
        its resizer if it has one."""
        return build_network(architecture, self._options, classes=SCORES)

    def batches(self, *, epoch: int, seed: int) -> Iterator[RatedBatch]:
        """Training batches under random places and flips."""
        return self._train.train_batches(
            epoch=epoch,
            seed=seed,
            batch_size=self._options.batch_size,
            flips=self._options.flips,
            threads=self._options.loader_threads,
        )

    def loss(self, network: nn.Module, batch: RatedBatch) -> Loss:
        """The earth mover's distance, in float32 whatever the network computed in."""
        histograms = batch.histograms.to(self._device, non_blocking=True)
        total = emd_loss(network(self._pixels(batch)), histograms, exponent=self._options.emd_exponent)
        return Loss(total=total, samples=len(batch))

    def evaluate(self, network: nn.Module) -> dict[str, float]:
        """Distances, correlations and accuracy on the validation split."""
        return quality_metrics(self.predict(network), torch.from_numpy(self._val.rated.histograms))

    def show(self, network: nn.Module, folder: Path) -> tuple[Path, ...]:
        """What a learned resizer makes of pictures from all over the validation split."""
        mean, std = self._options.pixel_mean, self._options.pixel_std
        places = spread(len(self._val), SHOWN)
        return show_resized(network, lambda: self._pixels(self._val.chosen(places)), folder, mean=mean, std=std)

    def deployment(self, network: nn.Module) -> Deployment:
        """Pictures -> logits of the votes for every score."""
        pictures = self._pixels(self._val.chosen(spread(len(self._val), SHOWN)))
        return Deployment(
            module=network,
            inputs={"pictures": pictures},
            outputs={"logits": f"[B, {SCORES}] logits of the votes for the scores 1..{SCORES}"},
            expected=(network(pictures),),
            preparation=preparation_of(self._options, self._input),
            classes=tuple(str(score) for score in range(1, SCORES + 1)),
            reading={"kind": "quality"},
        )

    def predict(self, network: nn.Module) -> Tensor:
        """The predicted distributions of votes, float64 [N, 10], of the validation pictures in their order.

        To be called without gradients, the network in evaluation mode.
        """
        predicted = []
        threads = self._options.loader_threads
        for batch in self._val.val_batches(self._options.evaluation_batch_size, threads=threads):
            logits = network(self._pixels(batch)).double()
            # The weights of the very last step show here only.
            check_finite("a logit", float(logits.abs().amax()), "in the evaluation")
            predicted.append(logits.softmax(-1).cpu())
        return torch.cat(predicted)

    def _split(self, rated: RatedPictures, cache_directory: Path) -> RatedSplit:
        return RatedSplit(
            rated,
            size=self._input.size,
            fit=self._options.fit,
            crop_fraction=self._options.crop_fraction,
            cache_directory=cache_directory,
            resampling=self._input.resampling,
        )

    def _pixels(self, batch: RatedBatch) -> Tensor:
        """Normalised before any resizer, whose image skip then gives a trained backbone the values it knows."""
        images = batch.images.to(self._device, non_blocking=True)
        return normalised(images, self._options.pixel_mean, self._options.pixel_std)


def _input(architecture: Architecture, options: QualityTask) -> Input:
    """What the network takes; the task's own interpolation brings pictures there."""
    size = input_of(architecture, options.image_size).size
    return Input(size=size, resampling=Resampling(options.interpolation, options.antialias))
