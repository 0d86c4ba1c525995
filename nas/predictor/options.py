"""Options of the strategy `predictor`, without what it takes to predict."""

from typing import Literal

from pydantic import Field

from nas.strategies.learning import LearningOptions


class PredictorStrategy(LearningOptions):
    """A model of all trials so far picks the most promising of many candidates: the one for expensive trials."""

    kind: Literal["predictor"] = Field("predictor", description="Bayesian optimisation with a Gaussian process")
    initial: int = Field(10, ge=2, description="finished trials before the model is asked; those are drawn at random")
    candidates: int = Field(150, ge=10, le=10_000, description="how many candidates the model judges for one trial")
    training: int = Field(
        300, ge=20, le=2000, description="trials the model learns from, at most: the best, the newest, some of the rest"
    )
    costs: bool = Field(True, description="whether the model knows params, macs and other static metrics of candidates")
