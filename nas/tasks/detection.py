"""The detection task of a search document: every constant of the published RetinaNet recipe is a field (Du et al. 2020;
Lin et al. 2017), the published value its default. Departures from the publication say so in their description."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from nas.tasks.options import Options
from nas.tasks.paths import FilePath, FolderPath
from nas.tasks.training import TrainingOptions
from search_spaces.reading import wrong

METRICS = (
    *("AP", "AP50", "AP75", "AP_small", "AP_medium", "AP_large"),
    *("AR1", "AR10", "AR100", "AR_small", "AR_medium", "AR_large"),
)
PER_CLASS = "AP50/"  # followed by the name of a class

LARGEST_STRIDE = 128  # of level 7
SIDES = (32, 8192)  # least and greatest, of what a detector sees
Side = Annotated[int, Field(ge=SIDES[0], le=SIDES[1])]
Positive = Annotated[float, Field(gt=0)]


class CocoSplit(Options):
    """Pictures and annotations of one split, in COCO format."""

    images: FolderPath = Field(description="folder of the pictures")
    annotations: FilePath = Field(description="instances JSON")


class DetectionData(Options):
    """Where the pictures are."""

    train: CocoSplit = Field(description="what candidates are trained on")
    val: CocoSplit = Field(description="what they are judged on")
    classes: int | None = Field(
        None, ge=1, le=1_000_000, description="number of classes; null: the categories of val are counted"
    )


class Head(Options):
    """The RetinaNet head: convolutions shared over levels, batch norm per level."""

    filters: int = Field(256, ge=1, le=65_536, description="channels of every convolution")
    convs: int = Field(4, ge=0, le=16, description="convolutions before the predictor, in each of the two branches")
    predictor_std: float = Field(
        0.01, gt=0, description="spread of the initial weights of the predictors (the publication: 1e-5)"
    )


class Anchors(Options):
    """Anchor boxes of every position: `scales` octave steps times `aspect_ratios` (height over width)."""

    scales: int = Field(3, ge=1, le=8, description="anchors per octave: sizes 2**(i / scales)")
    aspect_ratios: tuple[Positive, ...] = Field((1.0, 2.0, 0.5), min_length=1, description="height over width")
    size: float = Field(3.0, gt=0, description="side of the base anchor in strides")

    @property
    def per_position(self) -> int:
        """Anchors at each position of each level."""
        return self.scales * len(self.aspect_ratios)


class Matching(Options):
    """Which anchors answer for which boxes."""

    positive_iou: float = Field(0.5, gt=0, le=1, description="at least this overlap: the anchor answers for the box")
    negative_iou: float = Field(0.5, ge=0, le=1, description="below: background; between the two: ignored")
    force_best: bool = Field(True, description="the best anchor of every box is positive")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.negative_iou > self.positive_iou:
            raise wrong("negative_iou", f"must be at most positive_iou, {self.positive_iou}, got {self.negative_iou}")
        return self


class DetectionLoss(Options):
    """Focal loss and Huber box loss."""

    focal_alpha: float = Field(0.25, ge=0, le=1, description="weight of objects; that of background is 1 - alpha")
    focal_gamma: float = Field(1.5, ge=0, description="how little easy anchors count")
    huber_delta: float = Field(0.1, gt=0, description="where the box loss turns from square to linear")
    box_weight: float = Field(50.0, ge=0, description="of the box loss, beside the class loss")
    class_prior: float = Field(0.01, gt=0, lt=1, description="initial probability of every class")


class Suppression(Options):
    """From raw predictions to detections."""

    score_threshold: float = Field(0.05, ge=0, le=1, description="lower scores are dropped")
    iou_threshold: float = Field(0.5, ge=0, le=1, description="overlap at which the lower score of a class gives way")
    candidates: int = Field(5000, ge=1, description="best scores kept before suppression")
    detections: int = Field(100, ge=1, description="kept per picture")


class DetectionTask(TrainingOptions):
    """RetinaNet on COCO-format data, judged by average precision.

    A space with a resizer sets the size of the pictures: stored at its input size, detected at its output size. Any
    size is detected on exactly: the features of level l have ceil(side / 2**l) cells, anchors stand in the middle of
    strides. At sides that are multiples of 128, as published ones are, no cell of level 7 reaches over the edge: what a
    resizer gives has such sides, unless `output_multiple` allows others.
    """

    kind: Literal["detection"] = Field("detection", description="object detection")
    data: DetectionData = Field(description="where the pictures are")
    image_size: tuple[Side, Side] = Field(
        (640, 640), description="height, width of the letterboxed input; a resizer's sizes take its place"
    )
    output_multiple: int = Field(
        LARGEST_STRIDE,
        ge=1,
        description="what a resizer gives has sides that are multiples of this; fewer than 128, the stride of level 7, "
        "for small proxies, whose coarsest cells then reach over the edge",
    )
    flips: tuple[Literal["horizontal", "vertical"], ...] = Field(("horizontal",), description="random flips")
    scale_jitter: tuple[Positive, Positive] = Field((1.0, 1.0), description="range of the random scale; 1.0, 1.0: off")
    pixel_mean: tuple[float, float, float] = Field((123.675, 116.28, 103.53), description="taken off; RGB, of 0..255")
    pixel_std: tuple[Positive, Positive, Positive] = Field(
        (58.395, 57.12, 57.375), description="divided by; RGB, of 0..255"
    )
    activation: Literal["relu", "swish"] = Field("relu", description="of the backbone and the head")
    stochastic_depth: float = Field(0.0, ge=0, lt=1, description="drop rate of the last block, linearly less before")
    zero_last_gamma: bool = Field(
        True,
        description="the last batch norm of a block starts at 0 (the publication: 1); far better in short trainings",
    )
    head: Head = Field(Head(), description="the RetinaNet head")
    anchors: Anchors = Field(Anchors(), description="the boxes predictions start from")
    matching: Matching = Field(Matching(), description="which anchors answer for which boxes")
    loss: DetectionLoss = Field(DetectionLoss(), description="focal loss and box loss")
    evaluation_batch_size: int = Field(16, ge=1, description="pictures per forward pass of the evaluation")
    suppression: Suppression = Field(Suppression(), description="from raw predictions to detections")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        low, high = self.scale_jitter
        if low > high:
            raise wrong("scale_jitter", f"must be lowest, highest, got {low}, {high}")
        if len(set(self.flips)) < len(self.flips):
            raise wrong("flips", f"must be distinct, got {', '.join(self.flips)}")
        return self
