"""One search as Python code holds it: what it is now, its trials page by page or as a frame, what is wanted of it."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from rich.console import Console

from api.commands.progress import MAX_READ, follow
from api.rest import RestClient
from nas.leaderboard import NUMBER, parse_query
from nas.ports import Query, SearchSummary
from nas.records import LEGAL_SEARCH, Pause, Search, SearchStatus, Trial, TrialStatus, TrialWish

if TYPE_CHECKING:
    import pandas
    import polars

PLAIN = (
    *("number", "status", "architecture_id", "candidate", "control", "repeat", "attempt", "fidelity", "elapsed_s"),
    *("failure_kind", "failure_message", "started_at", "finished_at"),
)
"""The columns of a frame before its metrics."""


class SearchHandle:
    """A search of a service. Raises what `RestClient` raises."""

    def __init__(self, rest: RestClient, search: Search) -> None:
        self.rest = rest
        self.id = search.id
        self.name = search.name

    def __repr__(self) -> str:
        return f"SearchHandle({self.name!r}, {self.id!r})"

    # What it is.

    @property
    def record(self) -> Search:
        """The search now."""
        return self.rest.search(self.id)

    @property
    def status(self) -> SearchStatus:
        """Its status now."""
        return self.record.status

    @property
    def summary(self) -> SearchSummary:
        """How many of its trials are in which status, now."""
        return self.rest.summary(self.id)

    def wait(self, *, timeout_s: float | None = None, progress: bool = True) -> Search:
        """The search once it has ended, however it ended; meanwhile its progress is drawn, in a notebook too. Ctrl-C
        stops the waiting, not the search. Raises `TimeoutError` when it has not ended by then."""
        over = threading.Event()
        timer = threading.Timer(timeout_s or threading.TIMEOUT_MAX, over.set)
        timer.daemon = True
        timer.start()
        try:
            follow(self.rest, self.id, Console(quiet=not progress), over)
        finally:
            timer.cancel()
        found = self.record
        if LEGAL_SEARCH[found.status]:
            raise TimeoutError(f"search {self.name} ({self.id}) is still {found.status} after {timeout_s:g} s")
        return found

    # Its trials.

    def leaderboard(
        self,
        sort: str | None = None,
        *,
        where: Sequence[str] = (),
        statuses: Sequence[TrialStatus] = (TrialStatus.COMPLETED,),
        top: int | None = None,
    ) -> Iterator[Trial]:
        """Trials in the order of a metric, best first, by default the first objective; read page by page, as many as
        are taken. `where` are conditions such as "params<300000". A trial holds its newest metrics, not its curve."""
        limit = MAX_READ if top is None else min(top, MAX_READ)
        query = parse_query(sort=sort, search=self.record, where=list(where), limit=limit, statuses=tuple(statuses))
        for place, trial in enumerate(self._pages(query)):
            if place == top:
                return
            yield trial

    def trials(self, *, statuses: Sequence[TrialStatus] = tuple(TrialStatus)) -> Iterator[Trial]:
        """All trials by number."""
        return self.leaderboard(NUMBER, statuses=statuses)

    def trial(self, number: int) -> Trial:
        """One trial with its architecture and its whole curve."""
        return self.rest.trial(self.id, number)

    def frame(
        self,
        library: Literal["pandas", "polars"] = "pandas",
        *,
        sort: str | None = NUMBER,
        where: Sequence[str] = (),
        statuses: Sequence[TrialStatus] = tuple(TrialStatus),
        top: int | None = None,
    ) -> "pandas.DataFrame | polars.DataFrame":
        """The trials of such a query as a table: what they are, then a column per metric.

        Raises `ImportError` where the library is not installed, and ValueError for another one.
        """
        columns = columns_of(list(self.leaderboard(sort, where=where, statuses=statuses, top=top)))
        if library == "pandas":
            import pandas

            return pandas.DataFrame(columns)
        if library != "polars":
            raise ValueError(f"library must be pandas or polars, got {library!r}")
        import polars

        return polars.DataFrame(columns, strict=False)

    # What is wanted of it.

    def pause(self, *, now: bool = False) -> Search:
        """Begins no further trials; `now`: stops the running ones, too, which go on later."""
        return self.rest.request_pause(self.id, Pause.NOW if now else Pause.LATER)

    def resume(self) -> Search:
        """Goes on after a pause."""
        return self.rest.request_pause(self.id, None)

    def cancel(self) -> Search:
        """Ends it; running trials are stopped."""
        return self.rest.request_cancel(self.id)

    def extend(self, trials: int) -> Search:
        """Raises the budget to so many trials; an ended search goes on."""
        return self.rest.request_trials(self.id, trials)

    def stop_trial(self, number: int) -> Search:
        """Stops one running trial."""
        return self.rest.request_trial(self.id, number, TrialWish.STOP)

    def retry_trial(self, number: int) -> Search:
        """Trains one failed or stopped trial again."""
        return self.rest.request_trial(self.id, number, TrialWish.RETRY)

    def clone(self, **changes: Any) -> "SearchHandle":
        """A new search of the same document, top-level fields changed."""
        return SearchHandle(self.rest, self.rest.clone(self.id, changes))

    def retrain(self, number: int, *, seeds: int = 1, **changes: Any) -> "SearchHandle":
        """A new search that trains the architecture of one trial in full."""
        return SearchHandle(self.rest, self.rest.retrain(self.id, number, changes, seeds=seeds))

    def delete(self) -> None:
        """Removes it, when it has ended, with the files of its trials."""
        self.rest.delete_search(self.id)

    def _pages(self, query: Query) -> Iterator[Trial]:
        while True:
            page = self.rest.leaderboard(self.id, query)
            yield from page.trials
            if page.next_cursor is None:
                return
            query = replace(query, cursor=page.next_cursor)


def columns_of(trials: Sequence[Trial]) -> dict[str, list[Any]]:
    """Names of columns, and a value per trial; None where a trial has none."""
    metrics = sorted({name for trial in trials for name in trial.metrics})
    rows = [{**_plain(trial), **trial.metrics} for trial in trials]
    return {name: [row.get(name) for row in rows] for name in (*PLAIN, *metrics)}


def _plain(trial: Trial) -> dict[str, Any]:
    beside, failure = trial.companion, trial.failure
    last = trial.measurements[-1] if trial.measurements else None
    values = (
        *(trial.number, trial.status.value, trial.architecture_id),
        *((beside.candidate, beside.control, beside.repeat) if beside else (None, None, None)),
        *(trial.attempt, last.fidelity if last else None, last.elapsed_s if last else None),
        *((failure.kind.value, failure.message) if failure else (None, None)),
        *(trial.started_at, trial.finished_at),
    )
    return dict(zip(PLAIN, values, strict=True))
