"""The search document: what a person submits. Every field documented; unknown fields rejected with the nearest name."""

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Self

from pydantic import Field, ValidationError, model_validator

from nas.begin_with import BeginWith
from nas.checks import problems_between
from nas.data_sets import FindDataSet, with_named_data
from nas.document_text import read_data
from nas.errors import DocumentError
from nas.objectives import Constraint, Objective
from nas.problems import Problem, problems_of
from nas.proxy_options import ProxyCheck, ProxyPart
from nas.proxy_settings import problems_of_check, resolved_check
from nas.records import Search
from nas.retraining_options import Retrains
from nas.schedulers.registry import SchedulerOptions
from nas.screening import ScreeningOptions
from nas.strategies.fixed import FixedStrategy
from nas.strategies.kinds import AnyStrategy
from nas.strategies.predictor import PredictorStrategy
from nas.tasks.kinds import AnyTask
from nas.tasks.options import Options
from nas.weight_files import resolved_weights
from search_spaces.reading import wrong
from search_spaces.space import Space


class Budget(Options):
    """When the search ends."""

    trials: int = Field(ge=1, description="how many candidates are trained, those that fail included")
    max_failures: int | None = Field(
        None, ge=1, description="failed trials that stop the search; null: half of trials, at least 5"
    )
    trial_timeout_s: float | None = Field(None, gt=0, description="seconds after which a trial fails; null: no limit")


class ComparisonOptions(Options):
    """The best candidates are trained again with new seeds, and their controls beside them: on top of the budget.
    Leaderboard rows then carry mean, spread and 95 % interval over these repeats, and `nas compare` says whether number
    1 by its mean beats number 2. The trial that made a candidate one of the best is not in its mean."""

    top: int = Field(
        1,
        ge=0,
        le=100,
        description="how many of the best candidates, by the first objective, those first that keep measured "
        "constraints; 0: none",
    )
    equal_macs: bool = Field(
        False,
        description="one more control of a learned resizer: the plain interpolation to so large an output that the "
        "whole costs as many multiply-adds",
    )
    seeds: int = Field(
        3,
        ge=1,
        le=100,
        description="new seeds that each of them, and each of its controls, is trained with; from 2 on there are "
        "intervals, and 5 tell much more than 3",
    )
    controls: bool = Field(True, description="train the controls beside them; false: only the candidates again")


class Resources(Options):
    """What one trial gets, and how many run at a time."""

    cpus: float = Field(1, gt=0, le=1024, description="processor cores of a trial; below 1 several share one")
    gpus: float = Field(0, ge=0, le=64, description="GPUs of a trial; below 1 several share one")
    concurrent: int = Field(1, ge=1, le=10_000, description="trials at a time")
    retries: int = Field(2, ge=0, le=100, description="how often a trial goes on elsewhere after its machine was lost")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        for name, amount in (("cpus", self.cpus), ("gpus", self.gpus)):
            if amount > 1 and not float(amount).is_integer():
                raise wrong(name, f"must be a whole number above 1, got {amount}")
        return self


class SearchDocument(Options):
    """One search: a space, a task, objectives, a strategy, a budget."""

    name: str = Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$",
        description="what people call the search: letters, digits, dots, dashes; several searches may share it",
    )
    space: dict[str, Any] = Field(description="kind and options of a registered space; see `nas spaces`")
    task: AnyTask = Field(description="what candidates are trained to do and how they are judged")
    objectives: tuple[Objective, ...] = Field(min_length=1, description="what makes a trial better; the first leads")
    constraints: tuple[Constraint, ...] = Field((), description="bounds a candidate has to keep")
    strategy: AnyStrategy = Field(
        PredictorStrategy(), description="how candidates are proposed; by default by a model of all trials so far"
    )
    begin_with: BeginWith | None = Field(
        None, description="what is trained first, and what an earlier search has taught; null: nothing"
    )
    screening: ScreeningOptions | None = Field(
        None, description="many are drawn and scored, the best few trained; null: the first that fits is trained"
    )
    scheduler: SchedulerOptions | None = Field(
        None, discriminator="kind", description="which trials are stopped early; null: every trial runs to its end"
    )
    budget: Budget = Field(description="when the search ends")
    comparison: ComparisonOptions | None = Field(
        None,
        description="more seeds and controls for the best candidates; null: one candidate with three seeds where the "
        "space has controls (resizers, fine-tuning), else none",
    )
    resources: Resources = Field(Resources(), description="what a trial gets, and how many run at a time")
    seed: int = Field(0, ge=0, lt=2**32, description="of all randomness; the same seed gives the same search")
    proxy_check: ProxyCheck | None = Field(
        None, exclude=True, description="what `nas check-proxy` compares; it changes nothing about the search"
    )
    proxy_part: ProxyPart | None = Field(None, description="written by `nas check-proxy` into the searches it makes")
    retrains: Retrains | None = Field(None, description="written by `nas retrain` into the searches it makes")
    data_set: str | None = Field(
        None,
        exclude_if=lambda name: name is None,  # a document without a name is stored as ever
        description="written at submission: the name that `task.data` had in the place of what stands there now",
    )


