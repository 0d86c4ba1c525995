"""How the best candidates of a stored search compare, with one another and with their controls: what is read, and what
is said about it."""

from collections.abc import Sequence
from dataclasses import asdict
from enum import StrEnum
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from api.examples import COMPARISON, METRIC_COMPARISON, PAIRED_TEST, RANKED, TRIAL
from api.schemas import EstimateView, TrialView, trial_view
from nas.comparisons import TABLES, Comparison, comparisons
from nas.errors import InvalidQuery
from nas.estimates import Estimate
from nas.leaderboard import parse_query
from nas.mean_ranking import LEVEL, Lead, Ranked, mean_ranking
from nas.paired_trials import PairedTests, paired_tests
from nas.ports import Page, Query
from nas.records import Search, Trial


class Verdict(StrEnum):
    """What a difference says about the candidate, and by which way the metric is better."""

    BETTER = "better"
    WORSE = "worse"
    WITHIN_NOISE = "within_noise"  # no more than the noise of seeds
    TOO_FEW_SEEDS = "too_few_seeds"  # to tell


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
    verdict: Verdict = Field(
        description="of the candidate, by whether the interval holds zero; where less is better, a difference below "
        "zero is better"
    )


class LeadView(BaseModel):
    """A candidate minus the next one; seeds of different candidates differ, so this is Welch's test of two means."""

    over: int = Field(description="number of the next candidate")
    mean: float = Field(description="of this candidate minus that of the next; below zero where less is better")
    low: float | None = Field(
        description="`low` and `high`: the 95 % interval of this difference alone; null, as the chances are, where "
        "either has fewer than two seeds"
    )
    high: float | None
    p: float | None = Field(description="two-sided, of this pair alone")
    adjusted_p: float | None = Field(
        description="of number 1 against number 2 as it is; those below adjusted for one another (Holm)"
    )
    verdict: Verdict = Field(
        description="better: `adjusted_p` is below 0.05; within_noise: it is not; too_few_seeds: there is none"
    )


class RankedView(BaseModel):
    """A candidate by the mean of its repeats."""

    model_config = ConfigDict(json_schema_extra={"examples": [RANKED]})

    candidate: int = Field(description="number of the candidate's trial")
    first: float | None = Field(description="what that trial reached; it is not in the mean")
    value: EstimateView = Field(description="over its completed repeats")
    lead: LeadView | None = Field(description="over the next candidate; null of the last")


class MetricComparison(BaseModel):
    """Candidates in one metric: against their controls, and in the order of their means."""

    model_config = ConfigDict(json_schema_extra={"examples": [METRIC_COMPARISON]})

    metric: str
    goal: Literal["maximize", "minimize"] = Field(description="which way the metric is better")
    items: list[ComparisonView] = Field(description="candidates against their controls, by candidate")
    ranking: list[RankedView] = Field(description="candidates trained again, best mean first; of measured metrics")


class PairedTestView(BaseModel):
    """McNemar's test of a candidate and one of its controls, both trained with one seed and judged in one pass."""

    model_config = ConfigDict(json_schema_extra={"examples": [PAIRED_TEST]})

    candidate: int = Field(description="number of the candidate's trial")
    control: str
    repeat: int = Field(description="1, 2, ...: the seed that both were trained with")
    pass_name: str = Field(
        description="how the pictures were judged: top1, or clean, noise_20, ...; passes are over the same pictures, "
        "so the tests of a seed are not independent of one another"
    )
    pictures: int
    only_candidate: int = Field(description="pictures that the candidate gets right and the control wrong")
    only_control: int
    exact_p: float = Field(description="two-sided; tells these two trained networks apart, within one seed")


