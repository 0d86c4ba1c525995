"""The robustness task of a search document: a classifier fine-tuned on noisy and blurred pictures and held to a teacher
that sees the clean ones (Suzuki et al., the intermediate constraint loss). Everything the publication leaves open is a
field, and says so."""

from typing import Literal, Self

from pydantic import Field, model_validator

from nas.tasks.classification import ClassificationTask, RandomCrop
from nas.tasks.options import Options
from nas.tasks.paths import FilePath
from nas.tasks.training import Optimizer, Schedule, Sgd, Step, TrainingOptions
from search_spaces.fine_tuning.architecture import BLUR_STEP, LEVELS, NOISE_STEP, FineTuning, Layers
from search_spaces.reading import wrong

NOISES = tuple(f"top1_noise_{NOISE_STEP * level}" for level in LEVELS)
BLURS = tuple(f"top1_blur_{BLUR_STEP * level}" for level in LEVELS)
METRICS = (
    *("top1_mean", "top1_clean", "top1_noise", "top1_blur", *NOISES, *BLURS),
    *("sign_agreement", "top1_teacher"),  # the teacher's top-1 on clean pictures
)
PER_LAYER = "sign_agreement/"  # followed by the name of a layer

Flip = Literal["horizontal", "vertical"]
Border = Literal["mirror", "repeat", "black"]


class TeacherFile(Options):
    """A teacher whose weights lie in a local file."""

    kind: Literal["file"] = Field("file", description="weights from a local file")
    weights: FilePath = Field(
        description="file of torch.save: a state dict of the backbone's classifier, or the model.pt of a trial"
    )


class TrainedTeacher(TrainingOptions):
    """A teacher that is trained on clean pictures first, once per machine: all trials with the same backbone share it.

    Its data, sizes and network are those of the task. Cached targets want no random views of the student's pictures,
    but the teacher may well be trained on such: it has views of its own."""

    kind: Literal["trained"] = Field("trained", description="trained on clean pictures first")
    epochs: int = Field(20, ge=1, description="passes over the clean training pictures")
    batch_size: int = Field(64, ge=1, description="pictures per training step")
    label_smoothing: float = Field(0.1, ge=0, lt=1, description="share of every label spread over all classes")
    random_crop: RandomCrop | None = Field(None, description="training on random parts of the pictures; null: off")
    flips: tuple[Flip, ...] = Field(("horizontal",), description="random flips")
    seed: int = Field(0, ge=0, lt=2**32, description="of its weights and batches, whatever the seed of the trial")
    warm_start: None = Field(None, description="none: there is no resizer that a teacher could be trained without")

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        if len(set(self.flips)) < len(self.flips):
            raise wrong("flips", f"must be distinct, got {', '.join(self.flips)}")
        return self


class RobustnessTask(ClassificationTask):
    """A student starts from the weights of a teacher and is fine-tuned on distorted pictures; judged by top-1 on clean,
    noisy and blurred ones. How it is fine-tuned is the `fine_tuning` part of a candidate."""

    kind: Literal["robustness"] = Field(  # type: ignore[assignment]
        "robustness", description="fine-tuning of a classifier on noisy and blurred pictures"
    )
    epochs: int = Field(40, ge=1, description="passes over the training pictures; the fidelity of a whole trial")
    optimizer: Optimizer = Field(
        Sgd(learning_rate=0.001), description="how weights follow gradients; the publication states no momentum"
    )
    schedule: Schedule = Field(
        Step(warmup=0.0, milestones=()),
        description="the learning rate over the steps; not stated by the publication, constant by default",
    )
    label_smoothing: float = Field(0.0, ge=0, lt=1, description="share of every label spread over all classes")
    warm_start: None = Field(None, description="none: the student begins with the weights of its teacher")
    teacher: TrainedTeacher | TeacherFile = Field(
        TrainedTeacher(), discriminator="kind", description="the frozen network on clean pictures"
    )
    fine_tuning: FineTuning = Field(
        FineTuning(),
        description="how a candidate without a part fine_tuning is fine-tuned: by default plainly, on clean, noisy and "
        "blurred pictures in equal shares, all five strengths of each in equal shares; the publication states neither",
    )
    clip: bool = Field(True, description="distorted values are clipped to 0..255; not stated by the publication")
    rounding: bool = Field(
        True, description="distorted values are rounded to whole numbers, as a file holds them; not stated"
    )
    order: Literal["after_crop", "before_crop"] = Field(
        "after_crop",
        description="distort what is cropped, or crop what is distorted; always before normalisation, and teacher and "
        "student see the same crop; not stated. before_crop needs clip and rounding",
    )
    blur_border: Border = Field(
        "mirror",
        description="what a blur takes for the pixels beyond the border: the mirror image without the outermost pixel, "
        "the outermost pixel again, or black; not stated",
    )
    clean_weight: float = Field(
        0.0, ge=0, description="of a second recognition loss, of the student on the clean pictures; not stated"
    )
    loss_normalisation: Literal["mean", "layer_means", "neurons"] = Field(
        "mean",
        description="N of the intermediate loss, not stated: mean over all elements, the sum of the layers' means, or "
        "the sum over neurons per picture; published weights only make sense with the first",
    )
    margin: float = Field(1.0, ge=0, description="of the activation boundary loss (Heo et al. 2019: 1)")
    teacher_dropout: bool = Field(False, description="the teacher drops neurons, too; not stated")
    student_dropout: bool = Field(True, description="the student drops neurons in training; not stated")
    targets: Literal["live", "cached"] = Field(
        "live",
        description="cached: the teacher looks at every picture once, its firing patterns are kept as bits; for fixed "
        "crops only, and not for mse, which needs more than signs",
    )
    agreement_layers: Layers = Field(
        ("fc6", "fc7"),
        description="layers whose agreement with the teacher is measured, beside those the loss acts on",
    )
    evaluation_seed: int = Field(
        0, ge=0, lt=2**32, description="of the noise that all trials are judged by, whatever their seeds"
    )

    @model_validator(mode="after")
    def _cached_targets_need_one_fixed_view(self) -> Self:
        views = {
            "flips": bool(self.flips),
            "random_crop": self.random_crop is not None,
            "crop_fraction": self.crop_fraction < 1,
            "teacher_dropout": self.teacher_dropout,
        }
        changing = [name for name, on in views.items() if on]
        if self.targets == "cached" and changing:
            sentence = "can be cached where the teacher sees every picture in one way only; turn off"
            raise wrong("targets", f"{sentence} {', '.join(changing)}")
        return self

    @model_validator(mode="after")
    def _what_is_cropped_last_is_stored_first(self) -> Self:
        if self.order == "before_crop" and not (self.clip and self.rounding):
            raise wrong("order", "must be after_crop without clip or rounding: what is cropped last is a picture file")
        return self

    def clean_task(self, teacher: TrainedTeacher) -> ClassificationTask:
        """The training of the teacher: classification of the clean pictures by the same network."""
        shared = {name: getattr(self, name) for name in ClassificationTask.model_fields if name != "kind"}
        own = {name: getattr(teacher, name) for name in TrainedTeacher.model_fields if name not in ("kind", "seed")}
        return ClassificationTask(**(shared | own))
