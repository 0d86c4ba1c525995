"""Fine-tuning on distorted pictures as a task (Suzuki et al., the intermediate constraint loss).

A student starts from the weights of a frozen teacher. It sees noisy and blurred pictures, the teacher the same crops of
them as they are; beside the recognition loss, a loss on the pre-activations of some layers holds the one to the other.
Shapes: B pictures of a batch.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from nas.correctness import write_correct
from nas.errors import TrialFailure
from nas.records import FailureKind
from nas.tasks.robustness import RobustnessTask
from search_spaces.fine_tuning.architecture import FineTuning, LossKind
from search_spaces.parts import part
from search_spaces.space import Architecture
from workers.classification.deployed import deployed_classifier
from workers.classification.losses import classification_loss
from workers.classification.metrics import ranks_of
from workers.classification.networks import Input, build_network
from workers.data.augment import normalised
from workers.data.batching import spread
from workers.data.cache import digest_of
from workers.data.labelled import LabelledPictures, read_labelled
from workers.data.labelled_split import LabelledSplit
from workers.deployment import Deployment
from workers.resized_sheet import SHOWN
from workers.robustness.capture import Outputs, check_before_activation, layer_of, run_capturing
from workers.robustness.distortions import Distortion, draw_distortions, seeded_for
from workers.robustness.losses import intermediate_loss
from workers.robustness.metrics import PASSES, Flags, SignAgreement, robustness_metrics
from workers.robustness.pictures import RobustSplit, ViewedBatch
from workers.robustness.targets import TargetBits, open_targets, packed_targets
from workers.robustness.teacher import Teacher, dropouts, open_teacher
from workers.task import Loss
from workers.training.failures import check_finite
from workers.training.precision import autocast

SIGNS_SUFFICE = (LossKind.INTERMEDIATE_CONSTRAINT, LossKind.ACTIVATION_BOUNDARY)
Activations = Mapping[str, Tensor]


@dataclass(frozen=True, kw_only=True, slots=True)
class RobustBatch:
    """B clean pictures, and what is to be done to each of them for the student."""

    pictures: ViewedBatch
    distortions: tuple[Distortion, ...]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Answers:
    """What a teacher says to N clean pictures: its firing patterns, and where its first guess is right [N]."""

    patterns: TargetBits
    correct: Flags


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Judgement:
    """What an evaluation found: by pass, a vector [N] that is true where the first guess was right."""

    correct: Mapping[str, Flags]
    agreement: SignAgreement
    teacher_correct: Flags

    @property
    def metrics(self) -> dict[str, float]:
        """Top-1 of every pass with its means, the agreement of signs, and the teacher's top-1 on clean pictures."""
        teacher = {"top1_teacher": float(self.teacher_correct.mean())}
        return robustness_metrics(self.correct) | self.agreement.metrics() | teacher


