"""Commands that look at searches and trials, of a service or of the state folder, and the one that cancels."""

import re
import threading
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Console

from api.commands.comparison_tables import comparison_tables, paired_tables
from api.commands.mean_tables import show_means, worth_a_table
from api.commands.progress import follow, verdict
from api.commands.run import TOP, exit_code
from api.commands.session import AsJson, ExitCode, SearchName, console, print_json, reader
from api.commands.tables import (
    architecture_tables,
    beside,
    curve_table,
    leaderboard_table,
    metrics_table,
    searches_table,
)
from api.comparing import ComparisonList, comparisons_of, default_metrics
from api.rest import Reader, RestClient
from api.schemas import search_view, trial_detail, trial_list
from nas.errors import NotFound
from nas.leaderboard import NUMBER, parse_query
from nas.ports import SearchSummary
from nas.records import Search, SearchStatus, Trial

TRIAL = re.compile(r"(?P<search>.+)[/-](?P<number>\d+)")
Sort = Annotated[
    str | None,
    typer.Option(
        help="A metric, best first; -metric: largest first; metric:asc: smallest first. By default the first objective."
    ),
]
Where = Annotated[list[str], typer.Option(help="A condition such as 'params<300000'; may be given several times.")]

Metrics = Annotated[
    list[str],
    typer.Option(
        help="Any metric; may be given several times. By default the first objective, or the table of the publication."
    ),
]


