"""`nas data`: data sets registered under a name, which documents then write as `data`."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress

from api.bootstrap import data_checker
from api.commands.data_flags import data_given
from api.commands.data_tables import data_set_lines, data_sets_table
from api.commands.run import end_with_parent
from api.commands.session import AsJson, ExitCode, catalogue, console, is_remote, print_json, storage
from api.data_sets.checking import Told, conduct_check
from api.data_sets.records import Checking, Standing
from api.data_sets.store import DataSets
from api.data_sets.views import DataSetView, NewDataSet
from nas.data_sets import DATA, KINDS, TASK, kind_of_data
from nas.document import load_document
from nas.errors import DocumentError
from nas.problems import KIND

POLL_S = 0.5

data = typer.Typer(help="Data sets under names that documents write as `data`.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="What documents write as `data`.")]
Every = Annotated[bool, typer.Option("--every-picture", help="Open all pictures; by default 500 of either part.")]
Kind = Annotated[str | None, typer.Option(help="detection, classification or quality.")]
Document = Annotated[Path | None, typer.Option("--from", metavar="DOCUMENT", help="Take the data of this document.")]
FREE = {"allow_extra_args": True, "ignore_unknown_options": True}


@data.command(context_settings=FREE)
def add(
    context: typer.Context,
    name: Name,
    kind: Kind = None,
    document: Document = None,
    every_picture: Every = False,
    as_json: AsJson = False,
) -> None:
    """Register a data set and check it: labels, files, a sample of the pictures or all of them.

    Where it lies is told as documents tell it, with options that are named as its fields. Of detection: --train-images,
    --train-annotations, --val-images, --val-annotations, --classes. Of classification: --train, --val, --labels,
    --class-order, --classes. Of quality: --train-pictures, --train-ratings, --train-image-ids, the same of val,
    --allow-missing, --allow-unrated.
    """
    asked = _asked(name, kind, document, context.args, _checking(every_picture))
    with catalogue(must_exist=False) as found:
        found.add(asked)
    _check(name, _checking(every_picture), as_json=as_json)


@data.command("list")
def list_data_sets(
    limit: Annotated[int, typer.Option(min=1, max=500, help="At most so many.")] = 50, as_json: AsJson = False
) -> None:
    """List the registered data sets by name."""
    with catalogue() as found:
        rows = found.list(limit=limit).items
    if as_json:
        print_json([row.model_dump(mode="json") for row in rows])
    else:
        console().print(data_sets_table(rows) if rows else "Data sets: none; `nas data add` registers one")


@data.command()
def show(name: Name, as_json: AsJson = False) -> None:
    """Show where a data set lies and what the last check found."""
    with catalogue() as found:
        _tell(found.show(name), as_json=as_json)


@data.command()
def check(name: Name, every_picture: Every = False, as_json: AsJson = False) -> None:
    """Check a data set once more. Exits with 1 where it has faults."""
    with catalogue() as found:
        found.check(name, _checking(every_picture))
    _check(name, _checking(every_picture), as_json=as_json)


@data.command()
def remove(name: Name) -> None:
    """Take a name back. Its files stay, and searches that named it go on."""
    with catalogue() as found:
        found.remove(name)
    console().print(f"Data set {name} is no longer registered; its files are where they were.", soft_wrap=True)


def check_one(name: str, checking: Annotated[Checking, typer.Option()] = Checking.SAMPLE) -> None:
    """Check one registered data set for `nas serve`; ends with the standard input, that is with the service."""
    end_with_parent()
    try:
        _conduct(name, checking, lambda done, total: None)
    except KeyboardInterrupt:
        raise typer.Exit(ExitCode.INTERRUPTED) from None


def _check(name: str, checking: Checking, *, as_json: bool) -> None:
    """Checks it here, or waits until the service that was asked to has, and tells the outcome."""
    with _progress(name, Console(stderr=True) if as_json else console()) as told:
        if is_remote():
            _await(name, told)
        else:
            _conduct(name, checking, told)
    with catalogue() as found:
        view = found.show(name)
    _tell(view, as_json=as_json)
    raise typer.Exit(ExitCode.FAILED if view.standing is Standing.FAULTY else ExitCode.DONE)


def _conduct(name: str, checking: Checking, told: Told) -> None:
    with storage(must_exist=True) as opened:
        data_sets = DataSets(opened.engine, opened.clock)
        conduct_check(data_sets, name, checking, check=data_checker(), clock=opened.clock, told=told)


def _await(name: str, told: Told) -> None:
    """Until the service has checked it."""
    with catalogue() as found:
        while (view := found.show(name)).standing is Standing.CHECKING:
            if view.checking is not None:
                told(view.checking.done, view.checking.total)
            time.sleep(POLL_S)


@contextmanager
def _progress(name: str, console: Console) -> Iterator[Told]:
    """A bar while pictures are opened; nothing where nobody would see it move."""
    with Progress(console=console, transient=True, disable=not console.is_terminal) as shown:
        task = shown.add_task(f"Checking {name}: labels", total=None)

        def told(done: int, total: int) -> None:
            shown.update(task, description=f"Checking {name}: pictures", completed=done, total=total or None)

        yield told


def _asked(name: str, kind: str | None, document: Path | None, arguments: list[str], checking: Checking) -> NewDataSet:
    """What is to be registered. The service checks it; here the command does."""
    if document is not None:
        kind, given = _data_of(document)
    elif kind is not None and kind in KINDS:
        given = data_given(arguments, kind)
    else:
        raise DocumentError([("--kind", f"must be one of {', '.join(KINDS)}, or --from a document, got {kind}")])
    fields = {"name": name, "kind": kind, "data": given, "check": checking if is_remote() else None}
    return NewDataSet.model_validate(fields)


def _data_of(document: Path) -> tuple[str, dict[str, Any]]:
    """The kind and the data of a document's task, paths taken from its folder."""
    task = load_document(document).task
    kind = kind_of_data(str(getattr(task, KIND, "")))
    if kind not in KINDS:
        raise DocumentError([(f"{TASK}.{KIND}", f"must be one of {', '.join(KINDS)} to have its data registered")])
    given: dict[str, Any] = task.model_dump(mode="json")[DATA]
    return kind, given


def _checking(every_picture: bool) -> Checking:
    return Checking.EVERY_PICTURE if every_picture else Checking.SAMPLE


def _tell(view: DataSetView, *, as_json: bool) -> None:
    if as_json:
        print_json(view.model_dump(mode="json"))
        return
    for line in data_set_lines(view):
        console().print(line, soft_wrap=isinstance(line, str), markup=False, highlight=False)
