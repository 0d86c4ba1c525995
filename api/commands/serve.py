"""`nas serve`: a complete service on one machine. REST here; searches and Ray in child processes."""

import json
import logging
import signal
import socket
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer
from rich.logging import RichHandler

from api.bootstrap import Driver, ray_head
from api.commands.run import WhichDriver, wait_for_parent
from api.commands.session import console, settings, storage
from api.errors import Refused
from api.settings import Settings
from api.supervisor import Supervisor, supervised

if TYPE_CHECKING:
    from api.storage import SqlStorage

Host = Annotated[str, typer.Option(help="Anything beyond loopback needs NAS_API_TOKEN.")]


def serve(
    host: Host = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any free one.")] = 8765,
    concurrent: Annotated[int, typer.Option(min=1, help="Searches that run at a time.")] = 1,
    ray_address: Annotated[
        str | None, typer.Option(help="A running Ray; by default NAS_RAY_ADDRESS, else our own.")
    ] = None,
    cpus: Annotated[int | None, typer.Option(min=1, help="Size of our own Ray; by default all cores.")] = None,
    driver: WhichDriver = Driver.RAY,
) -> None:
    """Serve REST and run the submitted searches, until Ctrl-C. Unfinished searches of earlier runs go on."""
    from api.authentication import check_binding

    here = settings()
    check_binding(host, here.api_token.get_secret_value() if here.api_token else None)
    logging.basicConfig(format="%(message)s", handlers=[RichHandler(show_path=False)])
    logging.getLogger("api").setLevel(logging.INFO)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with storage() as store:
        supervisor = Supervisor(
            storage=store, most=concurrent, ray_address=ray_address or here.ray_address, cpus=cpus, driver=driver
        )
        try:
            with closing(listen(host, port)) as listener, supervised(supervisor):
                serve_requests(store, here, supervisor, listener)
        except KeyboardInterrupt:
            console().print("Stopped. `nas serve` goes on with unfinished searches.")


def serve_requests(store: "SqlStorage", here: Settings, supervisor: Supervisor, listener: socket.socket) -> None:
    """Answers requests until a signal comes."""
    from api.app import create_app
    from api.serving import Server

    app = create_app(store, here, wake=supervisor.wake)
    host, port = listener.getsockname()[:2]
    told = console()
    told.print(f"Serving http://{host}:{port}, described at http://{host}:{port}/api/docs", soft_wrap=True)
    told.print(f"State in {here.home.absolute()}; Ctrl-C ends.", soft_wrap=True)
    sys.stdout.flush()
    Server(app).run(sockets=[listener])


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to the address. Raises `Refused` when that cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Only of a socket that says it is TCP does asyncio switch Nagle's delay off; without that, answers wait 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen()  # requests may come from now on; they wait for the first to be answered
    except OSError as error:
        listener.close()
        raise Refused(
            f"cannot serve at {host}:{port}: {error.strerror}; choose another with --host and --port"
        ) from error
    return listener


def hold_ray(cpus: Annotated[int | None, typer.Option()] = None) -> None:
    """Hold a local Ray for the searches of `nas serve`; ends with the standard input, that is with the service."""
    out = sys.stdout
    sys.stdout = sys.stderr  # what Ray prints later must not reach the pipe
    with ray_head(cpus=cpus) as found:
        out.write(json.dumps(found) + "\n")
        out.flush()
        wait_for_parent()
