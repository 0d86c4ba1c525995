"""A plain function of an architecture, searched in a few lines of Python: without a service, a document or a worker.

    result = search(space, lambda architecture: {"score": ...}, objectives=["score"], trials=50)
    print(result.best)

Beneath it are the controller, a storage and a driver of any search, so the same arguments give the same trials, and a
function that raises makes a failed trial.
"""

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from nas.controller import Controller
from nas.creation import create_search
from nas.document import SearchDocument, document_digest, parse_document
from nas.drivers.inline import run_inline
from nas.errors import NotFound
from nas.evaluating import FunctionEvaluator, Judgement
from nas.leaderboard import parse_query, select
from nas.memory import MemoryStorage
from nas.objectives import Constraint, Objective
from nas.opening import open_controller
from nas.pareto import pareto_front
from nas.ports import Evaluator, Storage, Strategy
from nas.problems import KIND
from nas.records import Search, Trial, TrialStatus
from nas.strategies.kinds import PYTHON as GIVEN
from nas.tasks.kinds import PYTHON as FUNCTION
from nas.tasks.options import Options
from search_spaces.registry import space_from
from search_spaces.space import Architecture, Space

A = TypeVar("A", bound=Architecture)
Named = str | Mapping[str, Any]
"""A part of a document: its kind alone, or with its options."""
Drive = Callable[[Controller, Evaluator], object]
"""Runs a search to its end."""
HOME = Path(".nas")


@dataclass(frozen=True, kw_only=True, slots=True)
class Found(Generic[A]):
    """A row of the leaderboard: an architecture, and all that is known of it."""

    number: int
    architecture: A
    metrics: dict[str, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchResult(Generic[A]):
    """What a search found. `search` says how it ended and why; `trials` are all of them, failed ones included."""

    search: Search
    document: SearchDocument
    trials: tuple[Trial, ...]
    load: Callable[[Mapping[str, Any]], A]

    @property
    def best(self) -> Found[A]:
        """The best by the first objective of those that keep all bounds. Raises `NotFound` when no trial completed."""
        front = self.pareto
        if not front:
            raise NotFound(f"no trial completed within the bounds{self._last_failure()}")
        return front[0]

    @property
    def pareto(self) -> list[Found[A]]:
        """The rows that no other one beats on every objective, the best of the first objective first."""
        front = pareto_front(self.trials, self.document.objectives, self.document.constraints)
        return [self._row(trial) for trial in front]

    def leaderboard(self, *, sort: str | None = None, where: Sequence[str] = (), limit: int = 50) -> list[Found[A]]:
        """Completed trials, best first objective first, or as `sort` says ("-params"), where `where` holds
        ("params<1000"): written as everywhere. Raises `InvalidQuery`."""
        query = parse_query(sort=sort, search=self.search, where=where, limit=limit)
        return [self._row(trial) for trial in select(self.trials, query).trials]

    def _row(self, trial: Trial) -> Found[A]:
        return Found(number=trial.number, architecture=self.load(trial.architecture), metrics=trial.metrics)

    def _last_failure(self) -> str:
        failed = [trial for trial in self.trials if trial.status is TrialStatus.FAILED and trial.failure is not None]
        if not failed or failed[-1].failure is None:
            return f", of {len(self.trials)}"
        return f": {len(failed)} of {len(self.trials)} failed, the last with {failed[-1].failure.message}"


def search(
    space: Space[A] | Named,
    function: Callable[[A], Judgement | Iterator[Judgement]],
    *,
    trials: int,
    objectives: Sequence[str | Mapping[str, Any] | Objective] = ("score",),
    constraints: Sequence[Mapping[str, Any] | Constraint] = (),
    strategy: Named | Strategy | None = None,
    begin_with: Mapping[str, Any] | None = None,
    scheduler: Named | None = None,
    epochs: int = 1,
    static_metrics: Mapping[str, Callable[[A], float]] | None = None,
    max_failures: int | None = None,
    concurrent: int = 1,
    seed: int = 0,
    name: str = FUNCTION,
    storage: Storage | None = None,
    drive: Drive = run_inline,
) -> SearchResult[A]:
    """The architectures of the space that the function finds best, after so many trials.

    The function returns a number (the first objective), metrics by their names, or yields those once per epoch; with a
    `scheduler`, `epochs` says how many it yields at most. `static_metrics` are known before it is called, so that
    constraints on them cost nothing. An objective that is only named is maximised. Parts are named as in a document,
    `begin_with` too; strategies and spaces may be objects as well. Without a strategy that of documents proposes.

    Trials run one after the other in this process; `concurrent` says what proposals may know, as in a document, and
    another driver may use it. A `storage` keeps the search: asked again under the same `name`, with the same arguments,
    it goes on, or is given back; the function itself is not compared.

    Raises `DocumentError` and `InvalidOptions` for arguments that no document could hold, with every field.
    """
    held: Space[Any] = space_from(_part(space)) if isinstance(space, str | Mapping) else space
    own = None if strategy is None or isinstance(strategy, str | Mapping) else strategy
    document = parse_document(
        {
            "name": name,
            "space": _part(space) if isinstance(space, str | Mapping) else {KIND: held.kind},
            "task": {KIND: FUNCTION, "epochs": epochs},
            "objectives": [{"metric": each} if isinstance(each, str) else _plain(each) for each in objectives],
            "constraints": [_plain(each) for each in constraints],
            **({} if strategy is None else {"strategy": _part(GIVEN if own is not None else strategy)}),
            "begin_with": begin_with,
            "scheduler": None if scheduler is None else _part(scheduler),
            "budget": {"trials": trials, "max_failures": max_failures},
            "comparison": {"top": 0},
            "resources": {"concurrent": concurrent},
            "seed": seed,
        },
        space=held,
    )
    return _conducted(
        document,
        function,
        space=held,
        strategy=own,
        static_metrics=static_metrics or {},
        storage=MemoryStorage() if storage is None else storage,
        drive=drive,
    )


def _conducted(
    document: SearchDocument,
    function: Callable[[A], Judgement | Iterator[Judgement]],
    *,
    space: Space[A],
    strategy: Strategy | None,
    static_metrics: Mapping[str, Callable[[A], float]],
    storage: Storage,
    drive: Drive,
) -> SearchResult[A]:
    """The search of the document, run to its end with what only Python gives."""
    found = create_search(storage, document, document_digest(document))
    controller = open_controller(
        storage,
        found.id,
        owner=f"python-{secrets.token_hex(8)}",
        home=HOME,
        space=space,
        static_metrics=_numbers(static_metrics),
        strategy=strategy,
    )
    try:
        drive(controller, FunctionEvaluator(function=function, metric=document.objectives[0].metric, load=space.load))
    finally:
        controller.close()
    ended, trials = storage.search(found.id), tuple(storage.trials(found.id))
    return SearchResult(search=ended, document=document, trials=trials, load=space.load)


def _part(named: Any) -> dict[str, Any]:
    """A part of a document, its kind alone written out."""
    return {KIND: named} if isinstance(named, str) else dict(named)


def _plain(options: Mapping[str, Any] | Options) -> dict[str, Any]:
    return options.model_dump(mode="json") if isinstance(options, Options) else dict(options)


def _numbers(functions: Mapping[str, Callable[[A], float]]) -> Callable[[Any], dict[str, float]]:
    """The function from an architecture to its static metrics."""
    return lambda architecture: {name: float(number(architecture)) for name, number in functions.items()}
