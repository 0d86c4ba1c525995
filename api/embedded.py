"""A complete service for one Python process: `nas serve` as a child on a free port of this machine, ended with it."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.errors import Unreachable
from api.people.local_token import local_token
from api.settings import Settings

SERVING = re.compile(r"^Serving (\S+),", re.MULTILINE)
READY = "State in "  # the last line of the beginning
LOOK_S = 0.05
BEGINS_WITHIN_S, ENDS_WITHIN_S = 120.0, 30.0


@contextmanager
def embedded_service(home: Path, *options: str) -> Iterator[Settings]:
    """The settings of a service over that state folder, inside. `options` are those of `nas serve`. Raises
    `Unreachable` with what it said where it does not begin."""
    home.mkdir(parents=True, exist_ok=True)
    log = home / "service.log"
    with log.open("w") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "api.cli", "serve", "--port", "0", *options],
            env={**os.environ, "NAS_HOME": str(home.absolute()), "PYTHONUNBUFFERED": "1", "COLUMNS": "200"},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,  # Ctrl-C is for the caller, who ends the service in its own time
        )
    try:
        url = _address(process, log)
        yield Settings.model_validate({"home": home, "api_url": url, "api_token": local_token(home)})
    finally:
        _end(process)


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    """Where it serves, once it does."""
    deadline = time.monotonic() + BEGINS_WITHIN_S
    while process.poll() is None and time.monotonic() < deadline:
        said = log.read_text(errors="replace")
        found = SERVING.search(said)
        if found and READY in said:
            return found[1]
        time.sleep(LOOK_S)
    raise Unreachable(f"the embedded service did not begin: {log.read_text(errors='replace').strip()[-2000:]}")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(ENDS_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
