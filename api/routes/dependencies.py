"""What endpoints are given: the storage, the settings, one search by its name or id."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Path, Query, Request

from api.plots.memo import Memo
from api.settings import Settings
from api.storage import SqlStorage
from api.watching import Watching
from nas.records import Search

MAX_PAGE = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Service:
    """What the app serves; `wake` tells whoever runs searches that there is something new to look at. Plots are
    remembered in `memo`, and who looks on is known to `watching`."""

    storage: SqlStorage
    settings: Settings
    wake: Callable[[], None]
    memo: Memo = field(default_factory=Memo)
    watching: Watching = field(default_factory=Watching)


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


def _storage(service: Annotated[Service, Depends(_service)]) -> SqlStorage:
    return service.storage


def _search(
    search: Annotated[str, Path(max_length=100, description="name or id; a name means its newest search")],
    storage: Annotated[SqlStorage, Depends(_storage)],
) -> Search:
    return storage.search(search)


TheService = Annotated[Service, Depends(_service)]
TheStorage = Annotated[SqlStorage, Depends(_storage)]
TheSearch = Annotated[Search, Depends(_search)]
Limit = Annotated[int, Query(ge=1, le=MAX_PAGE, description="rows of the page")]
Cursor = Annotated[str | None, Query(max_length=1000, description="`next_cursor` of the page before")]
