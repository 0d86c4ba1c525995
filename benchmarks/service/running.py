"""A real `nas serve` in a process of its own, and a client of it with the token it keeps for its user."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from api.people.local_token import local_token

GRACE_S = 60


@contextmanager
def running(home: Path, *options: str, database_url: str | None = None) -> Iterator[httpx.Client]:
    """A client of the service whose state lies in the folder; the service has ended afterwards."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("NAS_")}
    own = {"NAS_HOME": str(home), "COLUMNS": "200", **({"NAS_DATABASE_URL": database_url} if database_url else {})}
    service = subprocess.Popen(
        [sys.executable, "-m", "api.cli", "serve", "--port", "0", *options],
        env={**inherited, **own},
        text=True,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        url = _url_told(service)
        headers = {"Authorization": f"Bearer {local_token(home)}"}
        with httpx.Client(base_url=f"{url}/api/v1", headers=headers, timeout=120) as client:
            yield client
    finally:
        service.terminate()
        service.communicate(timeout=GRACE_S)


def _url_told(service: "subprocess.Popen[str]") -> str:
    assert service.stdout is not None, "started to be listened to"
    for line in service.stdout:
        if found := re.match(r"Serving (\S+),", line):
            return found.group(1)
    raise ChildProcessError("the service ended before it served, for the reason above")