def load_document(path: Path, *, find: FindDataSet | None = None) -> SearchDocument:
    """The document of a YAML or JSON file; its relative paths are taken from the file's folder.

    `find` finds the data set that `task.data` may name. Raises `DocumentError` with every problem.
    """
    return parse_document(read_data(path), base=path.resolve().parent, find=find)


def parse_document(
    data: Any, base: Path | None = None, *, space: Space[Any] | None = None, find: FindDataSet | None = None
) -> SearchDocument:
    """The validated document of plain data; relative paths are taken from `base`, or left as they are.

    `space` stands in for the one that the data names: Python gives it, and may give the rest, too. `find` finds the
    data set that `task.data` may name. Raises `DocumentError` with every problem at once: dotted field, what was
    allowed, the value.
    """
    if not isinstance(data, Mapping):
        given = "nothing" if data is None else type(data).__name__
        raise DocumentError([("document", f"must be a mapping of names to values, got {given}")])
    data = data if find is None else with_named_data(data, find)
    problems: list[Problem] = []
    document = _validated(data, problems)
    problems += problems_between(data, space)
    if document is not None and document.proxy_check is not None:
        problems += problems_of_check(document.proxy_check, document.task, document.name)
    if problems or document is None:
        raise DocumentError(problems)
    return document if base is None else _resolved(document, base)


def stored_document(search: Search) -> SearchDocument:
    """The document of a search. Raises `DocumentError`: what it names may no longer be installed."""
    try:
        return SearchDocument.model_validate(search.document)
    except ValidationError as error:
        raise DocumentError(problems_of(error, SearchDocument)) from error


def document_digest(document: SearchDocument) -> str:
    """64 hex digits that are the same for the same document, however it was written: SHA-256 of its canonical JSON."""
    text = json.dumps(document.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def _resolved(document: SearchDocument, base: Path) -> SearchDocument:
    """The document with the paths of its task, of its space and of its candidates taken from `base`."""
    strategy = document.strategy
    if isinstance(strategy, FixedStrategy):
        strategy = strategy.model_copy(update={"candidates": resolved_weights(strategy.candidates, base)})
    begin_with = document.begin_with
    if begin_with is not None:
        begin_with = begin_with.model_copy(update={"candidates": resolved_weights(begin_with.candidates, base)})
    check = document.proxy_check and resolved_check(document.proxy_check, document.task, base)
    return document.model_copy(
        update={
            "task": document.task.resolved(base),
            "space": resolved_weights(document.space, base),
            "strategy": strategy,
            "begin_with": begin_with,
            "proxy_check": check,
        }
    )


def _validated(data: Mapping[str, Any], problems: list[Problem]) -> SearchDocument | None:
    """The document read strictly (a string is no number), or None and the problems added."""
    try:
        text = json.dumps(data, ensure_ascii=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        problems.append(("document", f"must hold only text, numbers, lists and mappings: {error}"))
        return None
    try:
        return SearchDocument.model_validate_json(text, strict=True)
    except ValidationError as error:
        problems += problems_of(error, SearchDocument)
        return None
