"""The quality task of a search document: how people would rate a picture, as a distribution of votes for the scores
1..10 (Talebi and Milanfar, NIMA, 2018; the data is AVA's, Murray et al. 2012). Published values are the defaults where
training from scratch allows it; departures say so in their description."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from nas.tasks.options import Options
from nas.tasks.paths import FilePath, FolderPath
from nas.tasks.training import TrainingOptions
from search_spaces.reading import wrong
from search_spaces.resizer.resampling import Interpolation

METRICS = ("EMD2", "EMD1", "PLCC", "SRCC", "PLCC_deviation", "SRCC_deviation", "accuracy")
SCORES = 10

Side = Annotated[int, Field(ge=8, le=8192)]
Positive = Annotated[float, Field(gt=0)]


class RatedFiles(Options):
    """Pictures of one split and how they were rated."""

    pictures: FolderPath = Field(
        description="folder of the pictures; one is found by its image id, with or without the suffix of its file"
    )
    ratings: FilePath = Field(description="AVA.txt, or a .csv or .json of histograms of votes")
    image_ids: FilePath | None = Field(
        None, description="file with an image id per line, the only ones used; null: all that are rated"
    )


class QualityData(Options):
    """Where the pictures and their ratings are."""

    train: RatedFiles = Field(description="what candidates are trained on")
    val: RatedFiles = Field(description="what they are judged on")
    allow_missing: bool = Field(
        False, description="leave out rated pictures that are not in the folder; false: they are an error"
    )
    allow_unrated: bool = Field(
        False,
        description="leave out pictures of the folders that neither file of ratings names; false: they are an error",
    )


class QualityTask(TrainingOptions):
    """A distribution of votes for each picture, trained by the earth mover's distance and judged by it and by the
    correlation of mean scores."""

    kind: Literal["quality"] = Field("quality", description="image quality assessment")
    data: QualityData = Field(description="where the pictures and their ratings are")
    image_size: tuple[Side, Side] = Field(
        (224, 224), description="height, width of the input; a resizer's input_size takes its place"
    )
    interpolation: Interpolation = Field(
        "bicubic", description="how pictures are brought to the input size, that of a resizer included"
    )
    antialias: bool = Field(True, description="whether that interpolation widens its filter where it shrinks")
    fit: Literal["crop", "stretch"] = Field(
        "stretch", description="crop: shorter side to fit, the middle taken; stretch: all of it, the aspect lost"
    )
    crop_fraction: float = Field(
        0.875,
        gt=0,
        le=1,
        description="share of the fitted picture's side that the input covers: the middle when judged, any place in "
        "training",
    )
    flips: tuple[Literal["horizontal", "vertical"], ...] = Field(("horizontal",), description="random flips")
    pixel_mean: tuple[float, float, float] = Field((123.675, 116.28, 103.53), description="taken off; RGB, of 0..255")
    pixel_std: tuple[Positive, Positive, Positive] = Field(
        (58.395, 57.12, 57.375), description="divided by; RGB, of 0..255"
    )
    activation: Literal["relu", "swish"] = Field("relu", description="of the backbone")
    stochastic_depth: float = Field(0.0, ge=0, lt=1, description="drop rate of the last block, linearly less before")
    zero_last_gamma: bool = Field(True, description="the last batch norm of a residual block starts at 0")
    dropout: float | None = Field(
        0.75,
        ge=0,
        lt=1,
        description="before fully connected layers; small networks trained from scratch need far less; null: as "
        "published for the kind of network",
    )
    emd_exponent: float = Field(2.0, ge=1, le=100, description="r of the earth mover's distance that is minimised")
    evaluation_batch_size: int = Field(64, ge=1, description="pictures per forward pass of the evaluation")

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        if len(set(self.flips)) < len(self.flips):
            raise wrong("flips", f"must be distinct, got {', '.join(self.flips)}")
        return self
