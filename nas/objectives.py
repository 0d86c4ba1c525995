"""What makes a trial better, and the bounds it has to keep."""

from typing import Literal, Self

from pydantic import Field, model_validator

from nas.tasks.options import Options
from search_spaces.reading import wrong


class Objective(Options):
    """A metric with a direction."""

    metric: str = Field(description="a metric of the task or a static one (params, macs); see the task")
    goal: Literal["maximize", "minimize"] = Field("maximize", description="which way is better")


class Constraint(Options):
    """A metric with a bound; at least one of `min`, `max`."""

    metric: str = Field(
        description="a static metric (params, macs): candidates that break it are never trained; or a measured one: "
        "trials that break it are left out of the Pareto front"
    )
    min: float | None = Field(None, description="least value allowed")
    max: float | None = Field(None, description="greatest value allowed")

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.min is None and self.max is None:
            raise wrong("max", "min or max is required")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise wrong("min", f"must be at most max, {self.max:g}, got {self.min:g}")
        return self
