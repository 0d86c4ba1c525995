"""`nas serve`: a complete service on one machine. REST here; searches and Ray in child processes.

With `--no-controller` REST and pages alone, and `nas controller` runs the searches, wherever the same database is.
"""

import json
import socket
import sys
from contextlib import closing, nullcontext
from typing import TYPE_CHECKING, Annotated

import typer

from api.bootstrap import Driver, ray_head
from api.commands.controller import Address, Cpus, Log, Searches, begin, supervisor_of
from api.commands.run import WhichDriver, wait_for_parent
from api.commands.session import console, settings, storage
from api.errors import Refused
from api.logs import LogFormat, begin_logging
from api.settings import Settings
from api.supervisor import Supervisor, supervised

if TYPE_CHECKING:
    from api.storage import SqlStorage

Host = Annotated[str, typer.Option(help="Beyond loopback, put a proxy with TLS before it.")]
WithController = Annotated[bool, typer.Option(help="Without: REST alone; `nas controller` runs the searches.")]


def serve(
    host: Host = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any free one.")] = 8765,
    concurrent: Searches = None,
    ray_address: Address = None,
    cpus: Cpus = None,
    driver: WhichDriver = Driver.RAY,
    controller: WithController = True,
    log_format: Log = LogFormat.TEXT,
    link: Annotated[bool, typer.Option("--link", help="Print a one-time link to log in with a browser.")] = False,
) -> None:
    """Serve REST and run the submitted searches, until Ctrl-C. Unfinished searches of earlier runs go on.

    The first start prints a one-time link to log in as admin; commands on this machine need no token.
    """
    if not controller:
        refuse_what_runs_searches(concurrent=concurrent, ray_address=ray_address, cpus=cpus)
    here = settings()
    begin(log_format)
    with storage() as store:
        supervisor = supervisor_of(
            store, here, concurrent=concurrent, ray_address=ray_address, cpus=cpus, driver=driver
        )
        try:
            with closing(listen(host, port)) as listener, supervised(supervisor) if controller else nullcontext():
                code = way_in(store, here, asked=link)
                serve_requests(store, here, listener, supervisor, code=code)
        except KeyboardInterrupt:
            console().print("Stopped. `nas serve` goes on with unfinished searches.")


def refuse_what_runs_searches(**options: object) -> None:
    """Raises `BadParameter` for an option that would have no effect on a service that runs no search."""
    for name, value in options.items():
        if value is not None:
            option = f"--{name.replace('_', '-')}"
            raise typer.BadParameter(f"{option} is of `nas controller`: with --no-controller nothing runs here")


def way_in(store: "SqlStorage", here: Settings, *, asked: bool) -> str | None:
    """A one-time code for the first admin, or when it is asked for. Commands on this machine find their token."""
    from api.people.local_token import keep_local_token
    from api.people.sessions import one_time_code
    from api.people.tokens import Tokens

    tokens = Tokens(store.engine, store.clock)
    try:
        token, fresh = keep_local_token(tokens, here.home)
    except OSError as error:
        raise Refused(f"the token of this machine cannot be kept in {here.home.absolute()}: {error}") from error
    return one_time_code(tokens, token) if fresh or asked else None


def serve_requests(
    store: "SqlStorage", here: Settings, listener: socket.socket, supervisor: Supervisor, *, code: str | None
) -> None:
    """Answers requests until a signal comes."""
    from api.app import create_app
    from api.serving import Server

    app = create_app(store, here, wake=supervisor.wake, cluster=supervisor.cluster)
    url = url_of(listener)
    told = console()
    told.print(f"Serving {url}, described at {url}/api/docs", soft_wrap=True)
    if code is not None:
        told.print(f"Log in: {url}/login?code={code}", soft_wrap=True)
        told.print("That link works once and within the hour; --link makes another.", soft_wrap=True)
    told.print(f"State in {here.home.absolute()}; Ctrl-C ends.", soft_wrap=True)
    sys.stdout.flush()
    Server(app).run(sockets=[listener])


def url_of(listener: socket.socket) -> str:
    """Where a browser on this machine finds the service."""
    host, port = listener.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}"


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
    begin_logging(settings().log_format, quiet=True)
    out = sys.stdout
    sys.stdout = sys.stderr  # what Ray prints later must not reach the pipe
    with ray_head(cpus=cpus) as found:
        out.write(json.dumps(found) + "\n")
        out.flush()
        wait_for_parent()
