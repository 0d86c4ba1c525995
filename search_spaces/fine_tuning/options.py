"""The options of the fine-tuning space, the values of the publication as defaults (Suzuki et al.)."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from search_spaces.fine_tuning.architecture import HEAVIEST, LEVELS, Layers, LossKind, Mix, Strengths


def _distinct(values: tuple[Any, ...]) -> tuple[Any, ...]:
    if len(set(values)) < len(values):
        raise ValueError(f"must be distinct, got {', '.join(str(value) for value in values)}")
    return values


Positive = Annotated[float, Field(gt=0, le=HEAVIEST)]
Positives = Annotated[tuple[Positive, ...], Field(min_length=1), AfterValidator(_distinct)]
NamedLayers = Annotated[Layers, Field(min_length=1)]
NamedStrengths = Annotated[Strengths, Field(min_length=1)]


class FineTuningOptions(BaseModel):
    """What may be searched. Every field lists the options of one choice; a choice that means nothing is not asked."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    kind: Literal["fine_tuning"] = "fine_tuning"
    losses: Annotated[tuple[LossKind, ...], AfterValidator(_distinct)] = Field(
        (LossKind.NONE, LossKind.MSE, LossKind.INTERMEDIATE_CONSTRAINT),
        min_length=1,
        description="what holds the student to the teacher; none is lambda 0, plain fine-tuning",
    )
    weights: Positives = Field((0.025, 0.05, 0.075, 0.1, 0.125), description="lambda, for every loss but none")
    alphas: Positives = Field((100.0,), description="steepness of the sigmoid, for the intermediate constraint alone")
    layers: Annotated[tuple[NamedLayers, ...], AfterValidator(_distinct)] = Field(
        (("fc6", "fc7"),), min_length=1, description="sets of layers, for every loss but none"
    )
    mixes: Annotated[tuple[Mix, ...], AfterValidator(_distinct)] = Field(
        ((1, 1, 1),),
        min_length=1,
        description="shares of clean, noisy and blurred pictures; the publication does not say, uniform is our default",
    )
    strengths: Annotated[tuple[NamedStrengths, ...], AfterValidator(_distinct)] = Field(
        (LEVELS,), min_length=1, description="sets of steps 1..5: s is noise of sigma 20 s, or blur of sigma 2 s"
    )
