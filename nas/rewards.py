"""Rewards: one number out of the objectives of a trial, to be recomputed from its measurements by anybody."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from nas.objectives import Objective
from nas.problems import Problem
from nas.tasks.options import Options
from search_spaces.reading import shown

LEAST_SHARE = 1e-6  # of the target; a cost of nothing would be worth infinitely much
STEEPEST = -10  # exponent of a share of the target
HEAVIEST = 1e30

Weight = Annotated[float, Field(ge=-HEAVIEST, le=HEAVIEST)]


class ObjectiveReward(Options):
    """The reward is one objective."""

    kind: Literal["objective"] = Field("objective", description="one objective")
    metric: str | None = Field(None, description="which objective; null: the first")


class WeightedReward(Options):
    """The reward is a weighted sum of objectives, those to minimize taken with the other sign."""

    kind: Literal["weighted"] = Field("weighted", description="a weighted sum of objectives")
    weights: dict[str, Weight] = Field(
        min_length=1,
        description="the weight of each objective, by its metric, for values in the units they are measured in; more "
        "is better, also of objectives to minimize: their values count with the other sign",
    )


class MnasNetReward(Options):
    """The reward is metric * (cost / target) ^ w with w = alpha up to the target and beta above it (Tan et al. 2019).

    Soft, as published for mobile networks: alpha = beta = -0.07. Hard: alpha = 0, beta = -1.
    """

    kind: Literal["mnasnet"] = Field("mnasnet", description="an objective, less where a cost misses its target")
    metric: str | None = Field(None, description="which objective to maximize; null: the first")
    cost: str = Field(description="which objective to minimize, such as macs")
    target: float = Field(gt=0, description="what the cost should be, in its units")
    alpha: float = Field(
        -0.07, ge=STEEPEST, le=0, description="the exponent up to the target; 0: nothing is gained below it"
    )
    beta: float = Field(-0.07, ge=STEEPEST, le=0, description="the exponent above the target; -1: the hard form")


RewardOptions = ObjectiveReward | WeightedReward | MnasNetReward


def reward_of(values: Sequence[float], options: RewardOptions, *, objectives: Sequence[Objective]) -> float:
    """The reward of a trial with these values of its objectives, larger is better. The options name objectives."""
    match options:
        case ObjectiveReward():
            return values[_place(options.metric, objectives)]
        case WeightedReward():
            return sum(weight * values[_place(metric, objectives)] for metric, weight in options.weights.items())
        case MnasNetReward():
            cost = -values[_place(options.cost, objectives)]
            return values[_place(options.metric, objectives)] * _discount(cost, options)


def _discount(cost: float, options: MnasNetReward) -> float:
    """(m / T) ^ w (Tan et al. 2019, equations 2 and 3)."""
    exponent = options.alpha if cost <= options.target else options.beta
    share: float = max(cost / options.target, LEAST_SHARE)
    return float(share**exponent)


def _place(metric: str | None, objectives: Sequence[Objective]) -> int:
    return 0 if metric is None else [objective.metric for objective in objectives].index(metric)


def problems_of_reward(reward: Any, objectives: Any) -> Iterator[Problem]:
    """What a reward names that is no objective, or one of the wrong direction; both as a document has them.

    Says nothing where the shape is wrong.
    """
    goals = _goals(objectives)
    for field, metric, goal in _named(reward if isinstance(reward, Mapping) else {}, goals):
        if isinstance(metric, str) and metric not in goals:
            allowed = ", ".join(goals)
            yield f"strategy.reward.{field}", f"must be one of the objectives, {allowed}, got {shown(metric)}"
        elif isinstance(metric, str) and goal not in (None, goals[metric]):
            yield f"strategy.reward.{field}", f"must be an objective to {goal}, and {metric} is to {goals[metric]}"


def _goals(objectives: Any) -> dict[str, Any]:
    """The direction of every objective by its metric."""
    entries = objectives if isinstance(objectives, list | tuple) else ()
    well = [entry for entry in entries if isinstance(entry, Mapping) and isinstance(entry.get("metric"), str)]
    return {entry["metric"]: entry.get("goal", "maximize") for entry in well}


def _named(reward: Mapping[str, Any], goals: Mapping[str, Any]) -> Iterator[tuple[str, Any, str | None]]:
    """The fields of a reward that name an objective, the metric, and the direction it needs."""
    if reward.get("kind") == "mnasnet":
        first = next(iter(goals), None)
        yield "metric", first if reward.get("metric") is None else reward["metric"], "maximize"
        yield "cost", reward.get("cost"), "minimize"
    else:
        weights = reward.get("weights")
        yield "metric", reward.get("metric"), None
        names = map(str, weights) if isinstance(weights, dict) else ()  # as JSON has them
        yield from ((f"weights.{metric}", metric, None) for metric in names)
