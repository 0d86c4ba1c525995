"""`nas run`: a search from its document to the leaderboard. `nas conduct`: one stored search, for `nas serve`."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from api.bootstrap import Driver, conduct, give_up
from api.commands.comparison_tables import comparison_tables
from api.commands.mean_tables import show_means, worth_a_table
from api.commands.progress import best_candidate, follow, verdict
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
from api.commands.tables import leaderboard_table
from api.comparing import comparisons_of
from api.errors import Refused
from api.logs import begin_logging
from api.schemas import search_detail, trial_list
from nas.creation import create_search, same_document
from nas.document import SearchDocument, load_document
from nas.errors import DocumentError
from nas.fair_share import Room
from nas.folders import trial_folder
from nas.leaderboard import parse_query
from nas.ports import Storage
from nas.records import DEFAULT_PROJECT, LEGAL_SEARCH, Search, SearchStatus
from nas.weight_files import weight_files

TOP = 10
DocumentPath = Annotated[Path, typer.Argument(metavar="DOCUMENT", help="The search document, YAML or JSON.")]
Concurrent = Annotated[int | None, typer.Option(min=1, help="Trials at a time; by default as the document says.")]
WhichDriver = Annotated[Driver, typer.Option(help="ray: on a local Ray or NAS_RAY_ADDRESS; inline: in this process.")]


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """How a search is run here; `command` is what goes on with it when it is interrupted."""

    command: str
    driver: Driver
    concurrent: int | None = None
    quiet: bool = False
    as_json: bool = False


def run(
    document: DocumentPath,
    driver: WhichDriver = Driver.RAY,
    concurrent: Concurrent = None,
    again: Annotated[bool, typer.Option("--again", help="Start anew, though this very search has run.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress, only the leaderboard.")] = False,
    as_json: AsJson = False,
) -> None:
    loaded = load_document(document, find=find_data_set)
    check_data(loaded)
    with storage() as store:
        search = find_or_create(store, loaded, again=again)
        way = Way(command=f"run {document}", driver=driver, concurrent=concurrent, quiet=quiet, as_json=as_json)
        raise typer.Exit(exit_code(carry_out(store, search, way)))


run.__doc__ = f"""Run a search from its document to the leaderboard.

