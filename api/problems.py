"""One error body everywhere: problem details (RFC 9457), its status from one table of exceptions."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import InterfaceError, OperationalError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import (
    Forbidden,
    ForeignRequest,
    PayloadTooLarge,
    SchemaMismatch,
    Taken,
    Unauthorized,
    UnsupportedMedia,
)
from nas.errors import (
    ArtifactUnreachable,
    DocumentError,
    IdempotencyConflict,
    IllegalTransition,
    InvalidQuery,
    LeaseLost,
    NotFound,
    QuotaReached,
    UnfitSearch,
)
from nas.exporting import NoExport

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """What is the same about every problem of one kind."""

    status: int
    slug: str
    title: str


KINDS: dict[type[Exception], Kind] = {
    DocumentError: Kind(status=422, slug="invalid-document", title="The search document is wrong"),
    RequestValidationError: Kind(status=422, slug="invalid-request", title="The request is wrong"),
    InvalidQuery: Kind(status=422, slug="invalid-query", title="The query makes no sense"),
    NotFound: Kind(status=404, slug="not-found", title="There is no such thing"),
    IllegalTransition: Kind(status=409, slug="illegal-transition", title="Its present state does not allow that"),
    IdempotencyConflict: Kind(status=409, slug="idempotency-conflict", title="The idempotency key is taken"),
    Taken: Kind(status=409, slug="taken", title="Something else has that name"),
    QuotaReached: Kind(status=409, slug="quota-reached", title="The project may have no more of that"),
    LeaseLost: Kind(status=409, slug="lease-lost", title="Another controller has taken the search over"),
    NoExport: Kind(status=409, slug="no-export", title="The trial cannot be exported"),
    UnfitSearch: Kind(status=409, slug="unfit-search", title="A search cannot begin with that earlier one"),
    Unauthorized: Kind(status=401, slug="unauthorized", title="A valid token is needed"),
    Forbidden: Kind(status=403, slug="forbidden", title="The token has not the role for that"),
    ForeignRequest: Kind(status=403, slug="foreign-request", title="The request comes from elsewhere"),
    PayloadTooLarge: Kind(status=413, slug="payload-too-large", title="The body is too large"),
    UnsupportedMedia: Kind(status=415, slug="unsupported-media-type", title="The body must be JSON"),
    ArtifactUnreachable: Kind(
        status=503, slug="artifacts-unreachable", title="What is kept of trials cannot be reached"
    ),
    SchemaMismatch: Kind(status=503, slug="schema-mismatch", title="The database has another schema version"),
    OperationalError: Kind(status=503, slug="database-unavailable", title="The database cannot be reached"),
    InterfaceError: Kind(status=503, slug="database-unavailable", title="The database cannot be reached"),
}
_INTERNAL = Kind(status=500, slug="internal-error", title="The service has failed")
_HIDDEN = frozenset({"internal-error", "database-unavailable"})  # their messages may hold addresses or statements


class FieldProblem(BaseModel):
    """What is wrong with one field."""

    field: str = Field(description="dotted path; empty for the whole")
    message: str


class Problem(BaseModel):
    """Problem details for an HTTP API (RFC 9457)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:spinesearch:problem:not-found",
                    "title": "There is no such thing",
                    "status": 404,
                    "detail": "no search has the name or id 'blood-cell'",
                    "instance": "/api/v1/searches/blood-cell",
                    "errors": [],
                }
            ]
        }
    )

    type: str = Field(description="names the kind of problem; stable")
    title: str = Field(description="the same for every problem of this kind")
    status: int
    detail: str = Field(description="what is wrong this time")
    instance: str = Field(description="path of the request")
    errors: list[FieldProblem] = Field(default=[], description="every field that is wrong, where fields are")


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of an endpoint that may answer with these statuses, beside those any endpoint may."""
    titles: dict[int, list[str]] = {}
    for kind in (*KINDS.values(), _INTERNAL):
        if kind.title not in titles.setdefault(kind.status, []):
            titles[kind.status].append(kind.title)
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        status: {
            "description": "; ".join(titles.get(status, [HTTPStatus(status).phrase])),
            "content": {MEDIA_TYPE: {"schema": schema}},
        }
        for status in sorted({*statuses, 401, 403, 422, 500, 503})
    }


def problem_response(error: Exception, path: str) -> JSONResponse:
    """The answer to a request that ended in this exception."""
    if isinstance(error, HTTPException):
        return _of_http(error, path)
    kind = next((KINDS[each] for each in type(error).__mro__ if each in KINDS), _INTERNAL)
    detail = kind.title if kind.slug in _HIDDEN else _sentence(error)
    headers = {"WWW-Authenticate": "Bearer"} if kind.status == HTTPStatus.UNAUTHORIZED else None
    return _response(kind, detail=detail, path=path, errors=_fields(error), headers=headers)


def answer_with_problems(app: FastAPI) -> None:
    """Makes every error of the app, unknown routes and crashes included, a problem document."""

    async def answer(request: Request, error: Exception) -> JSONResponse:
        if problem_is_ours(error):
            logger.error("%s %s: the database failed", request.method, request.url.path, exc_info=error)
        return problem_response(error, request.url.path)

    for handled in (*KINDS, HTTPException):
        app.add_exception_handler(handled, answer)
    app.add_middleware(CrashBoundary)


def problem_is_ours(error: Exception) -> bool:
    """Whether operators should read about it: the database failed, not the request."""
    return isinstance(error, OperationalError | InterfaceError)


class CrashBoundary:
    """Logs an exception that nothing else answers and hides it from the client: a plain 500."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception as error:
            if scope["type"] != "http" or started:
                raise
            logger.exception("%s %s crashed", scope["method"], scope["path"])
            await problem_response(error, scope["path"])(scope, receive, send)


def _of_http(error: HTTPException, path: str) -> JSONResponse:
    phrase = HTTPStatus(error.status_code).phrase
    kind = Kind(status=error.status_code, slug=phrase.lower().replace(" ", "-"), title=phrase)
    detail = f"there is nothing at {path}" if error.status_code == HTTPStatus.NOT_FOUND else str(error.detail)
    return _response(kind, detail=detail, path=path, errors=[], headers=error.headers)


def _sentence(error: Exception) -> str:
    if isinstance(error, RequestValidationError):
        return "; ".join(f"{each.field}: {each.message}" for each in _fields(error))
    return str(error)


def _fields(error: Exception) -> list[FieldProblem]:
    if isinstance(error, DocumentError):
        return [FieldProblem(field=field, message=message) for field, message in error.problems]
    if isinstance(error, RequestValidationError):
        return [
            FieldProblem(field=".".join(str(part) for part in each["loc"]), message=each["msg"])
            for each in error.errors()
        ]
    return []


class ProblemResponse(JSONResponse):
    """Problem details, written so that any text can be: half of a surrogate pair from a request is no UTF-8."""

    media_type = MEDIA_TYPE

    def render(self, content: Any) -> bytes:
        """The content as JSON in ASCII."""
        return json.dumps(content, separators=(",", ":")).encode("ascii")


def _response(
    kind: Kind, *, detail: str, path: str, errors: list[FieldProblem], headers: Mapping[str, str] | None
) -> JSONResponse:
    problem = Problem(
        type=f"urn:spinesearch:problem:{kind.slug}",
        title=kind.title,
        status=kind.status,
        detail=detail,
        instance=path,
        errors=errors,
    )
    return ProblemResponse(problem.model_dump(), status_code=kind.status, headers=headers)
