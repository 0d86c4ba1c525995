"""Metrics for Prometheus, which sends a token as anybody does."""

from typing import Annotated

from fastapi import APIRouter, Header, Response

from api.errors import Forbidden
from api.people.records import Role
from api.problems import documented
from api.routes.dependencies import ThePrincipal, TheService, requires

router = APIRouter(tags=["operations"])


@router.get("/metrics", dependencies=[requires(Role.READ)], response_class=Response, responses=documented())
def metrics(service: TheService, principal: ThePrincipal, accept: Annotated[str, Header()] = "") -> Response:
    """What operators watch, in the text format of Prometheus; of all projects, so the token must be of all, too."""
    if principal.project is not None:
        raise Forbidden(f"metrics tell of all projects; {principal.name!r} sees only {principal.project!r}")
    text, content_type = service.metrics.written(accept)
    return Response(text, headers={"Content-Type": content_type})
