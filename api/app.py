"""The REST service: routes, the gate before them, and problem documents for everything that goes wrong."""

import gc
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.middleware.gzip import GZipMiddleware

from api.authentication import guard
from api.monitoring.metrics import Metrics, Told
from api.monitoring.requests import Timed
from api.people.desk import People
from api.people.entrance import Entrance
from api.plots.memo import Memo
from api.problems import Problem, answer_with_problems
from api.routes import (
    control,
    data,
    documents,
    downloads,
    exports,
    health,
    login,
    metrics,
    operations,
    people,
    plots,
    previews,
    proxy_checks,
    retrainings,
    searches,
    spaces,
    streams,
    trial,
    trials,
)
from api.routes.dependencies import Service
from api.settings import Settings
from api.storage import SqlStorage
from api.web_pages import add_pages

PREFIX = "/api/v1"
ROUTERS = (
    streams,
    previews,
    searches,
    control,
    trials,
    trial,
    plots,
    downloads,
    exports,
    retrainings,
    documents,
    proxy_checks,
    spaces,
    data,
    people,
    operations,
    health,
)
SMALL = 2_000  # bytes of an answer that is sent as it is
QUICK = 4  # of gzip: most of the gain at a third of the time
Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def create_app(
    storage: SqlStorage,
    settings: Settings,
    *,
    lifespan: Lifespan | None = None,
    wake: Callable[[], None] = lambda: None,
    cluster: Callable[[], Mapping[str, str]] = dict,
) -> FastAPI:
    """The service over this storage.

    `lifespan` runs around serving, for whoever runs searches in the same process; `wake` is called after a search was
    submitted or its cancellation asked for, from the thread of the request; `cluster` tells where Ray and its dashboard
    are, as far as that is known.
    """
    app = FastAPI(
        title="SpineSearch",
        summary="Neural architecture search for vision: submit a search document, read the leaderboard",
        version=_version(),
        lifespan=_settled(lifespan),
        docs_url=None,  # its page would load scripts of another host; ours is one of the pages
        redoc_url=None,
        openapi_url=f"{PREFIX}/openapi.json",
    )
    known = People.over(storage.engine, storage.clock)
    entrance = Entrance(known.tokens, settings.api_token)
    memo = Memo()
    watched = Metrics(Told(storage=storage, home=settings.home, memo=memo, version=app.version))
    app.state.service = Service(
        storage=storage,
        people=known,
        entrance=entrance,
        settings=settings,
        wake=wake,
        metrics=watched,
        memo=memo,
    )
    for router in (_routes(), metrics.router, login.router):
        app.include_router(router)
    add_pages(app)
    _describe_problems(app)
    guard(app, settings, entrance)
    app.add_middleware(GZipMiddleware, minimum_size=SMALL, compresslevel=QUICK)
    answer_with_problems(app)
    app.add_middleware(Timed, seconds=watched.request_seconds, prefix=PREFIX)
    return app


def _settled(lifespan: Lifespan | None) -> Lifespan:
    """Around serving: what the imports made lives as long as the process, so the garbage collector stops looking at it.

    Otherwise every full collection halts the service for some 60 ms, about every fiftieth leaderboard page.
    """

    @asynccontextmanager
    async def settled(app: FastAPI) -> AsyncIterator[None]:
        async with lifespan(app) if lifespan else nullcontext():
            gc.collect()
            gc.freeze()
            try:
                yield
            finally:
                gc.unfreeze()

    return settled


def _routes() -> APIRouter:
    router = APIRouter(prefix=PREFIX)
    for module in ROUTERS:
        router.include_router(module.router)
    return router


def _describe_problems(app: FastAPI) -> None:
    """Adds the schema that every documented problem refers to; FastAPI collects only those of response models."""
    describe = app.openapi

    def described() -> dict[str, Any]:
        document = describe()
        schemas = document["components"]["schemas"]
        schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(schema.pop("$defs", {}))
        schemas["Problem"] = schema
        return document

    app.openapi = described  # type: ignore[method-assign]


def _version() -> str:
    try:
        return version("spinesearch")
    except PackageNotFoundError:
        return "0"
