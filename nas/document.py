"""The search document: what a person submits. Every field documented; unknown fields rejected with the nearest name."""

from typing import Annotated, Any, Literal

from pydantic import Field

from nas.tasks.detection import DetectionTask
from nas.tasks.options import Options


class Objective(Options):
    """A metric with a direction."""

    metric: str
    goal: Literal["maximize", "minimize"] = "maximize"


class Constraint(Options):
    """A metric with a bound; at least one of `min`, `max`."""

    metric: str
    min: float | None = None
    max: float | None = None


class RandomStrategy(Options):
    """Draws uniformly from the space. It looks at no results, so it never waits for any."""

    kind: Literal["random"] = Field("random", description="uniform draws")


class EvolutionStrategy(Options):
    """Regularized evolution (Real et al. 2019): the oldest die, the best of a sample is mutated."""

    kind: Literal["evolution"] = Field("evolution", description="regularized evolution")
    population: int = Field(32, ge=2, description="how many of the last completed trials are alive")
    sample: int = Field(8, ge=1, description="how many of them compete to be mutated; at most population")
    lag: int | Literal["none"] | None = Field(
        None,
        description="trial n sees the results of trials 0 .. n - lag and waits for them, so the search is the same at "
        "any speed; null: twice resources.concurrent; none: it sees all there are and never waits",
    )


class FixedStrategy(Options):
    """Tries a list of architectures in its order; with another seed the same ones are trained differently."""

    kind: Literal["fixed"] = Field("fixed", description="a list of architectures")
    candidates: tuple[str | tuple[int, ...] | dict[str, Any], ...] = Field(
        min_length=1,
        description="published names (their graph, with the widths of the space), architectures as JSON, or genotypes",
    )


StrategyOptions = RandomStrategy | EvolutionStrategy | FixedStrategy


class Budget(Options):
    """When the search ends."""

    trials: int = Field(ge=1)
    max_failures: int | None = Field(
        None, ge=1, description="failed trials that stop the search; null: half of trials, at least 5"
    )
    trial_timeout_s: float | None = Field(None, gt=0)


class Resources(Options):
    """What one trial gets, and how many run at a time."""

    cpus: float = Field(1, gt=0)
    gpus: float = Field(0, ge=0)
    concurrent: int = Field(1, ge=1)


class SearchDocument(Options):
    """One search: a space, a task, objectives, a strategy, a budget."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")
    space: dict[str, Any] = Field(description="kind and options of a registered space; see `nas spaces`")
    task: DetectionTask
    objectives: tuple[Objective, ...] = Field(min_length=1)
    constraints: tuple[Constraint, ...] = ()
    strategy: Annotated[StrategyOptions, Field(discriminator="kind")]
    budget: Budget
    resources: Resources = Resources()
    seed: int = Field(0, ge=0, lt=2**32)
