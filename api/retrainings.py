"""Retrainings as they are stored: searches that say in `retrains` which trial they train in full."""

from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Select, select

from api.database import reading
from api.examples import RETRAINING
from api.overview import rows_of
from api.plots.memo import Memo
from api.queries import last_seen
from api.rows import search_record
from api.schemas import EstimateView, SearchRow
from api.storage import SqlStorage
from api.tables import searches
from nas.estimates import estimate
from nas.leaderboard import encode_cursor
from nas.ports import Storage
from nas.records import Search, Trial, TrialStatus
from nas.retraining import MAX_SEEDS
from nas.retraining_options import Retrains

MARK = "retrains"


class RetrainingOptions(BaseModel):
    """How a trial is retrained."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"changes": {"task": {"epochs": 350, "image_size": [640, 640]}}, "seeds": 3}]},
    )

    changes: dict[str, Any] = Field(
        default={},
        description="what makes it the full training: fields of the document to be different, as `task.epochs`; those "
        "of name, task, objectives, budget, resources, seed; null: back to the default",
    )
    seeds: int = Field(1, ge=1, le=MAX_SEEDS, description="how many times it is trained, each with another seed")


class RetrainingView(SearchRow):
    """A retraining: a search of one candidate, beside the trial that it trains in full."""

    model_config = ConfigDict(json_schema_extra={"examples": [RETRAINING]})

    of: Retrains = Field(description="the trial, and what it had reached when its retraining was asked for")
    epochs: int = Field(description="of a whole training")
    seeds: int = Field(description="how many times it is trained")
    value: EstimateView | None = Field(description="what the completed trainings reached in the same metric")


class RetrainingList(BaseModel):
    """A page of retrainings, newest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [RETRAINING], "next_cursor": None}]})

    items: list[RetrainingView]
    next_cursor: str | None = Field(description="send it as `cursor` for the next page; null on the last")


def retrainings(
    storage: SqlStorage,
    memo: Memo,
    *,
    of: str | None = None,
    project: str | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> RetrainingList:
    """A page of them, of all projects or one, of all searches or the one with the id `of`."""
    binding = f"retrainings {of} {project}"
    statement = _statement(of, project).order_by(searches.c.id.desc()).limit(limit + 1)
    if cursor is not None:
        statement = statement.where(searches.c.id < last_seen(cursor, binding))
    with reading(storage.engine) as connection:
        found = [search_record(row) for row in connection.execute(statement)]
    more = encode_cursor(binding, [found[limit - 1].id]) if len(found) > limit else None
    return RetrainingList(items=retraining_views(storage, memo, found[:limit]), next_cursor=more)


def retraining_views(storage: SqlStorage, memo: Memo, found: Sequence[Search]) -> list[RetrainingView]:
    """How each of these retrainings is doing."""
    rows = rows_of(storage, memo, found)
    return [_view(storage, *pair) for pair in zip(found, rows, strict=True)]


def reached(trials: Sequence[Trial], metric: str) -> Iterator[float]:
    """What the completed trainings measured. Nothing was chosen among them, so that the first counts as any other."""
    for trial in trials:
        if trial.status is TrialStatus.COMPLETED and metric in trial.metrics:
            yield trial.metrics[metric]


def _view(storage: Storage, search: Search, row: SearchRow) -> RetrainingView:
    of = Retrains.model_validate(search.document[MARK])
    values = list(reached(storage.trials(search.id), of.metric))
    value = EstimateView.model_validate(estimate(values), from_attributes=True) if values else None
    return RetrainingView(
        **row.model_dump(), of=of, epochs=search.document["task"]["epochs"], seeds=_seeds(search), value=value
    )


def _seeds(search: Search) -> int:
    """The candidate and its companions."""
    rules = search.document.get("comparison") or {}
    return 1 + (rules.get("seeds", 0) if rules.get("top") else 0)


def _statement(of: str | None, project: str | None) -> Select[Any]:
    """The mark is looked for in the documents: there are few searches, however many trials they have."""
    marked = searches.c.document[MARK]["search"].as_string()
    statement = select(searches).where(marked.is_not(None) if of is None else marked == of)
    return statement if project is None else statement.where(searches.c.project == project)