class Robustness:
    """Answers the four questions for a `RobustnessTask`; implements `workers.task.Task`.

    Opening reads the labels, builds the picture caches if need be, and trains the teacher of the architecture's
    backbone where no trial of this machine has done so yet. Raises `TrialFailure`: of kind data, or saying which layer
    the network does not have.
    """

    def __init__(
        self, options: RobustnessTask, *, architecture: Architecture, cache_directory: Path, device: torch.device
    ) -> None:
        self._options = options
        self._cache_directory = cache_directory
        self._device = device
        self._architecture = architecture
        self._backbone, self._way = _parts(architecture, options.fine_tuning)
        data = read_labelled(options.data)
        self._classes = len(data.train.classes)
        self._train, self._val = self._split(data.train), self._split(data.val)
        self._layers = tuple(sorted({*self._way.layers, *options.agreement_layers}))
        self._teacher = self._opened_teacher()
        self._targets = self._opened_targets()
        self._answers: Answers | None = None
        self._judged: tuple[nn.Module, Judgement] | None = None

    @property
    def workload(self) -> str:
        """Batch size and picture size."""
        height, width = self._options.image_size
        return f"batches of {self._options.batch_size} pictures of {height} x {width}, beside a teacher"

    @property
    def steps_per_epoch(self) -> int:
        """Full batches of the training split."""
        return self._train.split.steps(self._options.batch_size)

    def description(self) -> dict[str, Any]:
        """The task's options, the class names, the content of both splits, and the weights of the teacher."""
        splits = {"train": self._train.split, "val": self._val.split}
        return {
            **self._options.model_dump(mode="json"),
            "classes": list(self._train.split.classes),
            "content_sha256": {name: split.fingerprint for name, split in splits.items()},
            "teacher_sha256": self._teacher.digest,
        }

    def network(self, architecture: Architecture) -> nn.Module:
        """A student: the classifier around the backbone that the task was opened for, with its teacher's weights."""
        if architecture != self._architecture:
            raise ValueError(f"the task was opened for architecture {self._architecture.architecture_id}")
        network = self._classifier()
        network.load_state_dict(self._teacher.network.state_dict())
        if not self._options.student_dropout:
            for dropout in dropouts(network):
                dropout.p = 0.0
        return network

    def batches(self, *, epoch: int, seed: int) -> Iterator[RobustBatch]:
        """Training batches under random views, with a distortion for each picture by the mix of the candidate."""
        for batch in self._train.train_batches(epoch=epoch, seed=seed):
            distortions = draw_distortions(batch.clean.indices, self._way, seed=seed, epoch=epoch)
            yield RobustBatch(pictures=batch, distortions=distortions)

    def loss(self, network: nn.Module, batch: RobustBatch) -> Loss:
        """The recognition loss on distorted pictures, and the weighted intermediate loss, in float32."""
        way, pictures = self._way, batch.pictures
        student = run_capturing(network, self._distorted(self._train, pictures, batch.distortions), way.layers)
        parts = {"recognition": self._recognition(student.logits, pictures)}
        total = parts["recognition"]
        if way.loss is not LossKind.NONE:
            parts["intermediate"] = self._intermediate(student.activations, pictures)
            total = total + way.weight * parts["intermediate"]
        if self._options.clean_weight:
            parts["clean"] = self._recognition(network(self._clean(pictures)), pictures)
            total = total + self._options.clean_weight * parts["clean"]
        return Loss(total=total, samples=len(pictures), parts=parts)

    def evaluate(self, network: nn.Module) -> dict[str, float]:
        """Top-1 on clean pictures and under every strength of noise and blur, with the means of the publication; the
        agreement of signs with the teacher."""
        judgement = self.judge(network)
        self._judged = (network, judgement)
        return judgement.metrics

    def show(self, network: nn.Module, folder: Path) -> tuple[Path, ...]:
        """Which validation pictures the network gets right in which pass: see `nas.correctness`."""
        judged, judgement = self._judged or (None, None)
        if judgement is None or judged is not network:
            judgement = self.judge(network)
        return (write_correct(folder, {name: flags.tolist() for name, flags in judgement.correct.items()}),)

    def deployment(self, network: nn.Module) -> Deployment:
        """Pictures, distorted or not -> logits of the classes there are."""
        split = self._val.split
        pictures = self._normalised(split.chosen(spread(len(split), SHOWN)).images.to(self._device))
        taken = Input(size=self._options.image_size)
        return deployed_classifier(network, pictures, options=self._options, taken=taken, classes=split.classes)

    @torch.no_grad()
    def judge(self, network: nn.Module) -> Judgement:
        """What becomes of every validation picture in every pass, in their order: two networks judged by the same task
        can be compared by a paired test. The network has to be in evaluation mode."""
        teacher = self._teacher_answers()
        correct: dict[str, list[Flags]] = {distortion.name: [] for distortion in PASSES}
        agreement = SignAgreement()
        for batch in self._val.val_batches():
            patterns = self._moved(teacher.patterns, batch)
            for distortion in PASSES:
                found = self._answer(network, batch, distortion)
                correct[distortion.name].append(self._right(found.logits, batch))
                for layer in self._layers:
                    agreement.add(distortion, layer, found.activations[layer], patterns[layer])
        joined = {name: np.concatenate(flags) for name, flags in correct.items()}
        return Judgement(correct=joined, agreement=agreement, teacher_correct=teacher.correct)

    def _split(self, pictures: LabelledPictures) -> RobustSplit:
        options = self._options
        split = LabelledSplit(
            pictures,
            size=options.image_size,
            fit=options.fit,
            cache_directory=self._cache_directory,
            crop_fraction=options.crop_fraction,
        )
        return RobustSplit(split, options)

    def _classifier(self) -> nn.Module:
        classes = self._options.data.classes or self._classes
        if classes < self._classes:
            sentence = f"data.classes must be at least the {self._classes} classes of the training split, got {classes}"
            raise TrialFailure(FailureKind.DATA, sentence)
        network = build_network(self._backbone, self._options, classes=classes)
        for layer in self._layers:
            layer_of(network, layer)  # raises before a teacher is trained in vain
        return network

    def _opened_teacher(self) -> Teacher:
        network = self._classifier()
        check_before_activation(network, self._layers, size=self._options.image_size)
        return open_teacher(
            self._backbone,
            self._options,
            network=network,
            cache_directory=self._cache_directory,
            device=self._device,
        )

    def _opened_targets(self) -> TargetBits | None:
        """The firing patterns of all training pictures, where they are cached and say enough for the loss."""
        options, split, layers = self._options, self._train.split, self._way.layers
        if options.targets != "cached" or self._way.loss not in SIGNS_SUFFICE:
            return None
        view = [split.size, options.pixel_mean, options.pixel_std, options.precision, self._device.type]
        return open_targets(
            self._cache_directory / "targets",
            digest_of([self._teacher.digest, split.fingerprint, layers, view]),
            pictures=len(split),
            build=lambda: (outputs.activations for _, outputs in self._asked(self._train, layers)),
        )

    def _intermediate(self, student: Activations, batch: ViewedBatch) -> Tensor:
        options = self._options
        return intermediate_loss(
            student,
            self._wanted(batch),
            self._way,
            normalisation=options.loss_normalisation,
            margin=options.margin,
        )

    def _wanted(self, batch: ViewedBatch) -> Activations:
        """What the teacher says to the clean pictures: its firing patterns, or its pre-activations [B, n] by layer."""
        if self._targets is not None:
            return self._moved(self._targets, batch)
        dropping = self._options.teacher_dropout
        return self._teacher.run(self._clean(batch), self._way.layers, dropping=dropping).activations

    def _teacher_answers(self) -> Answers:
        """What the teacher says to the clean validation pictures; asked once."""
        if self._answers is None:
            correct: list[Flags] = []
            patterns = packed_targets(self._noted(correct))
            self._answers = Answers(patterns=patterns, correct=np.concatenate(correct))
        return self._answers

    def _noted(self, correct: list[Flags]) -> Iterator[Activations]:
        """The teacher's pre-activations on the validation pictures; where it is right is noted on the way."""
        for batch, outputs in self._asked(self._val, self._layers):
            correct.append(self._right(outputs.logits, batch))
            yield outputs.activations

    def _asked(self, split: RobustSplit, layers: Sequence[str]) -> Iterator[tuple[ViewedBatch, Outputs]]:
        """What the teacher gives for the middle of every picture, as precisely as students are trained."""
        for batch in split.val_batches():
            with autocast(self._device, self._options.precision):
                outputs = self._teacher.run(self._clean(batch), layers)
            yield batch, outputs

    def _answer(self, network: nn.Module, batch: ViewedBatch, distortion: Distortion) -> Outputs:
        """What a student gives for validation pictures under a distortion; a picture always gets the same noise."""
        distortions = seeded_for(distortion, batch.clean.indices, seed=self._options.evaluation_seed)
        outputs = run_capturing(network, self._distorted(self._val, batch, distortions), self._layers)
        check_finite("a class logit", float(outputs.logits.abs().amax()), "in the evaluation")
        return outputs

    def _recognition(self, logits: Tensor, batch: ViewedBatch) -> Tensor:
        labels = batch.clean.labels.to(self._device, non_blocking=True)
        return classification_loss(logits, labels, kind=self._options.loss, smoothing=self._options.label_smoothing)

    def _right(self, logits: Tensor, batch: ViewedBatch) -> Flags:
        """bool [B]: whether the first guess is the label; outputs beyond the classes stand for nothing."""
        labels = batch.clean.labels.to(logits.device)
        flags: Flags = (ranks_of(logits[:, : self._classes].float(), labels) < 1).cpu().numpy()
        return flags

    def _distorted(self, split: RobustSplit, batch: ViewedBatch, distortions: Sequence[Distortion]) -> Tensor:
        return self._normalised(split.distorted(batch, distortions, self._device))

    def _clean(self, batch: ViewedBatch) -> Tensor:
        return self._normalised(batch.clean.images.to(self._device, non_blocking=True))

    def _normalised(self, images: Tensor) -> Tensor:
        return normalised(images, self._options.pixel_mean, self._options.pixel_std)

    def _moved(self, patterns: TargetBits, batch: ViewedBatch) -> Activations:
        found = patterns.patterns(batch.clean.indices)
        return {layer: pattern.to(self._device, non_blocking=True) for layer, pattern in found.items()}


def _parts(architecture: Architecture, otherwise: FineTuning) -> tuple[Architecture, FineTuning]:
    """The backbone, and how it is fine-tuned. Raises `TrialFailure` for what this task can do nothing with."""
    backbone, way = part(architecture, "backbone"), part(architecture, "fine_tuning") or otherwise
    if backbone is None or not isinstance(way, FineTuning) or part(architecture, "resizer") is not None:
        sentence = "a candidate must be a backbone, or a backbone joined with a fine_tuning"
        raise TrialFailure(FailureKind.ERROR, f"{sentence}, got {architecture.canonical_json()[:200]}")
    return backbone, way
