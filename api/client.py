"""The Python client: submit searches, wait for them, read their trials.

    from api.client import Client

    with Client() as nas:
        search = nas.submit("blood_cells.yaml")
        search.wait()
        print(search.frame().sort_values("AP").tail())

`Client()` talks to the service that NAS_API_URL names, by default the one on this machine; `Client.embedded()` starts
one of its own. Requests are repeated where that is safe, and a submission always is: it carries an idempotency key.
"""

import os
import uuid
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any, Self

import httpx
from pydantic import SecretStr

from api.embedded import embedded_service
from api.handles import SearchHandle
from api.rest import TIMEOUT_S, RestClient, bearer
from api.retrying import Retrying
from api.settings import Settings
from nas.document import SearchDocument, load_document
from nas.records import SearchStatus

PAGE = 200


class Client(AbstractContextManager["Client"]):
    """A connection to a service. Raises `Unreachable`, `Refused`, and what the core raises, each a sentence."""

    def __init__(self, url: str | None = None, *, token: str | None = None, project: str | None = None) -> None:
        here = Settings.from_environment(os.environ)
        given = {"api_url": url, "api_token": None if token is None else SecretStr(token)}
        chosen = here.model_copy(update={name: value for name, value in given.items() if value is not None})
        self._connect(chosen, project)

    @classmethod
    def embedded(cls, home: str | Path = ".nas", *, driver: str = "ray", cpus: int | None = None) -> Self:
        """A client of a service that runs as long as the client is open, over this state folder: with a Ray of its own,
        or with driver `inline` without. Submitted searches go on when it is opened again."""
        options = [f"--driver={driver}", *([f"--cpus={cpus}"] if cpus is not None else [])]
        made = cls.__new__(cls)
        with ExitStack() as stack:
            settings = stack.enter_context(embedded_service(Path(home), *options))
            made._connect(settings, None)
            made._open.push(stack.pop_all())
        return made

    def _connect(self, settings: Settings, project: str | None) -> None:
        self._open = ExitStack()
        transport = Retrying(httpx.HTTPTransport())
        http = httpx.Client(base_url=settings.api_url, headers=bearer(settings), timeout=TIMEOUT_S, transport=transport)
        self.project = project
        self.rest = RestClient(http)
        self.url = settings.api_url

    def submit(
        self,
        document: str | Path | Mapping[str, Any] | SearchDocument,
        *,
        key: str | None = None,
        priority: int = 0,
    ) -> SearchHandle:
        """The queued search of a document: a file, whose paths are relative to its folder, or the document itself.

        The same `key` again finds the first search; without one each call makes another. Raises `DocumentError` with
        every problem.
        """
        loaded = load_document(Path(document)) if isinstance(document, str | Path) else document
        content = loaded.model_dump(mode="json") if isinstance(loaded, SearchDocument) else dict(loaded)
        search = self.rest.submit(
            content, idempotency_key=key or uuid.uuid4().hex, project=self.project, priority=priority
        )
        return SearchHandle(self.rest, search)

    def search(self, name_or_id: str) -> SearchHandle:
        """A search by its name, the newest of that name, or its id. Raises `NotFound`."""
        return SearchHandle(self.rest, self.rest.search(name_or_id))

    def searches(self, *, status: SearchStatus | None = None) -> Iterator[SearchHandle]:
        """All searches that the token sees, newest first, read page by page."""
        cursor = None
        while True:
            page = self.rest.searches(status=status, project=self.project, limit=PAGE, cursor=cursor)
            yield from (SearchHandle(self.rest, search) for search in page.searches)
            cursor = page.next_cursor
            if cursor is None:
                return

    def close(self) -> None:
        """Closes the connection, and ends an embedded service."""
        self.rest.http.close()
        self._open.close()

    def __exit__(self, *problem: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Client({self.url!r})"
