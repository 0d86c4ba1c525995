"""How a classifier is fine-tuned on distorted pictures, as a frozen value (Suzuki et al., the intermediate constraint).

A student, fine-tuned on distorted pictures, is held to a frozen teacher on the clean ones by a loss on the
pre-activations of some layers. Strengths come in five steps: step s is noise of sigma 20 s, or blur of sigma 2 s.
"""

from enum import StrEnum
from math import gcd
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from search_spaces.reading import wrong
from search_spaces.space import Architecture

NOISE_STEP = 20  # standard deviation of the noise per step of strength, on the 0..255 scale
BLUR_STEP = 2  # standard deviation of the blur per step of strength, in pixels
LEVELS = (1, 2, 3, 4, 5)
HEAVIEST = 1e6  # of weight and alpha: far beyond anything useful
MOST_SHARES = 1000


class LossKind(StrEnum):
    """What holds the student to the teacher."""

    NONE = "none"  # plain fine-tuning
    MSE = "mse"  # mean squared difference of the pre-activations
    INTERMEDIATE_CONSTRAINT = "intermediate_constraint"  # cross entropy of the steep sigmoid of the pre-activations
    ACTIVATION_BOUNDARY = "activation_boundary"  # squared hinge on the signs (Heo et al. 2019)


def _zero(value: float) -> float:
    return value + 0.0  # -0.0 equals 0.0 but reads differently in JSON


def _layers(layers: tuple[str, ...]) -> tuple[str, ...]:
    if list(layers) != sorted(set(layers)):
        raise ValueError(f"must be distinct and in alphabetical order, got {', '.join(layers)}")
    return layers


def _mix(mix: tuple[int, int, int]) -> tuple[int, int, int]:
    if gcd(*mix) != 1:
        spelled = ", ".join(map(str, mix))
        raise ValueError(f"must be shares of clean, noise, blur without a common divisor, as 2, 1, 1; got {spelled}")
    return mix


def _strengths(strengths: tuple[int, ...]) -> tuple[int, ...]:
    if list(strengths) != [level for level in LEVELS if level in strengths]:
        raise ValueError(f"must be distinct, ascending and in {LEVELS[0]}..{LEVELS[-1]}, got {strengths}")
    return strengths


Amount = Annotated[float, Field(ge=0, le=HEAVIEST), AfterValidator(_zero)]
LayerName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*$", max_length=200)]
Layers = Annotated[tuple[LayerName, ...], AfterValidator(_layers)]
Share = Annotated[int, Field(ge=0, le=MOST_SHARES)]
Mix = Annotated[tuple[Share, Share, Share], AfterValidator(_mix)]
Strengths = Annotated[tuple[int, ...], AfterValidator(_strengths)]


class FineTuning(Architecture):
    """A way of fine-tuning. What a choice makes dead has one value, so that nothing is trained twice: weight 0, alpha 0
    and no layers with the loss `none`; alpha 0 with any loss but the intermediate constraint; no strengths where
    all pictures stay clean."""

    role: ClassVar[str] = "fine_tuning"

    kind: Literal["fine_tuning"] = Field("fine_tuning", description="a way of fine-tuning")
    loss: LossKind = Field(LossKind.NONE, description="what holds the student to the teacher")
    weight: Amount = Field(0.0, description="lambda: of that loss, beside the recognition loss")
    alpha: Amount = Field(0.0, description="steepness of the sigmoid of the intermediate constraint")
    layers: Layers = Field((), description="where: names of layers, as fc6, or dotted paths of modules")
    mix: Mix = Field((1, 1, 1), description="shares of clean, noisy and blurred pictures, without a common divisor")
    strengths: Strengths = Field(LEVELS, description="steps drawn uniformly: s is noise of 20 s, or blur of 2 s")

    @property
    def distorts(self) -> bool:
        """Whether any picture is distorted."""
        return self.mix[1:] != (0, 0)

    @model_validator(mode="after")
    def _loss_is_whole_or_absent(self) -> Self:
        absent = self.loss is LossKind.NONE
        if absent != (self.weight == 0):
            raise wrong(
                "weight", f"must be {'0' if absent else 'above 0'} with the loss {self.loss}, got {self.weight}"
            )
        if absent != (not self.layers):
            raise wrong("layers", f"must be {'empty' if absent else 'named'} with the loss {self.loss}")
        return self

    @model_validator(mode="after")
    def _alpha_belongs_to_the_intermediate_constraint(self) -> Self:
        steep = self.loss is LossKind.INTERMEDIATE_CONSTRAINT
        if steep != (self.alpha > 0):
            raise wrong("alpha", f"must be {'above 0' if steep else '0'} with the loss {self.loss}, got {self.alpha}")
        return self

    @model_validator(mode="after")
    def _strengths_belong_to_distortions(self) -> Self:
        if self.distorts != bool(self.strengths):
            state = "named where pictures are distorted" if self.distorts else "empty where all pictures stay clean"
            raise wrong("strengths", f"must be {state}, got {list(self.strengths)}")
        return self
