"""A search as it runs: read again and again, drawn live on a terminal, told line by line elsewhere."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from api.commands.tables import beside, duration, last_elapsed, metric, objectives, status_of
from api.commands.tally import Tally, tally_of
from api.rest import Reader
from nas.leaderboard import parse_query
from nas.ports import SearchSummary
from nas.records import LEGAL_SEARCH, Search, Trial, TrialStatus

POLL_S = 0.5
ENDED = (TrialStatus.COMPLETED, TrialStatus.STOPPED, TrialStatus.FAILED, TrialStatus.CANCELLED)
SHOWN = 50  # trials read per look
MAX_READ = 500  # rows of a page that a service gives


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """What one look at a search shows."""

    summary: SearchSummary
    best: Trial | None
    running: tuple[Trial, ...]
    ended: tuple[Trial, ...]  # since the look before, ascending
    companions: tuple[Trial, ...] = ()

    @property
    def search(self) -> Search:
        return self.summary.search

    @property
    def tally(self) -> Tally:
        """How far the search is."""
        return tally_of(self.summary, self.companions)

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return not LEGAL_SEARCH[self.search.status]


def follow(reader: Reader, search_id: str, console: Console, ended: threading.Event) -> None:
    """Shows the search until it is over or `ended` is set."""
    looks = _looks(reader, search_id, ended)
    if not console.is_terminal:
        for look in looks:
            tell(console, look)
        return
    with Live(console=console, refresh_per_second=4, transient=True) as live:
        for look in looks:
            tell_failures(console, look)
            live.update(picture(look))


def _looks(reader: Reader, search_id: str, ended: threading.Event) -> Iterator[Look]:
    """A look every half second, and a last one at the end."""
    told: set[int] = set()
    while True:
        last = ended.is_set()
        look = look_at(reader, search_id, told)
        told.update(trial.number for trial in look.ended)
        yield look
        if last or look.is_over:
            return
        ended.wait(POLL_S)


def look_at(reader: Reader, search_id: str, told: set[int]) -> Look:
    """The search now; `told` are the ended trials of earlier looks."""
    summary = reader.summary(search_id)
    running = parse_query(sort="number", statuses=(TrialStatus.RUNNING,), limit=SHOWN)
    newest = parse_query(sort="-number", statuses=ENDED, limit=SHOWN)
    runs, latest = (reader.leaderboard(search_id, query).trials for query in (running, newest))
    companions: list[Trial] = []
    if any(trial.companion for trial in (*runs, *latest)):
        companions = [trial for trial in reader.compared(search_id) if trial.companion]
    return Look(
        summary=summary,
        best=best_candidate(reader, summary.search, companions=len(companions)),
        running=runs,
        ended=tuple(sorted((each for each in latest if each.number not in told), key=lambda trial: trial.number)),
        companions=tuple(companions),
    )


def best_candidate(reader: Reader, search: Search, *, companions: int) -> Trial | None:
    """The best trial that is a candidate; with more luck, or as a control, a companion may stand above it."""
    query = parse_query(search=search, limit=min(1 + companions, MAX_READ))
    trials = reader.leaderboard(search.id, query).trials
    return next((trial for trial in trials if trial.companion is None), None)


def picture(look: Look) -> RenderableType:
    """One bar for the search, the best so far, a line per running trial."""
    tally = look.tally
    head = Table.grid(padding=(0, 1))
    bar = ProgressBar(total=max(tally.total, 1), completed=tally.done, width=40)
    head.add_row(Text(look.search.name, style="bold"), bar, f"{tally} trials", Text(counts(look), style="dim"))
    return Group(head, Text(best_line(look), style="green"), running_table(look))


def running_table(look: Look) -> Table:
    """A line per running trial: its epoch and its newest value of the first objective."""
    table = Table.grid(padding=(0, 2))
    epochs = epochs_of(look.search)
    for trial in look.running:
        done = trial.measurements[-1].fidelity if trial.measurements else 0
        bar = ProgressBar(total=max(epochs, 1), completed=done, width=20)
        elapsed = duration(last_elapsed(trial))
        table.add_row(f"  {called(trial)}", bar, f"epoch {done}/{epochs}", scores(look.search, trial), elapsed)
    return table


def tell(console: Console, look: Look) -> None:
    """A plain line per trial that ended since the last look."""
    for trial in look.ended:
        console.print(ended_line(look, trial), soft_wrap=True, highlight=False, markup=False)


def tell_failures(console: Console, look: Look) -> None:
    """A line, above the live picture, per trial that failed since the last look."""
    for trial in look.ended:
        if trial.failure:
            console.print(ended_line(look, trial), style="yellow", soft_wrap=True, markup=False)


def ended_line(look: Look, trial: Trial) -> str:
    """How one trial ended."""
    head = f"{look.search.name} [{look.tally}] {called(trial)}"
    if trial.failure:
        return f"{head} failed ({trial.failure.kind}): {trial.failure.message}"
    after = f" after {trial.fidelity} epochs" if trial.status is TrialStatus.STOPPED else ""
    told = f"{head} {trial.status}{after}: {scores(look.search, trial)}, {duration(last_elapsed(trial))}"
    return f"{told}; infeasible: {trial.broken}" if trial.broken else told


def called(trial: Trial) -> str:
    """A trial by its number, and what it stands beside."""
    return f"trial {trial.number} ({beside(trial.companion)})" if trial.companion else f"trial {trial.number}"


def best_line(look: Look) -> str:
    """The best trial so far, in a sentence."""
    if look.best is None:
        return "no trial has completed yet"
    return f"best so far: trial {look.best.number}, {scores(look.search, look.best)}"


def scores(search: Search, trial: Trial) -> str:
    """The objectives of a trial and its size."""
    names = [*objectives(search), "params"]
    return ", ".join(f"{name} {metric(name, trial.metrics[name])}" for name in names if name in trial.metrics)


def counts(look: Look) -> str:
    """What else is to tell: failures, candidates refused."""
    failed = look.summary.trials_by_status.get(TrialStatus.FAILED, 0)
    parts = [
        f"{failed} failed" if failed else "",
        f"{look.summary.infeasible} infeasible" * bool(look.summary.infeasible),
    ]
    return ", ".join([status_of(look.search), *filter(None, parts)])


def verdict(search: Search) -> str:
    """How the search ended, in a few words."""
    return f"{search.status}: {search.reason}" if search.reason else str(search.status)


def epochs_of(search: Search) -> int:
    """How many epochs a trial trains."""
    return int(search.document.get("task", {}).get("epochs", 0))
