"""Records as tables for people."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from datetime import datetime
from typing import Any

from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from api.schemas import EstimateView
from nas.estimates import Estimate
from nas.ports import Page, SearchSummary
from nas.records import Companion, Measurement, Search, Trial, TrialStatus

COUNTED = ("params", "macs")
EXACT = 1e5  # differences of counts below are told to the integer
READABLE = 80  # columns of a title and a caption
CURVES = 6  # metrics shown epoch by epoch; all of them stand in the last table, and in JSON


def searches_table(summaries: Iterable[SearchSummary]) -> Table:
    """One line per search. Only the name may break: an id is to be copied."""
    table = plain_table("search", "id", "status", "trials", "failed", "created")
    for column in table.columns[1:]:
        column.no_wrap = True
    for summary in summaries:
        search, counts = summary.search, summary.trials_by_status
        done = finished_of_budget(finished(counts), budget(search))
        failed = str(counts.get(TrialStatus.FAILED, 0))
        table.add_row(search.name, search.id, status_of(search), done, failed, moment(search.created_at))
    return table


def leaderboard_table(summary: SearchSummary, page: Page, extra: Sequence[str] = ()) -> Table:
    """The best trials: rank, number, objectives, other metrics asked for, params, macs, training time; of candidates
    that were trained again the mean; and a note on those that are no candidates, or break a bound.

    Below it, which candidates were drawn in vain.
    """
    search = summary.search
    names = list(dict.fromkeys([*objectives(search), *extra, *COUNTED]))
    again = next((name for name in [*extra, *names] if any(name in known for known in page.repeats.values())), None)
    means = [] if again is None else [f"{again} again (seeds)"]
    marked = ["note"] if any(trial.companion or trial.broken for trial in page.trials) else []
    headers = ("rank", "trial", *names, *means, "time", *marked)
    table = plain_table(*headers, title=f"Leaderboard of {search.name}", numbers=True)
    table.collapse_padding = again is not None  # so that it fits a terminal still
    for rank, trial in enumerate(page.trials, 1):
        values = [metric(name, trial.metrics.get(name)) for name in names]
        values += [] if again is None else [mean(again, page.repeats.get(trial.number, {}).get(again))]
        row = [str(rank), str(trial.number), *values, duration(last_elapsed(trial))]
        table.add_row(*row, *(note(trial) for _ in marked))
    table.caption = drawn_in_vain(summary)
    return table


def mean(name: str, found: Estimate | None) -> str:
    """The mean over repeats with half its interval and the number of seeds; nothing of a trial that has none."""
    return "" if found is None else f"{value(name, found)} ({found.seeds})"


def value(name: str, found: Estimate | EstimateView | None) -> str:
    """A mean and half its interval, as far as there are seeds for it."""
    if found is None or found.low is None or found.high is None:
        return "" if found is None else metric(name, found.mean)
    return f"{metric(name, found.mean)} {half_width(name, found.low, found.high)}"


def half_width(name: str, low: float, high: float) -> str:
    """Half an interval, as ±0.0124."""
    return f"±{metric(name, (high - low) / 2)}"


def note(trial: Trial) -> str:
    """What makes a trial another than those around it in a leaderboard."""
    return ", ".join(filter(None, [beside(trial.companion), trial.broken]))


def beside(companion: Companion | None) -> str:
    """What a trial stands beside; nothing for a candidate."""
    if companion is None:
        return ""
    what = f"{companion.control} of {companion.candidate}" if companion.control else f"{companion.candidate} again"
    return f"{what}, repeat {companion.repeat}"


def drawn_in_vain(summary: SearchSummary) -> str | None:
    """How many draws cost no training, and why; None if there were none."""
    reasons = dict(summary.redraws) | ({"infeasible": summary.infeasible} if summary.infeasible else {})
    told = ", ".join(f"{number:,} {reason.replace('_', ' ')}" for reason, number in sorted(reasons.items()))
    return f"drawn in vain, never trained: {told}" if told else None


def architecture_tables(architecture: Mapping[str, Any]) -> Iterator[Table]:
    """A table per part of the architecture: of a SpineNet its blocks, of any other kind its fields."""
    parts = architecture.get("parts")
    titled = {f"Architecture: {role}": part for role, part in parts.items()} if isinstance(parts, Mapping) else {}
    for title, part in (titled or {"Architecture": architecture}).items():
        yield blocks_table(part, title) if part.get("kind") == "spinenet" else fields_table(part, title)


def blocks_table(architecture: Mapping[str, Any], title: str = "Architecture") -> Table:
    """Each block of the architecture with its level, kind and parents; 0 and 1 are the stem."""
    table = plain_table("block", "role", "level", "kind", "parents", title=title)
    table.add_row("0, 1", "stem", "2", "bottleneck", "")
    number = 2
    for role in ("intermediates", "outputs"):
        for block in architecture.get(role, ()):
            parents = ", ".join(str(parent) for parent in block["parents"])
            table.add_row(str(number), role.removesuffix("s"), str(block["level"]), str(block["kind"]), parents)
            number += 1
    return table


def fields_table(values: Mapping[str, Any], title: str) -> Table:
    """One line per field of a JSON object; of a field that maps names to values, one per name."""
    table = plain_table("field", "value", title=title)
    for name, found in values.items():
        for each, value in found.items() if isinstance(found, Mapping) else ((name, found),):
            table.add_row(each, Text(value if isinstance(value, str) else json.dumps(value)))
    return table


def metrics_table(metrics: Mapping[str, float], title: str) -> Table:
    """One line per metric."""
    table = plain_table("metric", "value", title=title, numbers=True)
    for name, value in metrics.items():
        table.add_row(name, metric(name, value))
    return table


def curve_table(search: Search, measurements: Sequence[Measurement]) -> Table:
    """One line per measurement: the objectives first, then what else was measured, as far as a terminal is wide."""
    measured = [name for each in measurements for name in each.metrics if "/" not in name]
    names = list(dict.fromkeys([*objectives(search), *measured]))[:CURVES]
    table = plain_table("epoch", *names, "time", title="Curve", numbers=True)
    for each in measurements:
        values = [metric(name, each.metrics.get(name)) for name in names]
        table.add_row(str(each.fidelity), *values, duration(each.elapsed_s))
    return table


def objectives(search: Search) -> list[str]:
    """The metrics the search is about."""
    return [objective["metric"] for objective in search.document.get("objectives", ())]


def budget(search: Search) -> int:
    """How many candidates the search may have; 0 where its document is not at hand."""
    trials = search.trial_budget or int(search.document.get("budget", {}).get("trials", 0))
    listed = search.document.get("strategy", {}).get("candidates", ())
    return min(trials, len(listed)) if listed else trials


def finished_of_budget(done: int, total: int) -> str:
    """How many trials have ended, of how many candidates; those beyond the budget are companions: 12/12 + 6."""
    if not total:
        return str(done)
    return f"{done}/{total}" if done <= total else f"{total}/{total} + {done - total}"


def finished(counts: Mapping[TrialStatus, int]) -> int:
    """How many trials have ended."""
    return sum(count for status, count in counts.items() if status not in (TrialStatus.QUEUED, TrialStatus.RUNNING))


def status_of(search: Search) -> str:
    """The status, and whether it is about to change."""
    return f"{search.status} (to be cancelled)" if search.cancel_requested and not search.finished_at else search.status


def last_elapsed(trial: Trial) -> float | None:
    """Seconds of training so far."""
    return trial.measurements[-1].elapsed_s if trial.measurements else None


def metric(name: str, value: float | None) -> str:
    """A metric as people read it: counts in millions and billions, scores with four digits."""
    if value is None:
        return ""
    if name.endswith("params"):
        return f"{value / 1e6:.3f} M"
    if name.endswith("macs"):
        return f"{value / 1e9:.3f} G"
    return f"{value:.4f}" if abs(value) < 1000 else f"{value:,.0f}"


def signed(name: str, value: float) -> str:
    """A difference in a metric, with its sign; a small one of counts is exact."""
    if name.endswith(COUNTED) and abs(value) < EXACT:
        return f"{value:+,.0f}"
    return f"{'-' if value < 0 else '+'}{metric(name, abs(value))}"


def duration(seconds: float | None) -> str:
    """Seconds as 41 s, 3:05 or 2:00:00."""
    if seconds is None:
        return ""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def moment(at: datetime | None) -> str:
    """A point in time, in the reader's time zone."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M") if at else ""


class PlainTable(Table):
    """A table whose title and caption stand flush left and may be wider than its columns."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The title, the bare table, the caption."""
        bare = copy(self)
        bare.title = bare.caption = None
        readable = options.update_width(min(READABLE, options.max_width))
        if isinstance(self.title, str):
            yield from console.render(console.render_str(self.title, style="table.title"), readable)
        yield from Table.__rich_console__(bare, console, options)
        if isinstance(self.caption, str):
            yield from console.render(console.render_str(self.caption, style="table.caption"), readable)


def plain_table(*columns: str, title: str | None = None, numbers: bool = False) -> Table:
    """An empty table without lines; with `numbers`, all columns but `metric` are flush right."""
    table = PlainTable(title=title, box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, justify="right" if numbers and column != "metric" else "left", overflow="fold")
    return table
