"""What all strategies that look at results have in common."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from nas.tasks.options import Options, either
from search_spaces.reading import wrong


class LearningOptions(Options):
    """Options of a strategy that learns from the results of earlier trials."""

    lag: Annotated[int | Literal["none"] | None, either("must be a whole number, none or null")] = Field(
        None,
        description="trial n sees the results of trials 0 .. n - lag and waits for them, so the search is the same at "
        "any speed; null: twice resources.concurrent; none: it sees all there are and never waits",
    )

    @model_validator(mode="after")
    def _lagging(self) -> Self:
        if isinstance(self.lag, int) and self.lag < 1:
            raise wrong("lag", f"must be at least 1, none or null, got {self.lag}")
        return self
