"""Tokens, projects and the audit: who may do what, how much of it, and who did."""

from typing import Annotated

from fastapi import APIRouter, Path, status

from api.people.forms import NewProject, NewToken, ProjectChange
from api.people.records import Role
from api.people.views import (
    DeedList,
    IssuedView,
    PrincipalView,
    ProjectList,
    ProjectView,
    TokenList,
    TokenView,
    deed_list,
    issued_view,
    principal_view,
    project_list,
    project_view,
    token_list,
    token_view,
)
from api.problems import documented
from api.routes.dependencies import Cursor, InProject, Limit, TheDesk, ThePrincipal, requires

router = APIRouter(tags=["people"])
READ, ADMIN = [requires(Role.READ)], [requires(Role.ADMIN)]

TokenId = Annotated[str, Path(max_length=16)]
ProjectName = Annotated[str, Path(max_length=64)]


@router.get("/me", dependencies=READ, responses=documented())
def get_principal(principal: ThePrincipal) -> PrincipalView:
    """Whose token or session came with the request, and what it is good for."""
    return principal_view(principal)


@router.post(
    "/tokens", dependencies=ADMIN, status_code=status.HTTP_201_CREATED, responses=documented(400, 404, 413, 415)
)
def create_token(asked: NewToken, desk: TheDesk) -> IssuedView:
    """Makes a token. Its text is in this answer and nowhere else. An admin of one project makes tokens of that
    project."""
    return issued_view(desk.create_token(asked))


@router.get("/tokens", dependencies=ADMIN, responses=documented())
def list_tokens(desk: TheDesk, limit: Limit = 50, cursor: Cursor = None) -> TokenList:
    """Tokens, newest first, also those that are good no longer."""
    return token_list(desk.tokens(limit=limit, cursor=cursor))


@router.delete("/tokens/{token}", dependencies=ADMIN, responses=documented(404))
def revoke_token(token: TokenId, desk: TheDesk) -> TokenView:
    """Makes a token good no longer, and with it the sessions it was used to log in with."""
    return token_view(desk.revoke_token(token))


@router.post(
    "/projects", dependencies=ADMIN, status_code=status.HTTP_201_CREATED, responses=documented(400, 409, 413, 415)
)
def create_project(asked: NewProject, desk: TheDesk) -> ProjectView:
    """Makes a project; only an admin of all projects may."""
    return project_view(desk.create_project(asked))


@router.get("/projects", dependencies=READ, responses=documented())
def list_projects(desk: TheDesk, limit: Limit = 50, cursor: Cursor = None) -> ProjectList:
    """The projects that the token sees, by name, with their quotas."""
    return project_list(desk.projects(limit=limit, cursor=cursor))


@router.patch("/projects/{project}", dependencies=ADMIN, responses=documented(400, 404, 413, 415))
def change_project(project: ProjectName, asked: ProjectChange, desk: TheDesk) -> ProjectView:
    """Changes the weight or the quotas of a project; only an admin of all projects may. Null lifts a quota."""
    return project_view(desk.change_project(project, asked))


@router.get("/audit", dependencies=ADMIN, responses=documented(404))
def list_deeds(desk: TheDesk, project: InProject = None, limit: Limit = 50, cursor: Cursor = None) -> DeedList:
    """Who did what, newest first."""
    return deed_list(desk.deeds(project=project, limit=limit, cursor=cursor))
