"""`nas`: the command line. Every module is loaded by the command that needs it; reading commands stay quick."""

from collections.abc import Sequence

import typer
from pydantic import ValidationError

from api.commands.check_proxy import check_proxy
from api.commands.control import cancel, clone, delete, extend, pause, resume, retry, stop
from api.commands.controller import controller
from api.commands.cost import cost
from api.commands.data import check_one, data
from api.commands.database import database
from api.commands.doctor import doctor
from api.commands.export import export, export_asked, reproduce
from api.commands.people import audit, project, token
from api.commands.prune import prune
from api.commands.read import compare, leaderboard, searches, show, watch
from api.commands.retrain import retrain
from api.commands.run import conduct_one, run
from api.commands.serve import hold_ray, serve
from api.commands.session import EXIT_CODES, ExitCode
from api.commands.spaces import spaces
from api.commands.submit import submit
from api.commands.table import table
from api.commands.transfer import transfer
from api.logs import complain
from nas.errors import DocumentError, InvalidQuery, NasError, NotFound
from search_spaces.errors import SpaceError

HELP = f"""Neural architecture search for vision: one document in, a leaderboard of trained candidates out.

State lives in NAS_HOME (by default .nas/ where the command runs). With NAS_API_URL set, the reading commands ask that
service instead.
{EXIT_CODES}"""
USAGE = (DocumentError, InvalidQuery, SpaceError, ValidationError)

app = typer.Typer(name="nas", help=HELP, no_args_is_help=True, add_completion=True, pretty_exceptions_enable=False)
CONTROL = (pause, resume, cancel, extend, stop, retry, clone, delete)
WINNER = (retrain, export, reproduce)
READING = (watch, searches, leaderboard, compare, table, transfer, show)
CARE = (prune, audit, doctor)
for command in (run, check_proxy, serve, controller, submit, *READING, *CONTROL, *WINNER, *CARE, spaces, cost):
    app.command()(command)
for name, group in (("token", token), ("project", project), ("data", data), ("db", database)):
    app.add_typer(group, name=name)
app.command(name="conduct", hidden=True)(conduct_one)
app.command(name="check-data", hidden=True)(check_one)
app.command(name="export-asked", hidden=True)(export_asked)
app.command(name="ray-head", hidden=True)(hold_ray)


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs one command and exits. What goes wrong on purpose is told in sentences, never as a traceback."""
    try:
        app(args=None if arguments is None else list(arguments))
    except (NasError, SpaceError, ValidationError) as error:
        complain(str(error))
        raise SystemExit(exit_code(error)) from None


def exit_code(error: Exception) -> ExitCode:
    """What the error means to a script."""
    if isinstance(error, NotFound):
        return ExitCode.NOT_FOUND
    return ExitCode.USAGE if isinstance(error, USAGE) else ExitCode.REFUSED


if __name__ == "__main__":
    main()
