"""Opens a search for running: takes its lease and builds the controller its document asks for."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from nas.agenda import Agenda
from nas.beginning import Beginning, beginning_of
from nas.clock import Clock, system_clock
from nas.controller import LEASE_TTL_S, Controller
from nas.document import SearchDocument, stored_document
from nas.early_stopping import EarlyStopping
from nas.errors import LeaseHeld
from nas.ports import Screener, Storage, Strategy
from nas.proposals import Proposer
from nas.records import Lease, Search
from nas.rules import judged_objective, unseen_by
from nas.schedulers.registry import scheduler_from
from nas.screening import Screening
from nas.static_metrics import StaticMetrics, static_metrics_of
from nas.strategies.registry import Draws, asked, draws_from
from nas.strategies.setting import Setting
from search_spaces.registry import space_from
from search_spaces.space import Space


def open_controller(
    storage: Storage,
    search_id: str,
    *,
    owner: str,
    home: Path,
    artifacts: str | None = None,
    clock: Clock = system_clock,
    ttl_s: float = LEASE_TTL_S,
    space: Space[Any] | None = None,
    static_metrics: StaticMetrics | None = None,
    strategy: Strategy | None = None,
    screener: Screener | None = None,
    share: Callable[[], int | None] = lambda: None,
) -> Controller:
    """The controller of a search, holding its lease; `owner` must be another name in every process.

    Trials get folders below `home`/trials, and share `home`/cache; their artifacts go to the store at `artifacts`.
    `space`, `static_metrics` and `strategy` stand in for those of the document; `screener` computes the scores that the
    document's screening asks for. Raises `NotFound`, `LeaseHeld`, and `DocumentError` when the annotations cannot be
    read or an installed kind is gone.
    """
    search = storage.search(search_id)
    document = stored_document(search)
    space = space or space_from(document.space)
    measure = static_metrics or static_metrics_of(document.task)
    draws = _draws(document, space, measure, strategy)
    beginning = beginning_of(document, space, storage)
    screening = Screening(options=document.screening, screener=screener) if document.screening else None
    lease = _lease(storage, search_id, owner=owner, ttl_s=ttl_s)
    proposer = Proposer(
        draws,
        measure,
        document.constraints,
        screening=screening,
        first=beginning.first,
        tried=_tried(storage, search_id),
        measured=beginning.measured,
    )
    agenda = _agenda(document, search, proposer, space=space, beginning=beginning)
    return Controller(
        storage=storage,
        lease=lease,
        document=document,
        agenda=agenda,
        home=home,
        artifacts=artifacts,
        clock=clock,
        ttl_s=ttl_s,
        share=share,
    )


def _tried(storage: Storage, search_id: str) -> list[str]:
    """The architectures that are not to be proposed again."""
    tried = [trial.architecture_id for trial in storage.trials(search_id) if trial.companion is None]
    return tried + [candidate.architecture_id for candidate in storage.infeasible(search_id)]


def _agenda(
    document: SearchDocument, search: Search, proposer: Proposer, *, space: Space[Any], beginning: Beginning
) -> Agenda:
    scheduler = scheduler_from(document.scheduler, full=document.task.epochs)
    return Agenda(
        document,
        search_id=search.id,
        proposer=proposer,
        load=space.load,
        early_stopping=EarlyStopping(scheduler, judged_objective(document)),
        beginning=beginning,
        raised=search.trial_budget,
    )


def _draws(document: SearchDocument, space: Space[Any], measure: StaticMetrics, strategy: Strategy | None) -> Draws:
    """The draws of the strategy where one stands in for that of the document, else of that."""
    if strategy is not None:
        return asked(strategy, space=space, seed=document.seed)
    setting = Setting(
        space=space,
        static_metrics=measure,
        objectives=document.objectives,
        constraints=document.constraints,
        unseen=unseen_by(document),
    )
    return draws_from(document.strategy, setting, seed=document.seed)


def _lease(storage: Storage, search_id: str, *, owner: str, ttl_s: float) -> Lease:
    lease = storage.acquire_lease(search_id, owner, ttl_s)
    if lease is None:
        held = storage.lease_of(search_id)
        holder = held.owner if held else "another process"
        raise LeaseHeld(
            f"search {search_id} is being run by {holder}; it is free at most {ttl_s:.0f} s after that ends"
        )
    return lease
