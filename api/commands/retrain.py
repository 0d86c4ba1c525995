"""`nas retrain`: the architecture of a chosen trial, trained on the full task with the full schedule."""

import os
import shlex
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from api.bootstrap import Driver
from api.commands.control import TrialName
from api.commands.read import find_trial
from api.commands.run import Way, WhichDriver, carry_out, check_data, exit_code, find_or_create
from api.commands.session import EXIT_CODES, AsJson, console, find_data_set, print_json, settings, storage
from api.errors import Refused
from api.rest import connected
from api.schemas import search_view
from nas.cloning import changes_of
from nas.document import parse_document
from nas.records import Search
from nas.retraining import MAX_SEEDS, retraining_document

Changes = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="FIELD=VALUE", help="What makes it the full training, as task.epochs=350; may be repeated."
    ),
]
Seeds = Annotated[int, typer.Option(min=1, max=MAX_SEEDS, help="How many times it is trained, with other seeds.")]


def retrain(
    trial: TrialName,
    changes: Changes = None,
    seeds: Seeds = 1,
    run: Annotated[bool, typer.Option("--run", help="Train it now, here, and show what it reached.")] = False,
    driver: WhichDriver = Driver.RAY,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress.")] = False,
    as_json: AsJson = False,
) -> None:
    wanted = changes_of(changes or ())
    if os.environ.get("NAS_API_URL"):
        _submit(trial, wanted, seeds=seeds, run=run, as_json=as_json)
        return
    with storage(must_exist=True) as store:
        earlier, found = find_trial(store, trial)
        document = parse_document(retraining_document(earlier, found, wanted, seeds=seeds), find=find_data_set)
        check_data(document)
        search = find_or_create(store, document, project=earlier.project)
        if not run:
            tell(search, as_json=as_json)
            return
        settings_given = (f"--set={each}" for each in changes or ())
        command = shlex.join(["retrain", trial, f"--seeds={seeds}", *settings_given, "--run"])
        way = Way(command=command, driver=driver, quiet=quiet, as_json=as_json)
        raise typer.Exit(exit_code(carry_out(store, search, way)))


retrain.__doc__ = f"""Train the architecture of a trial on the full task.

This is a search of its own, by default called SEARCH-NUMBER-full, that `nas serve` runs, or this command with --run.
The same command again finds the same retraining, and goes on with it.
{EXIT_CODES}"""


def tell(search: Search, *, as_json: bool) -> None:
    """What is going to happen."""
    if as_json:
        print_json(search_view(search).model_dump(mode="json"))
    else:
        console().print(f"Retraining {search.name} ({search.id}) is {search.status}.", soft_wrap=True)


def _submit(trial: str, changes: Mapping[str, Any], *, seeds: int, run: bool, as_json: bool) -> None:
    """To the service of NAS_API_URL."""
    if run:
        raise Refused("--run trains on this machine; a service (NAS_API_URL) runs by itself what is submitted to it")
    with connected(settings()) as client:
        search, found = find_trial(client, trial)
        tell(client.retrain(search.id, found.number, changes, seeds=seeds), as_json=as_json)
