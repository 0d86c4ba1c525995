"""The detection task of a search document: every constant of the published RetinaNet recipe is a field (Du et al. 2020;
Lin et al. 2017), the published value its default. Departures from the publication say so in their description."""

from typing import Literal

from pydantic import Field

from nas.tasks.options import Options
from nas.tasks.training import TrainingOptions


class CocoSplit(Options):
    """Pictures and annotations of one split, in COCO format."""

    images: str = Field(description="folder of the pictures")
    annotations: str = Field(description="instances JSON")


class DetectionData(Options):
    """Where the pictures are."""

    train: CocoSplit
    val: CocoSplit
    classes: int | None = Field(None, ge=1, description="number of classes; by default the categories of val")


class Head(Options):
    """The RetinaNet head: convolutions shared over levels, batch norm per level."""

    filters: int = Field(256, ge=1)
    convs: int = Field(4, ge=0, le=16)
    predictor_std: float = Field(
        0.01, gt=0, description="spread of the initial weights of the predictors (the publication: 1e-5)"
    )


class Anchors(Options):
    """Anchor boxes of every position: `scales` octave steps times `aspect_ratios` (height over width)."""

    scales: int = Field(3, ge=1, le=8, description="anchors per octave: sizes 2**(i / scales)")
    aspect_ratios: tuple[float, ...] = Field((1.0, 2.0, 0.5), min_length=1)
    size: float = Field(3.0, gt=0, description="side of the base anchor in strides")

    @property
    def per_position(self) -> int:
        """Anchors at each position of each level."""
        return self.scales * len(self.aspect_ratios)


class Matching(Options):
    """Which anchors answer for which boxes."""

    positive_iou: float = Field(0.5, gt=0, le=1)
    negative_iou: float = Field(0.5, ge=0, le=1, description="below: background; between the two: ignored")
    force_best: bool = Field(True, description="the best anchor of every box is positive")


class DetectionLoss(Options):
    """Focal loss and Huber box loss."""

    focal_alpha: float = Field(0.25, ge=0, le=1)
    focal_gamma: float = Field(1.5, ge=0)
    huber_delta: float = Field(0.1, gt=0)
    box_weight: float = Field(50.0, ge=0)
    class_prior: float = Field(0.01, gt=0, lt=1, description="initial probability of every class")


class Suppression(Options):
    """From raw predictions to detections."""

    score_threshold: float = Field(0.05, ge=0, le=1)
    iou_threshold: float = Field(0.5, ge=0, le=1)
    candidates: int = Field(5000, ge=1, description="best scores kept before suppression")
    detections: int = Field(100, ge=1, description="kept per picture")


class DetectionTask(TrainingOptions):
    """RetinaNet on COCO-format data, judged by average precision."""

    kind: Literal["detection"] = "detection"
    data: DetectionData
    image_size: tuple[int, int] = Field((640, 640), description="height, width of the letterboxed input")
    flips: tuple[Literal["horizontal", "vertical"], ...] = Field(("horizontal",), description="random flips")
    scale_jitter: tuple[float, float] = Field((1.0, 1.0), description="range of the random scale; 1.0, 1.0: off")
    pixel_mean: tuple[float, float, float] = Field((123.675, 116.28, 103.53), description="RGB, of 0..255")
    pixel_std: tuple[float, float, float] = Field((58.395, 57.12, 57.375), description="RGB, of 0..255")
    activation: Literal["relu", "swish"] = "relu"
    stochastic_depth: float = Field(0.0, ge=0, lt=1, description="drop rate of the last block, linearly less before")
    zero_last_gamma: bool = Field(
        True,
        description="the last batch norm of a block starts at 0 (the publication: 1); far better in short trainings",
    )
    head: Head = Head()
    anchors: Anchors = Anchors()
    matching: Matching = Matching()
    loss: DetectionLoss = DetectionLoss()
    evaluation_batch_size: int = Field(16, ge=1, description="pictures per forward pass of the evaluation")
    suppression: Suppression = Suppression()
