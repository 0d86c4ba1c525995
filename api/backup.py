"""A copy of an SQLite database while it is in use."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from api.database import database_url
from api.errors import Refused


def back_up(url: str, file: Path) -> int:
    """Bytes of the copy, which is whole and of one moment, whoever writes meanwhile; it replaces `file` in one step.

    Raises `Refused` for a database that is no file: a server has its own tools.
    """
    parsed = database_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        command = f"pg_dump --format=custom --file={file} $NAS_DATABASE_URL"
        raise Refused(f"only SQLite is copied here; a server has its own tools: {command}")
    source, partial = Path(parsed.database), file.with_name(f"{file.name}.{os.getpid()}.partial")
    if not source.is_file():
        raise Refused(f"there is no database at {source}")
    if file.exists() and file.samefile(source):
        raise Refused(f"{file} is the database itself")
    try:
        _copy(source, partial)
        os.replace(partial, file)
    except (OSError, sqlite3.Error) as error:
        raise Refused(f"the database cannot be copied to {file}: {error}") from error
    finally:
        partial.unlink(missing_ok=True)
    return file.stat().st_size


def _copy(source: Path, target: Path) -> None:
    address = f"{source.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, uri=True)) as found, closing(sqlite3.connect(target)) as made:
        found.backup(made)
        made.execute("PRAGMA journal_mode=DELETE").close()  # one file, nothing beside it