class ComparisonList(BaseModel):
    """The best candidates trained again: in every metric over seeds, and picture by picture within each seed."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "metrics": [METRIC_COMPARISON],
                    "paired_tests": [PAIRED_TEST],
                    "paired_tests_left_out": None,
                    "trials": [TRIAL],
                }
            ],
        }
    )

    metrics: list[MetricComparison] = Field(description="one per metric, in the order asked for")
    paired_tests: list[PairedTestView] = Field(description="where trials keep which pictures they got right")
    paired_tests_left_out: str | None = Field(description="what could not be read for them; null where nothing was")
    trials: list[TrialView] = Field(description="all companions, and the candidates they stand beside, by number")

    @property
    def has_items(self) -> bool:
        """Whether any candidate and control are compared in any metric."""
        return any(each.items for each in self.metrics)

    def only(self, metrics: Sequence[str]) -> "ComparisonList":
        """The comparisons in these metrics, in their order."""
        known = {each.metric: each for each in self.metrics}
        return self.model_copy(update={"metrics": [known[metric] for metric in metrics if metric in known]})

    @property
    def has_rankings(self) -> bool:
        """Whether any candidate was trained again."""
        return any(each.ranking for each in self.metrics)


class Source(Protocol):
    """Where trials are read: a storage or a service."""

    def compared(self, search_id: str) -> list[Trial]: ...

    def leaderboard(self, search_id: str, query: Query) -> Page: ...


def comparisons_of(
    source: Source, search: Search, metrics: Sequence[str] = (), *, paired: bool = True
) -> ComparisonList:
    """The candidates trained again, against their controls and against one another, by default in the metrics of
    `default_metrics`.

    Without `paired`, what single pictures say is not read. Raises `NotFound` for a metric that no trial has, once one
    has completed, and `InvalidQuery` for no name of one.
    """
    queries = [_query(search, name) for name in dict.fromkeys(metrics or default_metrics(search))]
    for query in queries:
        source.leaderboard(search.id, query)  # knows which metrics there are
    trials = source.compared(search.id)
    tests = paired_tests(trials) if paired else PairedTests()
    return ComparisonList(
        metrics=[metric_comparison(trials, query.sort, more_is_better=query.descending) for query in queries],
        paired_tests=[PairedTestView.model_validate(test, from_attributes=True) for test in tests.tests],
        paired_tests_left_out=tests.left_out,
        trials=[trial_view(trial) for trial in trials],
    )


def default_metrics(search: Search) -> tuple[str, ...]:
    """The first objective, or the table its kind of task was published with; the objective leads where it is not in."""
    first = parse_query(search=search, limit=1).sort
    table = TABLES.get(search.document.get("task", {}).get("kind"), (first,))
    return table if first in table else (first, *table)


def metric_comparison(trials: Sequence[Trial], metric: str, *, more_is_better: bool) -> MetricComparison:
    """What these trials, candidates and companions, say in one metric."""
    return MetricComparison(
        metric=metric,
        goal="maximize" if more_is_better else "minimize",
        items=[_view(found, more_is_better=more_is_better) for found in comparisons(trials, metric)],
        ranking=[_ranked(found) for found in mean_ranking(trials, metric, more_is_better=more_is_better)],
    )


def verdict_of(difference: Estimate | None, *, more_is_better: bool) -> Verdict:
    """What the difference of a candidate to its control says."""
    if difference is None or difference.low is None:
        return Verdict.TOO_FEW_SEEDS
    if not difference.excludes_zero:
        return Verdict.WITHIN_NOISE
    return Verdict.BETTER if (difference.mean > 0) == more_is_better else Verdict.WORSE


def verdict_of_lead(lead: Lead) -> Verdict:
    """What the lead of a candidate over the next one says."""
    if lead.adjusted_p is None:
        return Verdict.TOO_FEW_SEEDS
    return Verdict.BETTER if lead.adjusted_p < LEVEL else Verdict.WITHIN_NOISE


def _query(search: Search, metric: str) -> Query:
    """The query of this metric, which says which way it is better. Raises `InvalidQuery`."""
    query = parse_query(sort=metric, search=search, limit=1)
    if metric != query.sort:
        raise InvalidQuery(f"metric must be the name of a metric, got {metric!r}")
    return query


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


def _ranked(found: Ranked) -> RankedView:
    lead = found.lead
    return RankedView(
        candidate=found.candidate,
        first=found.first,
        value=EstimateView.model_validate(found.value, from_attributes=True),
        lead=None if lead is None else LeadView(**asdict(lead), verdict=verdict_of_lead(lead)),
    )
