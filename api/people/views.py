"""What REST says about people, projects and deeds."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from api.people.records import Deed, Issued, Listing, Principal, Project, Role, Token

TOKEN: dict[str, Any] = {
    "id": "1kz3qv8a0x7m",
    "name": "nightly",
    "role": "submit",
    "project": "vision",
    "created_at": "2026-03-01T09:00:00Z",
    "expires_at": "2026-05-30T09:00:00Z",
    "revoked_at": None,
}
PROJECT: dict[str, Any] = {
    "name": "vision",
    "weight": 1.0,
    "max_searches": 4,
    "max_concurrent": 8,
    "gpu_hours": 200.0,
    "artifact_bytes": None,
    "created_at": "2026-03-01T09:00:00Z",
}
DEED: dict[str, Any] = {
    "id": 12,
    "at": "2026-03-01T09:00:00Z",
    "actor": "nightly",
    "token_id": "1kz3qv8a0x7m",
    "project": "vision",
    "action": "search.cancel",
    "object": "1kz3qv8a0x7n",
    "detail": {"name": "blood-cells"},
}
NEXT = Field(description="send it as `cursor` for the next page; null on the last")


def _example(value: Any) -> ConfigDict:
    return ConfigDict(from_attributes=True, json_schema_extra={"examples": [value]})


class PrincipalView(BaseModel):
    """Who makes the request."""

    model_config = _example({"name": "nightly", "role": "submit", "project": "vision"})

    name: str
    role: Role
    project: str | None = Field(description="the only project it sees; null: all of them")


class TokenView(BaseModel):
    """A token without its text."""

    model_config = _example(TOKEN)

    id: str
    name: str
    role: Role
    project: str | None = Field(description="the only project it is good for; null: all of them")
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


class IssuedView(TokenView):
    """A new token with its text, which is shown this once."""

    model_config = _example({**TOKEN, "text": "nas_KbOL..."})

    text: str = Field(description="what programs send, as `Authorization: Bearer TEXT`; stored nowhere")


class TokenList(BaseModel):
    """A page of tokens, newest first."""

    model_config = _example({"items": [TOKEN], "next_cursor": None})

    items: list[TokenView]
    next_cursor: str | None = NEXT


class ProjectView(BaseModel):
    """A project with its quotas; null: no limit."""

    model_config = _example(PROJECT)

    name: str
    weight: float = Field(description="its part of the cluster, beside other projects that wait")
    max_searches: int | None
    max_concurrent: int | None
    gpu_hours: float | None
    artifact_bytes: int | None
    created_at: datetime


class ProjectList(BaseModel):
    """A page of projects by name."""

    model_config = _example({"items": [PROJECT], "next_cursor": None})

    items: list[ProjectView]
    next_cursor: str | None = NEXT


class DeedView(BaseModel):
    """Who did what."""

    model_config = _example(DEED)

    id: int
    at: datetime
    actor: str = Field(description="name of the token, or of the user of the command line")
    token_id: str | None
    project: str | None = Field(description="where it was done; null: to what belongs to all projects")
    action: str
    object: str
    detail: dict[str, Any]


class DeedList(BaseModel):
    """A page of the audit, newest first."""

    model_config = _example({"items": [DEED], "next_cursor": None})

    items: list[DeedView]
    next_cursor: str | None = NEXT


def principal_view(principal: Principal) -> PrincipalView:
    """Who they are."""
    return PrincipalView.model_validate(principal)


def token_view(token: Token) -> TokenView:
    """A token without its text."""
    return TokenView.model_validate(token)


def issued_view(issued: Issued) -> IssuedView:
    """A new token with its text."""
    return IssuedView(**token_view(issued.token).model_dump(), text=issued.text)


def project_view(project: Project) -> ProjectView:
    """A project with its quotas."""
    return ProjectView.model_validate(project)


def token_list(page: Listing[Token]) -> TokenList:
    """A page of tokens."""
    return TokenList(items=[token_view(token) for token in page.items], next_cursor=page.next_cursor)


def project_list(page: Listing[Project]) -> ProjectList:
    """A page of projects."""
    return ProjectList(items=[project_view(project) for project in page.items], next_cursor=page.next_cursor)


def deed_list(page: Listing[Deed]) -> DeedList:
    """A page of the audit."""
    return DeedList(items=[DeedView.model_validate(deed) for deed in page.items], next_cursor=page.next_cursor)
