"""What every command starts from: settings, where to print, whom to read from, and how it ends."""

import getpass
import json
import os
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from enum import IntEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from api.errors import Unreachable
from api.people.records import Principal, Role
from api.rest import Reader, RestClient, connected
from api.settings import Settings
from nas.errors import NasError, NotFound
from nas.records import Search

if TYPE_CHECKING:
    from api.data_sets.catalogue import Catalogue
    from api.people.desk import Counter
    from api.storage import SqlStorage
    from nas.data_sets import DataSet

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]


def names_of_searches(incomplete: str) -> list[str]:
    """The names of searches that begin so, newest first, for the completion of shells; none where nothing answers."""
    try:
        with reader() as source:
            names = [search.name for search in source.searches(limit=200).searches]
    except NasError:
        return []
    return [name for name in dict.fromkeys(names) if name.startswith(incomplete)]


SearchName = Annotated[
    str,
    typer.Argument(
        metavar="SEARCH",
        help="Name or id of a search; a name means its newest.",
        autocompletion=names_of_searches,
    ),
]


class ExitCode(IntEnum):
    """What the exit codes mean, the same for all commands."""

    DONE = 0
    FAILED = 1  # the search failed or was cancelled
    USAGE = 2  # a wrong option, document or query
    NOT_FOUND = 3
    REFUSED = 4  # cannot reach or open something, or it said no
    INTERRUPTED = 130


EXIT_CODES = """
Exit codes: 0 done, 1 the search failed or was cancelled, 2 wrong usage or document, 3 not found,
4 cannot be reached or refused, 130 interrupted.
"""


def settings() -> Settings:
    """The settings of this process's environment."""
    return Settings.from_environment(os.environ)


def console() -> Console:
    """Where people read; bound to the standard output of now, so that nothing a library redirects later is lost."""
    return Console(file=sys.stdout)


def print_json(value: Any) -> None:
    """One JSON document on the standard output."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False, default=str) + "\n")


@contextmanager
def reader() -> Iterator[Reader]:
    """The service of NAS_API_URL where that is set, else the database of the state folder."""
    if not is_remote():
        with storage(must_exist=True) as opened:
            yield opened
        return
    with connected(settings()) as client:
        yield client


def is_remote() -> bool:
    """Whether commands ask a service rather than the state folder."""
    return bool(os.environ.get("NAS_API_URL"))


@contextmanager
def catalogue(*, must_exist: bool = True) -> Iterator["Catalogue"]:
    """The registered data sets: of the service of NAS_API_URL, else of the state folder."""
    from api.data_sets.catalogue import OpenCatalogue, RemoteCatalogue

    if is_remote():
        with connected(settings()) as client:
            yield RemoteCatalogue(client)
        return
    from api.data_sets.store import DataSets
    from api.people.desk import Desk, People

    with storage(must_exist=must_exist) as opened:
        desk = Desk(People.over(opened.engine, opened.clock), operator())
        yield OpenCatalogue(DataSets(opened.engine, opened.clock), desk, roots=settings().data_roots)


def find_data_set(name: str) -> "DataSet":
    """A data set of the state folder, as documents name it. Raises `NotFound`."""
    from api.data_sets.store import DataSets

    with storage(must_exist=True) as opened:
        return DataSets(opened.engine, opened.clock).find(name)


@contextmanager
def counter(*, must_exist: bool = True) -> Iterator["Counter"]:
    """Where tokens and projects are cared for: the service of NAS_API_URL, else the database of the state folder."""
    if is_remote():
        from api.people.remote import RemoteDesk

        with connected(settings()) as client:
            yield RemoteDesk(client)
        return
    from api.people.desk import Desk, People

    with storage(must_exist=must_exist) as opened:
        yield Desk(People.over(opened.engine, opened.clock), operator())


def operator() -> Principal:
    """Whoever runs commands over the database: they could change it anyway, so they are its admin."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # a user without a name, as in some containers
        name = str(os.getuid())
    return Principal(name=f"{name} (command line)", role=Role.ADMIN)


def record(source: Any, action: str, search: Search, **detail: Any) -> None:
    """Adds to the audit what was done to a search of the state folder; a service that was asked does that itself."""
    if isinstance(source, RestClient):
        return
    from api.people.desk import Desk, People
    from api.storage import SqlStorage

    if isinstance(source, SqlStorage):
        desk = Desk(People.over(source.engine, source.clock), operator())
        desk.record(action, search.id, project=search.project, name=search.name, **detail)


@contextmanager
def storage(*, must_exist: bool = False) -> Iterator["SqlStorage"]:
    """The storage of the state folder. Raises `Unreachable`, and `NotFound` where there is nothing to read yet."""
    from sqlalchemy.exc import SQLAlchemyError

    from api.storage import open_storage

    here = settings()
    database = here.home / "nas.db"
    if must_exist and here.database_url is None and not database.is_file():
        sentence = f"no state in {here.home.absolute()}; start with `nas run DOCUMENT`, or set NAS_HOME or NAS_API_URL"
        raise NotFound(sentence)
    try:
        opened = open_storage(here.storage_url)
    except (SQLAlchemyError, OSError) as error:
        raise Unreachable(f"the database cannot be opened: {getattr(error, 'orig', error)}") from error
    with closing(opened):
        yield opened
