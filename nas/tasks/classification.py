"""The classification task of a search document: pictures of one class each, judged by top-1 and top-5 error."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from nas.tasks.options import Options
from nas.tasks.paths import FilePath, FolderPath
from nas.tasks.training import TrainingOptions
from search_spaces.reading import wrong

METRICS = ("top1", "top5", "top1_error", "top5_error", "loss")

Side = Annotated[int, Field(ge=8, le=8192)]
Positive = Annotated[float, Field(gt=0)]
Area = Annotated[float, Field(gt=0, le=1)]


def class_names(folder: Path) -> tuple[str, ...]:
    """The names of the folders in a folder, sorted: the classes of a split, their place being the label. Hidden ones
    are left out. Raises `OSError`."""
    return tuple(sorted(entry.name for entry in folder.iterdir() if entry.is_dir() and not entry.name.startswith(".")))


class ClassificationData(Options):
    """Where the pictures are: a folder per class, the classes numbered in the order of the folders' names."""

    train: FolderPath = Field(description="folder of training pictures: in it one folder per class")
    val: FolderPath = Field(
        description="folder of validation pictures: the same folders per class, or with `labels` all pictures in one"
    )
    labels: FilePath | None = Field(
        None,
        description="labels of the pictures of a flat `val`: lines `NAME CLASS`, where CLASS is a class name or its "
        "number from 0 on in the order of the names (a tab before CLASS if names hold blanks); or one number per line "
        "from 1 on for the pictures in the order of their names (the ILSVRC ground truth), which needs `class_order`",
    )
    class_order: FilePath | None = Field(
        None,
        description="what numbers from 1 on mean: a file whose line i begins with the name of class i. That of ILSVRC "
        "is not the order of the names: its class 1 is n02119789, as map_clsloc.txt of its development kit says",
    )
    classes: int | None = Field(
        None, ge=1, le=1_000_000, description="number of outputs; null: the classes of train are counted"
    )


class RandomCrop(Options):
    """A random part of every training picture, brought to the size of the input (Szegedy et al. 2015)."""

    area: tuple[Area, Area] = Field((0.35, 1.0), description="least and greatest share of the picture's area")
    aspect: tuple[Positive, Positive] = Field(
        (0.75, 4 / 3), description="least and greatest width over height, beside the input's own"
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for name, (low, high) in (("area", self.area), ("aspect", self.aspect)):
            if low > high:
                raise wrong(name, f"must be least, greatest, got {low:g}, {high:g}")
        return self


class ClassificationTask(TrainingOptions):
    """One class per picture, judged by top-1 and top-5 error. A space with a resizer sets the size of the pictures."""

    kind: Literal["classification"] = Field("classification", description="classification of whole pictures")
    data: ClassificationData = Field(description="where the pictures are")
    batch_size: int = Field(64, ge=1, description="pictures per training step")
    image_size: tuple[Side, Side] = Field(
        (224, 224), description="height, width of the input; a resizer's input_size takes its place"
    )
    fit: Literal["crop", "stretch"] = Field(
        "crop", description="crop: shorter side to fit, the middle taken; stretch: all of it, the aspect lost"
    )
    crop_fraction: float = Field(
        1.0,
        gt=0,
        le=1,
        description="share of the fitted picture's side that the input covers: the middle when judged, any place in "
        "training (ImageNet: 0.875)",
    )
    random_crop: RandomCrop | None = Field(None, description="training on random parts of the pictures; null: off")
    flips: tuple[Literal["horizontal", "vertical"], ...] = Field(("horizontal",), description="random flips")
    pixel_mean: tuple[float, float, float] = Field((123.675, 116.28, 103.53), description="taken off; RGB, of 0..255")
    pixel_std: tuple[Positive, Positive, Positive] = Field(
        (58.395, 57.12, 57.375), description="divided by, before any resizer; RGB, of 0..255"
    )
    loss: Literal["softmax", "sigmoid"] = Field(
        "softmax",
        description="softmax: cross-entropy; sigmoid: binary cross-entropy of every class, summed over the classes; "
        "either against the smoothed labels, averaged over the pictures",
    )
    label_smoothing: float = Field(
        0.1, ge=0, lt=1, description="share of every label spread evenly over all classes, in training only"
    )
    activation: Literal["relu", "swish"] = Field("relu", description="of the network, where its kind leaves a choice")
    dropout: float | None = Field(
        None, ge=0, lt=1, description="before fully connected layers; null: as published for the kind of network"
    )
    stochastic_depth: float = Field(0.0, ge=0, lt=1, description="drop rate of the last block, linearly less before")
    zero_last_gamma: bool = Field(
        True, description="the last batch norm of a residual block starts at 0; far better in short trainings"
    )
    evaluation_batch_size: int = Field(64, ge=1, description="pictures per forward pass of the evaluation")

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        if len(set(self.flips)) < len(self.flips):
            raise wrong("flips", f"must be distinct, got {', '.join(self.flips)}")
        return self
