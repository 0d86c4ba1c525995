"""`nas db`: care of the database."""

from pathlib import Path
from typing import Annotated

import typer

from api.commands.session import console, settings
from api.errors import Unreachable

CopyPath = Annotated[Path, typer.Argument(metavar="FILE", help="Where the copy goes; replaced in one step.")]
database = typer.Typer(help="Care of the database.", no_args_is_help=True)


@database.command()
def upgrade() -> None:
    """Bring the database's tables up to date; nothing happens when they already are."""
    from sqlalchemy.exc import SQLAlchemyError

    from api.schema import upgrade_database

    try:
        version = upgrade_database(settings().storage_url)
    except (SQLAlchemyError, OSError) as error:
        raise Unreachable(f"the database cannot be opened: {getattr(error, 'orig', error)}") from error
    console().print(f"The database has schema {version}.", highlight=False)


@database.command()
def backup(file: CopyPath) -> None:
    """Copy an SQLite database while it is in use. To restore, stop what serves and put the copy in its place.

    For PostgreSQL: pg_dump --format=custom --file=FILE $NAS_DATABASE_URL, and pg_restore --clean --dbname=...
    """
    from api.backup import back_up

    size_bytes = back_up(settings().storage_url, file)
    console().print(f"Copied the database to {file}: {size_bytes / 1e6:,.1f} MB.", soft_wrap=True, highlight=False)
