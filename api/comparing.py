"""How the best candidates of a stored search compare with their controls: what is read, and what is said about it."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from api.examples import COMPARISON, TRIAL
from api.schemas import TrialView, trial_view
from nas.comparisons import Comparison, Estimate, comparisons
from nas.errors import InvalidQuery
from nas.leaderboard import parse_query
from nas.ports import Page, Query
from nas.records import Search, Trial


class Verdict(StrEnum):
    """What a difference says about the candidate, by its interval and by which way the metric is better."""

    BETTER = "better"
    WORSE = "worse"
    WITHIN_NOISE = "within_noise"  # the interval holds zero: no more than the noise of seeds
    TOO_FEW_SEEDS = "too_few_seeds"  # fewer than two seeds that both were trained with


class EstimateView(BaseModel):
    """A mean over seeds with its 95 % interval (Student's t)."""

    mean: float
    seeds: int
    low: float | None = Field(description="null with fewer than two seeds; so is `high`")
    high: float | None


class DifferenceView(EstimateView):
    """Candidate minus control, paired by seed."""

    excludes_zero: bool = Field(description="whether the difference is more than the noise of seeds")


class ComparisonView(BaseModel):
    """One candidate against one of its controls."""

    model_config = ConfigDict(json_schema_extra={"examples": [COMPARISON]})

    candidate: int = Field(description="number of the candidate's trial")
    control: str
    candidate_value: EstimateView = Field(
        description="of its repeats alone: the trial that made it one of the best was luck too"
    )
    control_value: EstimateView
    difference: DifferenceView | None = Field(description="null where no seed was completed by both")
    verdict: Verdict = Field(description="of the candidate; where less is better, a difference below zero is better")


class ComparisonList(BaseModel):
    """Candidates against their controls in one metric, by candidate."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"metric": "AP", "goal": "maximize", "items": [COMPARISON], "trials": [TRIAL]}],
        }
    )

    metric: str
    goal: Literal["maximize", "minimize"] = Field(description="which way the metric is better")
    items: list[ComparisonView]
    trials: list[TrialView] = Field(description="all companions, and the candidates they stand beside, by number")


class Source(Protocol):
    """Where trials are read: a storage or a service."""

    def compared(self, search_id: str) -> list[Trial]: ...

    def leaderboard(self, search_id: str, query: Query) -> Page: ...


def comparisons_of(source: Source, search: Search, metric: str | None = None) -> ComparisonList:
    """The candidates that have controls against each of them, by default in the first objective.

    Raises `NotFound` for a metric that no trial has, once one has completed, and `InvalidQuery` for no name of one.
    """
    query = parse_query(sort=metric, search=search, limit=1)
    if metric not in (None, query.sort):
        raise InvalidQuery(f"metric must be the name of a metric, got {metric!r}")
    source.leaderboard(search.id, query)  # knows which metrics there are
    return comparison_list(source.compared(search.id), query.sort, more_is_better=query.descending)


def comparison_list(trials: Sequence[Trial], metric: str, *, more_is_better: bool) -> ComparisonList:
    """What these trials, candidates and companions, say in one metric."""
    return ComparisonList(
        metric=metric,
        goal="maximize" if more_is_better else "minimize",
        items=[_view(found, more_is_better=more_is_better) for found in comparisons(trials, metric)],
        trials=[trial_view(trial) for trial in trials],
    )


def verdict_of(difference: Estimate | None, *, more_is_better: bool) -> Verdict:
    """What the difference of a candidate to its control says."""
    if difference is None or difference.low is None:
        return Verdict.TOO_FEW_SEEDS
    if not difference.excludes_zero:
        return Verdict.WITHIN_NOISE
    return Verdict.BETTER if (difference.mean > 0) == more_is_better else Verdict.WORSE


def _view(found: Comparison, *, more_is_better: bool) -> ComparisonView:
    difference = found.difference
    return ComparisonView(
        candidate=found.candidate,
        control=found.control,
        candidate_value=EstimateView.model_validate(found.candidate_value, from_attributes=True),
        control_value=EstimateView.model_validate(found.control_value, from_attributes=True),
        difference=None if difference is None else DifferenceView.model_validate(difference, from_attributes=True),
        verdict=verdict_of(difference, more_is_better=more_is_better),
    )
