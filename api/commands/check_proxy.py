"""`nas check-proxy`: whether the cheap task of a search says how architectures do on the full one."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from api.bootstrap import Driver, conduct
from api.commands.run import (
    Concurrent,
    DocumentPath,
    WhichDriver,
    check_data,
    interruptible,
    opening_line,
    watched,
)
from api.commands.session import (
    EXIT_CODES,
    AsJson,
    ExitCode,
    console,
    find_data_set,
    print_json,
    record,
    settings,
    storage,
)
from api.commands.tables import plain_table
from api.proxy_checks import find_or_create, report_on
from api.proxy_page import HEADERS, proxy_page, require_plots, row_of
from nas.document import load_document
from nas.ports import Storage
from nas.proxy_check import planned_searches
from nas.proxy_report import ProxyReport, Thresholds
from nas.records import LEGAL_SEARCH, Search, SearchStatus

ASKED = Thresholds()
Kendall = Annotated[float, typer.Option(min=-1, max=1, help="Least tau with the full task.")]
KendallLow = Annotated[float, typer.Option(min=-1, max=1, help="Least lower end of tau's 95 % interval.")]
Signal = Annotated[
    float, typer.Option(min=1e-6, max=1e6, help="Least variance between architectures over that of seeds.")
]
Tolerance = Annotated[float, typer.Option(min=0, max=1, help="How much of tau fewer epochs may give away.")]
Report = Annotated[Path | None, typer.Option(metavar="FILE.html", help="Also write a page with plots.")]


def check_proxy(
    document: DocumentPath,
    driver: WhichDriver = Driver.RAY,
    concurrent: Concurrent = None,
    kendall: Kendall = ASKED.kendall,
    kendall_low: KendallLow = ASKED.kendall_low,
    signal: Signal = ASKED.signal,
    tolerance: Tolerance = ASKED.tolerance,
    report: Report = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress, only the report.")] = False,
    as_json: AsJson = False,
) -> None:
    thresholds = Thresholds(kendall=kendall, kendall_low=kendall_low, signal=signal, tolerance=tolerance)
    loaded = load_document(document, find=find_data_set)
    check_data(loaded)
    check_report(report)
    planned = planned_searches(loaded)
    for each in planned:
        check_data(each)
    told = console()
    with storage() as store:
        searches = find_or_create(store, planned)
        record(store, "proxy-check.submit", searches[0], searches=[search.id for search in searches])
        for search in searches:
            run_part(store, search, told, document, driver=driver, concurrent=concurrent, silent=quiet or as_json)
        found = report_on(store, searches, thresholds)
        ended = [store.search(search.id) for search in searches]
    if report is not None:
        report.write_text(proxy_page(found), encoding="utf-8")
    if as_json:
        print_json(found.model_dump(mode="json"))
    else:
        show(found, told, report)
    completed = all(search.status is SearchStatus.COMPLETED for search in ended)
    raise typer.Exit(ExitCode.DONE if completed else ExitCode.FAILED)


check_proxy.__doc__ = f"""Check whether cheap trainings rank architectures as the full task does.

Trains the architectures and settings of the document's section `proxy_check`, says which settings can be trusted and
names the cheapest. Interrupted, the same command goes on where it was; other thresholds train nothing again.
{EXIT_CODES}"""


def check_report(report: Path | None) -> None:
    """Refuses a page that could not be written, before anything begins."""
    if report is None:
        return
    if report.is_dir() or not report.resolve().parent.is_dir():
        raise typer.BadParameter(f"must be a file in a folder that is there, got {report}", param_hint="--report")
    require_plots()


def run_part(
    store: Storage,
    search: Search,
    told: Console,
    document: Path,
    *,
    driver: Driver,
    concurrent: int | None,
    silent: bool,
) -> None:
    """Runs the search of one setting to its end, if it has not ended."""
    if not LEGAL_SEARCH[search.status]:
        return
    if not silent:
        told.print(opening_line(search), soft_wrap=True)
    here = settings()
    with watched(store, search.id, told, silent=silent), interruptible(search, f"check-proxy {document}"):
        conduct(
            store,
            search.id,
            home=here.home,
            artifacts=here.artifacts,
            driver=driver,
            concurrent=concurrent,
            ray_address=here.ray_address,
        )


def show(report: ProxyReport, told: Console, page: Path | None) -> None:
    """The figures as a table, then what they mean."""
    told.print(settings_table(report))
    for sentence in report.summary:
        told.print(f"\n{sentence}", markup=False, highlight=False)
    for each in (*report.settings, report.full):
        if each.reason:
            told.print(f"\n{each.name}: {each.status}: {each.reason}", markup=False, highlight=False)
    if page is not None:
        told.print(f"\n  {page}", style="cyan", soft_wrap=True, highlight=False)


def settings_table(report: ProxyReport) -> Table:
    """A line per setting."""
    table = plain_table(*HEADERS, title=f"Proxy check of {escape(report.check)} by {escape(report.metric)}")
    for setting in report.settings:
        table.add_row(*(escape(each) for each in row_of(setting)))
    cost = report.full.seconds_per_trial
    table.add_row("full", str(report.full.epochs), "-" if cost is None else f"{cost:.1f}")
    return table
