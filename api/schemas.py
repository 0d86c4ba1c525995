"""What the REST service says: records as people and scripts read them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from api.examples import BEST, DOCUMENT, EVENT, MEASUREMENT, SEARCH, SPACE, TRIAL, TRIAL_ROW
from nas.document import SearchDocument
from nas.estimates import Estimates
from nas.ports import Page, SearchSummary
from nas.records import Companion, Event, Failure, Measurement, Pause, Search, SearchStatus, Trial, TrialStatus
from nas.rules import trial_budget


def _example(*values: Any) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": list(values)})


class SearchView(BaseModel):
    """One search."""

    model_config = _example(SEARCH)

    id: str
    name: str
    project: str
    priority: int = Field(description="among the searches of the cluster; higher first")
    status: SearchStatus
    reason: str | None = Field(description="why it ended, where it did not just complete")
    cancel_requested: bool
    pause_requested: Pause | None = Field(description="later: once the running trials have ended; null: not to pause")
    trial_budget: int | None = Field(description="how many candidates it is to have, where that was raised since")
    created_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None


class BestView(BaseModel):
    """The best trial of a search by its first objective."""

    metric: str
    goal: str
    value: float
    number: int


class SearchRow(SearchView):
    """One search as a list shows it."""

    model_config = _example({**SEARCH, "trials": {"completed": 4, "running": 2}, "budget": 12, "best": BEST})

    trials: dict[TrialStatus, int] = Field(description="trials by status; a status without trials is left out")
    budget: int | None = Field(description="candidates it trains at most; companions of the best come on top")
    best: BestView | None = Field(description="of the feasible completed trials; null before there is one")


class SearchDetail(SearchRow):
    """One search with its document and counts."""

    model_config = _example(
        {
            **SEARCH,
            "document": DOCUMENT,
            "trials": {"completed": 4, "running": 2},
            "budget": 12,
            "best": BEST,
            "infeasible": 3,
            "redraws": {"dead block": 5},
        }
    )

    document: dict[str, Any]
    infeasible: int = Field(description="candidates that broke a constraint or could not be built")
    redraws: dict[str, int] = Field(description="draws thrown away, by reason")


class SearchList(BaseModel):
    """A page of searches, newest first."""

    model_config = _example(
        {"items": [{**SEARCH, "trials": {"completed": 4}, "budget": 4, "best": BEST}], "next_cursor": None}
    )

    items: list[SearchRow]
    next_cursor: str | None = Field(description="send it as `cursor` for the next page; null on the last")


class FailureView(BaseModel):
    """Why a trial failed."""

    kind: str
    message: str


class ArtifactView(BaseModel):
    """Named immutable bytes."""

    name: str
    uri: str
    sha256: str
    size_bytes: int


class MeasurementView(BaseModel):
    """The metrics of a trial at a fidelity."""

    model_config = _example(MEASUREMENT)

    fidelity: int = Field(description="epochs received so far")
    metrics: dict[str, float]
    elapsed_s: float = Field(description="training and evaluation only")
    artifacts: list[ArtifactView]


class CompanionView(BaseModel):
    """What a trial beside a candidate is for."""

    candidate: int = Field(description="number of the candidate's trial")
    control: str | None = Field(description="which control it is; null: the candidate again, with another seed")
    repeat: int = Field(description="1, 2, ...; a candidate and its controls share the seed of a repeat")


class TrialView(BaseModel):
    """One trial with the newest value of every metric."""

    model_config = _example(TRIAL)

    id: str
    number: int
    status: TrialStatus
    architecture_id: str
    companion: CompanionView | None = Field(description="what the trial stands beside; null: it is a candidate")
    attempt: int = Field(description="how often it was handed to a worker")
    fidelity: int | None = Field(description="epochs of its last measurement")
    elapsed_s: float | None
    metrics: dict[str, float]
    failure: FailureView | None
    broken: str | None = Field(
        description="the measured constraint it breaks, as `latency_ms 12.5 > 10`: a completed trial that is infeasible"
    )
    created_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None


class EstimateView(BaseModel):
    """A mean over seeds with its spread and its 95 % interval (Student's t)."""

    mean: float
    seeds: int
    std: float | None = Field(
        description="standard deviation over the seeds; null with fewer than two, as are `low` and `high`"
    )
    low: float | None
    high: float | None


class TrialRow(TrialView):
    """One trial of a list, and what came of training its candidate again."""

    model_config = _example(TRIAL_ROW)

    repeats: dict[str, EstimateView] = Field(
        description="of a candidate that was trained again, by metric: the mean over its completed repeats, for the "
        "metric the list is sorted by and for the objectives, as far as they are measured. The trial itself, whose "
        "values stand in `metrics`, is not in the mean: that it is one of the best of many is partly luck. Empty for "
        "all other trials"
    )


class PromotionView(BaseModel):
    """A trial that was stopped early and taken up again."""

    job: int = Field(description="counts proposals and promotions of the search in their order")
    fidelity: int = Field(description="epochs it had received when it had ended")
    after: TrialStatus = Field(description="how it had ended before: failed and cancelled trials are retried by wish")
    seen: int | None = Field(description="decided on the results of so many jobs; null: on all there were")


class TrialDetail(TrialView):
    """One trial with its architecture and its whole curve."""

    model_config = _example(
        {
            **TRIAL,
            "genotype": [3, 0, 1],
            "architecture": {"kind": "spinenet", "blocks": []},
            "static_metrics": {"params": 311864.0, "macs": 74912256.0},
            "seed": 1234,
            "redraws": {"dead block": 1},
            "measurements": [MEASUREMENT],
            "promotions": [{"job": 12, "fidelity": 3, "after": "stopped", "seen": 9}],
            "pruned_at": None,
        }
    )

    genotype: list[int]
    architecture: dict[str, Any]
    static_metrics: dict[str, float]
    seed: int
    redraws: dict[str, int]
    measurements: list[MeasurementView]
    promotions: list[PromotionView] = Field(description="when it was taken up again after being stopped early")
    pruned_at: datetime | None = Field(description="when checkpoints, models and pictures were removed; null: never")


class TrialList(BaseModel):
    """A page of trials in the order asked for."""

    model_config = _example({"items": [TRIAL_ROW], "next_cursor": "WyIxYWQxOWFhZGFlNmUiLDAuNDEsNF0"})

    items: list[TrialRow]
    next_cursor: str | None = Field(description="send it as `cursor` for the next page; null on the last")


class ParetoFront(BaseModel):
    """The trials no other trial beats on every objective."""

    model_config = _example({"objectives": ["AP", "params"], "size": 1, "items": [TRIAL_ROW]})

    objectives: list[str]
    size: int = Field(description="trials on the front; `items` holds the first of them")
    items: list[TrialRow]


class MetricView(BaseModel):
    """A metric of a search."""

    name: str
    goal: str = Field(description="maximize or minimize: which way it is better")
    objective: bool


class MetricList(BaseModel):
    """The metrics of a search by name."""

    model_config = _example({"items": [{"name": "AP", "goal": "maximize", "objective": True}]})

    items: list[MetricView]


class EventView(BaseModel):
    """Something that happened in a search."""

    model_config = _example(EVENT)

    sequence: int
    at: datetime
    kind: str
    message: str
    trial: int | None


class EventList(BaseModel):
    """Events, oldest first."""

    model_config = _example({"items": [EVENT], "next_after": 7})

    items: list[EventView]
    next_after: int = Field(description="send it as `after` to read on")


class SpaceView(BaseModel):
    """A kind of space."""

    model_config = _example(SPACE)

    kind: str
    summary: str
    reference: str
    count: str = Field(
        description="architectures with default options, and with those of the example where there is no default; "
        "a string, for it exceeds what JSON readers hold"
    )


class SpaceDetail(SpaceView):
    """A kind of space with its options."""

    model_config = _example(
        {
            **SPACE,
            "example": {"kind": "spinenet"},
            "options": [
                {
                    "name": "width",
                    "required": False,
                    "default": 1.0,
                    "description": "multiplies every number of filters",
                }
            ],
            "schema": {"type": "object"},
        }
    )

    example: dict[str, Any] = Field(description="a `space` of a document: the options that are required, no others")
    options: list[dict[str, Any]]
    schema_: dict[str, Any] = Field(alias="schema", description="JSON schema of the options")


class SpaceList(BaseModel):
    """The kinds of spaces there are."""

    model_config = _example({"items": [SPACE]})

    items: list[SpaceView]


class Health(BaseModel):
    """A sign of life."""

    model_config = _example({"status": "ok"})

    status: str


def search_view(search: Search) -> SearchView:
    """What a list says about a search."""
    return SearchView.model_validate(search, from_attributes=True)


def search_detail(summary: SearchSummary, best: BestView | None = None) -> SearchDetail:
    """All there is to say about a search."""
    return SearchDetail(
        **search_view(summary.search).model_dump(),
        trials=summary.trials_by_status,
        budget=budget_of(summary.search),
        best=best,
        document=summary.search.document,
        infeasible=summary.infeasible,
        redraws=summary.redraws,
    )


def budget_of(search: Search) -> int | None:
    """How many candidates the search trains at most; None where its document is of another program."""
    try:
        return trial_budget(SearchDocument.model_validate(search.document), search.trial_budget)
    except ValidationError:
        return None


def trial_view(trial: Trial) -> TrialView:
    """A trial with the newest values."""
    return TrialView(**_row(trial))


def trial_row(trial: Trial, repeats: Estimates) -> TrialRow:
    """A trial of a list, with what is known of its repeats."""
    known = repeats.get(trial.number, {})
    views = {metric: EstimateView.model_validate(each, from_attributes=True) for metric, each in known.items()}
    return TrialRow(**_row(trial), repeats=views)


def trial_detail(trial: Trial) -> TrialDetail:
    """A trial with everything it went through."""
    return TrialDetail(
        **_row(trial),
        genotype=list(trial.genotype),
        architecture=trial.architecture,
        static_metrics=trial.static_metrics,
        seed=trial.seed,
        redraws=trial.redraws,
        measurements=[_measurement(each) for each in trial.measurements],
        promotions=[PromotionView.model_validate(each, from_attributes=True) for each in trial.promotions],
        pruned_at=trial.pruned_at,
    )


def trial_list(page: Page) -> TrialList:
    """A page of trials."""
    return TrialList(items=[trial_row(trial, page.repeats) for trial in page.trials], next_cursor=page.next_cursor)


def event_list(events: Iterable[Event], after: int) -> EventList:
    """Events and where to read on; `after` is where these began."""
    items = [EventView.model_validate(event, from_attributes=True) for event in events]
    return EventList(items=items, next_after=items[-1].sequence if items else after)


def _row(trial: Trial) -> dict[str, Any]:
    last = trial.measurements[-1] if trial.measurements else None
    return {
        "id": trial.id,
        "number": trial.number,
        "status": trial.status,
        "architecture_id": trial.architecture_id,
        "companion": _companion(trial.companion),
        "attempt": trial.attempt,
        "fidelity": last.fidelity if last else None,
        "elapsed_s": last.elapsed_s if last else None,
        "metrics": trial.metrics,
        "failure": _failure(trial.failure),
        "broken": trial.broken,
        "created_at": trial.created_at,
        "started_at": trial.started_at,
        "finished_at": trial.finished_at,
    }


def _companion(companion: Companion | None) -> CompanionView | None:
    return None if companion is None else CompanionView.model_validate(companion, from_attributes=True)


def _failure(failure: Failure | None) -> FailureView | None:
    return None if failure is None else FailureView(kind=failure.kind.value, message=failure.message)


def _measurement(measurement: Measurement) -> MeasurementView:
    return MeasurementView.model_validate(measurement, from_attributes=True)