def searches(
    status: Annotated[SearchStatus | None, typer.Option(help="Only those in this status.")] = None,
    project: Annotated[str | None, typer.Option(help="Only those of this project.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many, newest first.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List searches, newest first."""
    with reader() as source:
        page = source.searches(status=status, project=project, limit=limit)
        summaries = [] if as_json else [source.summary(search.id) for search in page.searches]
    if as_json:
        print_json([search_view(search).model_dump(mode="json") for search in page.searches])
    else:
        show_searches(summaries)


def leaderboard(
    search: SearchName,
    sort: Sort = None,
    where: Where = [],  # noqa: B006 - typer makes a new list of it
    top: Annotated[int, typer.Option(min=1, max=1000, help="So many trials.")] = TOP,
    as_json: AsJson = False,
) -> None:
    """Show the best trials of a search, sorted and filtered by any metric, and candidates beside their controls."""
    with reader() as source:
        summary = source.summary(source.search(search).id)
        found = summary.search
        query = parse_query(sort=sort, search=found, where=where, limit=top)
        page = source.leaderboard(found.id, query)
        usual = default_metrics(found)
        compared = compared_by(source, found, [*query.estimated, *usual], paired=False)
    if as_json:
        print_json(trial_list(page).model_dump(mode="json")["items"])
        return
    extra = [query.sort, *(condition.metric for condition in query.where)]
    told = console()
    told.print(leaderboard_table(summary, page, [name for name in extra if name != NUMBER]))
    show_means(told, found, worth_a_table(compared.metrics)[:1])
    for table in comparison_tables(found, compared.only(usual)):
        told.print("", table)


def compare(
    search: SearchName,
    metric: Metrics = [],  # noqa: B006 - typer makes a new list of it
    as_json: AsJson = False,
) -> None:
    """Show the best candidates of a search over several seeds: in the order of their means, against one another and
    against their controls; and picture by picture."""
    with reader() as source:
        found = source.search(search)
        compared = compared_by(source, found, metric)
    if as_json:
        print_json(compared.model_dump(mode="json"))
    elif compared.has_items or compared.has_rankings:
        show_compared(found, compared)
    else:
        console().print(nothing_compared(found, compared), soft_wrap=True, markup=False, highlight=False)


def show(
    trial: Annotated[str, typer.Argument(metavar="TRIAL", help="SEARCH/NUMBER, or the id of a trial.")],
    as_json: AsJson = False,
) -> None:
    """Show one trial: its architecture, metrics, curve, failure and artifacts."""
    with reader() as source:
        search, found = find_trial(source, trial)
    if as_json:
        print_json(trial_detail(found).model_dump(mode="json"))
        return
    show_trial(search, found)


def watch(search: SearchName) -> None:
    """Follow a search until it ends. Leaving with Ctrl-C leaves the search running."""
    with reader() as source:
        raise typer.Exit(watch_search(source, source.search(search).id, console()))


def show_searches(summaries: list[SearchSummary]) -> None:
    """The searches as a table, and below it why some of them ended as they did."""
    told = console()
    told.print(searches_table(summaries))
    for search in (summary.search for summary in summaries):
        if search.reason:
            told.print(f"{search.name} ({search.id}): {verdict(search)}", soft_wrap=True, markup=False, highlight=False)


def compared_by(source: Reader, search: Search, metrics: Sequence[str] = (), *, paired: bool = True) -> ComparisonList:
    """Candidates against their controls, told by the service where one is asked: what trials wrote lies with it."""
    if isinstance(source, RestClient):
        return source.comparisons(search.id, metrics, paired=paired)
    return comparisons_of(source, search, metrics, paired=paired)


def show_compared(search: Search, compared: ComparisonList) -> None:
    """The order of means, the comparisons with controls, then those picture by picture and what had to be left out."""
    told = console()
    ranked = worth_a_table(compared.metrics)
    show_means(told, search, ranked)
    for place, table in enumerate([*comparison_tables(search, compared), *paired_tables(compared.paired_tests)]):
        told.print(*([""] if place or ranked else []), table)
    if compared.paired_tests_left_out:
        told.print(f"\n{compared.paired_tests_left_out}", soft_wrap=True, markup=False, highlight=False)


def nothing_compared(search: Search, compared: ComparisonList) -> str:
    """Why there is nothing to show."""
    if compared.trials:
        return f"{search.name}: no candidate that is trained again has completed with {compared.metrics[0].metric} yet"
    return f"{search.name}: nothing stands beside its candidates; see `comparison` in docs/document.md"


def find_trial(source: Reader, name: str) -> tuple[Search, Trial]:
    """The trial called SEARCH/NUMBER or by its id, SEARCH-NUMBER, with its search. Raises `NotFound`."""
    match = TRIAL.fullmatch(name)
    if match is None:
        raise NotFound(f"a trial is called SEARCH/NUMBER, as in blood-cells/3, got {name!r}")
    search = source.search(match["search"])
    return search, source.trial(search.id, int(match["number"]))


def show_trial(search: Search, trial: Trial) -> None:
    """Everything about a trial, for people."""
    told = console()
    told.print(f"[bold]{search.name}[/] trial {trial.number} ({trial.id}): {trial.status}, attempt {trial.attempt}")
    told.print(f"architecture {trial.architecture_id}, seed {trial.seed}", highlight=False)
    told.print(f"beside a candidate: {beside(trial.companion)}\n" if trial.companion else "", highlight=False)
    for table in architecture_tables(trial.architecture):
        told.print(table, "")
    told.print(metrics_table(trial.static_metrics, "Known before training"), "")
    if trial.measurements:
        told.print(curve_table(search, trial.measurements), "")
        told.print(metrics_table(trial.measurements[-1].metrics, "Measured last"), "")
    if trial.failure:
        told.print(f"failed ({trial.failure.kind}): {trial.failure.message}", style="red", soft_wrap=True, markup=False)
    if trial.broken:
        told.print(f"infeasible: {trial.broken}", style="yellow", markup=False)
    for promotion in trial.promotions:
        told.print(f"stopped early after {promotion.fidelity} epochs, promoted as job {promotion.job}", markup=False)
    if trial.pruned_at:
        told.print(f"its files were removed on {trial.pruned_at:%Y-%m-%d}", markup=False, highlight=False)
    for measurement in trial.measurements:
        for artifact in measurement.artifacts:
            told.print(f"{artifact.name}: {artifact.uri} ({artifact.size_bytes:,} bytes)", soft_wrap=True)


def watch_search(source: Reader, search_id: str, told: Console) -> ExitCode:
    """Follows the search; what its end means."""
    try:
        follow(source, search_id, told, threading.Event())
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    ended = source.summary(search_id).search
    told.print(f"{ended.name}: {verdict(ended)}", soft_wrap=True, markup=False)
    return exit_code(ended)
