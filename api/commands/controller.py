"""`nas controller`: runs the submitted searches of a database, where `nas serve --no-controller` serves it."""

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.bootstrap import Driver
from api.commands.run import WhichDriver
from api.commands.session import console, settings, storage
from api.exporter import Exporter
from api.exports import Exports
from api.logs import LogFormat, begin_logging
from api.settings import Settings
from api.supervisor import Supervisor, spawn, supervised
from nas.artifacts import open_artifacts

if TYPE_CHECKING:
    from api.storage import SqlStorage

Searches = Annotated[int | None, typer.Option(min=1, help="Searches that run at a time; by default 1.")]
Address = Annotated[str | None, typer.Option(help="A running Ray; by default NAS_RAY_ADDRESS, else our own.")]
Cpus = Annotated[int | None, typer.Option(min=1, help="Size of our own Ray; by default all cores.")]
Heartbeat = Annotated[
    Path | None, typer.Option(help="A file touched after every look at the database, about once a second.")
]

Log = Annotated[
    LogFormat,
    typer.Option(envvar="NAS_LOG_FORMAT", help="json: one object a line on the standard error, with search and trial."),
]


def controller(
    concurrent: Searches = None,
    ray_address: Address = None,
    cpus: Cpus = None,
    driver: WhichDriver = Driver.RAY,
    heartbeat: Heartbeat = None,
    log_format: Log = LogFormat.TEXT,
) -> None:
    """Run the submitted searches, until Ctrl-C, beside services that only serve (`nas serve --no-controller`).

    Needs the database and the state folder of these services, and the data. Of two controllers one runs a search.
    """
    here = settings()
    begin(log_format)
    with storage() as store:
        supervisor = supervisor_of(
            store, here, concurrent=concurrent, ray_address=ray_address, cpus=cpus, driver=driver
        )
        if heartbeat is not None:
            supervisor.beat = heartbeat.touch
        try:
            with supervised(supervisor):
                console().print(f"Running searches. State in {here.home.absolute()}; Ctrl-C ends.", soft_wrap=True)
                supervisor.stopping.wait()
        except KeyboardInterrupt:
            console().print("Stopped. `nas controller` goes on with unfinished searches.")


def begin(log_format: LogFormat) -> None:
    """What is logged is shown, by the processes of searches, too; SIGTERM ends as Ctrl-C does."""
    os.environ["NAS_LOG_FORMAT"] = log_format.value
    begin_logging(log_format)
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def supervisor_of(
    store: "SqlStorage",
    here: Settings,
    *,
    concurrent: int | None,
    ray_address: str | None,
    cpus: int | None,
    driver: Driver,
) -> Supervisor:
    """What looks after the searches, as the options and else the settings say."""
    from api.data_sets.store import DataSets

    open_artifacts(here.artifacts)  # a store that cannot be had is told at once
    return Supervisor(
        storage=store,
        data_sets=DataSets(store.engine, store.clock),
        most=concurrent or 1,
        ray_address=ray_address or here.ray_address,
        dashboard=here.ray_dashboard,
        cpus=cpus,
        driver=driver,
        exporter=Exporter(exports=Exports(here.home), spawn=spawn),
    )