Interrupted, the same command goes on where it was; once finished, it shows the leaderboard.
{EXIT_CODES}"""


def carry_out(store: Storage, search: Search, way: Way) -> Search:
    """The search as it ended: run here if it has not, shown while it runs, reported."""
    told = console()
    if not way.as_json:
        told.print(opening_line(search), soft_wrap=True)
    if LEGAL_SEARCH[search.status]:
        store.request_pause(search.id, None)
        silent = way.quiet or way.as_json
        with watched(store, search.id, told, silent=silent), interruptible(search, way.command):
            address = settings().ray_address
            search = _conduct(store, search.id, driver=way.driver, concurrent=way.concurrent, ray_address=address)
    report(store, search, told, as_json=way.as_json)
    return search


def conduct_one(
    search: str,
    ray_address: Annotated[str | None, typer.Option()] = None,
    driver: WhichDriver = Driver.RAY,
) -> None:
    """Run one stored search for `nas serve`; ends with the standard input, that is with the service."""
    end_with_parent()
    begin_logging(settings().log_format, quiet=True, search=search)
    with storage() as store:
        try:
            found = _conduct(store, search, driver=driver, ray_address=ray_address)
        except KeyboardInterrupt:
            raise typer.Exit(ExitCode.INTERRUPTED) from None
        except (DocumentError, Refused) as error:  # nobody reads here: who submitted it finds the reason in the search
            if store.summary(search).trials_by_status:
                raise  # it could run before, so what is missing may come back
            found = give_up(store, search, str(error))
    raise typer.Exit(exit_code(found))


def _conduct(
    store: Storage, search_id: str, *, driver: Driver, ray_address: str | None, concurrent: int | None = None
) -> Search:
    here = settings()
    return conduct(
        store,
        search_id,
        home=here.home,
        artifacts=here.artifacts,
        driver=driver,
        concurrent=concurrent,
        ray_address=ray_address,
        grows_to=Room(cpus=here.ray_most_cpus, gpus=here.ray_most_gpus),
    )


def check_data(document: SearchDocument) -> None:
    """Raises `DocumentError` naming every folder and file of the document that is not there, before anything begins."""
    problems = [(f"task.{field}", sentence) for field, sentence in document.task.missing_paths()]
    named = document.model_dump(mode="json", include={"space", "strategy", "begin_with"})
    files = [found for part, data in named.items() for found in weight_files(data, part)]
    problems += [(field, f"must be a file, got {path!r}") for field, path in files if not Path(path).is_file()]
    if problems:
        raise DocumentError(problems)


def find_or_create(
    store: Storage, document: SearchDocument, *, again: bool = False, project: str = DEFAULT_PROJECT
) -> Search:
    """The newest search of this very document in the project, else a new one. With `again` only an unfinished one
    counts."""
    content = document.model_dump(mode="json")
    found = same_search(store, document.name, content, project=project)
    if found is None or (again and not LEGAL_SEARCH[found.status]):
        found = create_search(store, document, project=project)
        record(store, "search.submit", found)
    return found


def same_search(store: Storage, name: str, content: dict[str, Any], *, project: str = DEFAULT_PROJECT) -> Search | None:
    """The newest search with this document; those of other projects belong to others."""
    cursor: str | None = None
    while True:
        page = store.searches(project=project, limit=100, cursor=cursor)
        for search in page.searches:
            if search.name == name and same_document(search.document, content):
                return search
        cursor = page.next_cursor
        if cursor is None:
            return None


def opening_line(search: Search) -> str:
    """What is about to happen."""
    if search.status is SearchStatus.QUEUED:
        return f"Search [bold]{search.name}[/] ({search.id}) starts."
    if search.status is SearchStatus.RUNNING:
        return f"Search [bold]{search.name}[/] ({search.id}) goes on where it was."
    return f"Search [bold]{search.name}[/] ({search.id}) has run already: {verdict(search)}. `--again` runs it anew."


@contextmanager
def watched(store: Storage, search_id: str, told: Console, *, silent: bool) -> Iterator[None]:
    """Shows the search from a thread of its own while it runs inside."""
    ended = threading.Event()
    watcher = threading.Thread(target=follow, args=(store, search_id, told, ended), name="progress", daemon=True)
    if not silent:
        watcher.start()
    try:
        yield
    finally:
        ended.set()
        if not silent:
            watcher.join()


@contextmanager
def interruptible(search: Search, command: str) -> Iterator[None]:
    """Ctrl-C and SIGTERM inside end the command with 130, and it says how to go on."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        sys.stderr.write(f"\nInterrupted. `nas {command}` goes on with search {search.name} where it was.\n")
        raise typer.Exit(ExitCode.INTERRUPTED) from None
    finally:
        signal.signal(signal.SIGTERM, before)


def end_with_parent() -> None:
    """Interrupts this process when its standard input ends: the service has gone, even if it was killed."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    threading.Thread(target=_interrupt_at_end, args=(threading.get_ident(),), name="parent", daemon=True).start()


def _interrupt_at_end(thread: int) -> None:
    wait_for_parent()
    signal.pthread_kill(thread, signal.SIGINT)


def wait_for_parent() -> None:
    """Returns when the standard input ends. Not through sys.stdin, whose lock would be held when the process ends."""
    while os.read(0, 1):
        continue


def report(store: Storage, search: Search, told: Console, *, as_json: bool) -> None:
    """The leaderboard, how the best candidates compare with one another and with controls, what to look at next."""
    best = store.leaderboard(search.id, parse_query(search=search, limit=TOP))
    summary, compared = store.summary(search.id), comparisons_of(store, search, paired=False)
    if as_json:
        detail = search_detail(summary).model_dump(mode="json", exclude={"best"})  # it leads the leaderboard
        rows = trial_list(best).model_dump(mode="json")["items"]
        print_json({**detail, "leaderboard": rows, "comparisons": compared.model_dump(mode="json")["metrics"]})
        return
    told.print(leaderboard_table(summary, best))
    show_means(told, search, worth_a_table(compared.metrics)[:1])
    for table in comparison_tables(search, compared):
        told.print("", table)
    if search.status is not SearchStatus.COMPLETED:
        told.print(f"{search.name}: {verdict(search)}", soft_wrap=True, markup=False)
    companions = sum(trial.companion is not None for trial in compared.trials)
    if first := best_candidate(store, search, companions=companions):
        folder = trial_folder(settings().home, search.id, first.number)
        told.print(f"\n  nas show {search.name}/{first.number}\n  nas leaderboard {search.name} --top 20", style="cyan")
        told.print(f"  The best trial's files: {folder}", soft_wrap=True, highlight=False)


def exit_code(search: Search) -> ExitCode:
    """Done, or not as wished."""
    return ExitCode.DONE if search.status is SearchStatus.COMPLETED else ExitCode.FAILED
