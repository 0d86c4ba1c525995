"""`nas db`: care of the database."""

import typer

from api.commands.session import console, settings
from api.errors import Unreachable

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
