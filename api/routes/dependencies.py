"""What endpoints are given: the storage, the settings, who asks, one search by its name or id among those they see."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Depends, Path, Query, Request, Security
from fastapi.security import APIKeyCookie, HTTPBearer, SecurityScopes

from api.data_sets.catalogue import OpenCatalogue
from api.data_sets.store import DataSets
from api.errors import Forbidden
from api.monitoring.metrics import Metrics
from api.people.desk import Desk, People
from api.people.entrance import Entrance
from api.people.records import Principal, Role
from api.people.sessions import COOKIE
from api.plots.memo import Memo
from api.settings import Settings
from api.storage import SqlStorage
from api.watching import Watching
from nas.records import Search

MAX_PAGE = 500
# The gate lets in; these only tell readers of the description how.
_BEARER = HTTPBearer(auto_error=False, scheme_name="token", description="a token of `nas token create`")
_SESSION = APIKeyCookie(name=COOKIE, auto_error=False, scheme_name="session", description="made by logging in")


@dataclass(frozen=True, kw_only=True, slots=True)
class Service:
    """What the app serves; `wake` tells whoever runs searches that there is something new to look at, and `cluster`
    where they found Ray. Plots are remembered in `memo`, who looks on is known to `watching`, and `metrics` are for
    operators."""

    storage: SqlStorage
    people: People
    entrance: Entrance
    settings: Settings
    wake: Callable[[], None]
    cluster: Callable[[], Mapping[str, str]] = dict
    metrics: Metrics
    memo: Memo
    watching: Watching = field(default_factory=Watching)


def requires(role: Role) -> Any:
    """The dependency that every route of REST has: 403 to whoever has a lesser role."""
    return Security(_admitted, scopes=[role.value])


def _principal(request: Request) -> Principal:
    principal: Principal = request.state.principal
    return principal


def _admitted(
    needed: SecurityScopes,
    principal: Annotated[Principal, Depends(_principal)],
    _token: Annotated[object, Depends(_BEARER)],
    _session: Annotated[object, Depends(_SESSION)],
) -> None:
    for scope in needed.scopes:
        if not principal.role.covers(Role(scope)):
            raise Forbidden(f"this needs the role {scope}, {principal.name!r} has {principal.role.value}")


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


def _storage(service: Annotated[Service, Depends(_service)]) -> SqlStorage:
    return service.storage


def _desk(service: Annotated[Service, Depends(_service)], principal: Annotated[Principal, Depends(_principal)]) -> Desk:
    return Desk(service.people, principal)


def _data_sets(storage: Annotated[SqlStorage, Depends(_storage)]) -> DataSets:
    return DataSets(storage.engine, storage.clock)


def _catalogue(
    data_sets: Annotated[DataSets, Depends(_data_sets)],
    desk: Annotated[Desk, Depends(_desk)],
    service: Annotated[Service, Depends(_service)],
) -> OpenCatalogue:
    return OpenCatalogue(data_sets, desk, roots=service.settings.data_roots)


def _search(
    search: Annotated[str, Path(max_length=100, description="name or id; a name means its newest search")],
    storage: Annotated[SqlStorage, Depends(_storage)],
    principal: Annotated[Principal, Depends(_principal)],
) -> Search:
    return storage.search(search, project=principal.project)


TheService = Annotated[Service, Depends(_service)]
TheStorage = Annotated[SqlStorage, Depends(_storage)]
ThePrincipal = Annotated[Principal, Depends(_principal)]
TheDesk = Annotated[Desk, Depends(_desk)]
TheDataSets = Annotated[DataSets, Depends(_data_sets)]
TheCatalogue = Annotated[OpenCatalogue, Depends(_catalogue)]
TheSearch = Annotated[Search, Depends(_search)]
InProject = Annotated[str | None, Query(max_length=64, description="a project; by default that of the token")]
Limit = Annotated[int, Query(ge=1, le=MAX_PAGE, description="rows of the page")]
Cursor = Annotated[str | None, Query(max_length=1000, description="`next_cursor` of the page before")]
