"""Tokens, projects and the audit of a service, asked over REST."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from api.errors import Unreachable
from api.people.forms import NewProject, NewToken, ProjectChange
from api.people.records import Deed, Issued, Listing, Project, Token, TokenKind
from api.rest import RestClient

T = TypeVar("T")
HIDDEN = {"kind": TokenKind.TOKEN, "source": None}  # what REST does not tell of a token


class RemoteDesk:
    """Implements `api.people.desk.Counter`. Raises what `RestClient` raises."""

    def __init__(self, rest: RestClient) -> None:
        self.rest = rest

    def create_token(self, asked: NewToken) -> Issued:
        answer = self.rest.call("POST", "/tokens", json=asked.model_dump(mode="json"))
        return Issued(token=_token(answer), text=answer["text"])

    def tokens(self, *, limit: int = 50, cursor: str | None = None) -> Listing[Token]:
        return self._listing("/tokens", _token, limit=limit, cursor=cursor)

    def revoke_token(self, token_id: str) -> Token:
        return _token(self.rest.call("DELETE", f"/tokens/{token_id}"))

    def create_project(self, asked: NewProject) -> Project:
        return _project(self.rest.call("POST", "/projects", json=asked.model_dump(mode="json")))

    def projects(self, *, limit: int = 50, cursor: str | None = None) -> Listing[Project]:
        return self._listing("/projects", _project, limit=limit, cursor=cursor)

    def change_project(self, name: str, asked: ProjectChange) -> Project:
        change = asked.model_dump(mode="json", exclude_unset=True)
        return _project(self.rest.call("PATCH", f"/projects/{name}", json=change))

    def deeds(self, *, project: str | None = None, limit: int = 50, cursor: str | None = None) -> Listing[Deed]:
        return self._listing("/audit", _deed, project=project, limit=limit, cursor=cursor)

    def _listing(self, path: str, record: Callable[[Mapping[str, Any]], T], **asked: Any) -> Listing[T]:
        params = {name: value for name, value in asked.items() if value is not None}
        answer = self.rest.call("GET", path, params=params)
        return Listing(items=tuple(record(item) for item in answer["items"]), next_cursor=answer["next_cursor"])


def _token(answer: Mapping[str, Any]) -> Token:
    fields = {name: value for name, value in answer.items() if name != "text"}
    return _read(Token, {**HIDDEN, **fields})


def _project(answer: Mapping[str, Any]) -> Project:
    return _read(Project, answer)


def _deed(answer: Mapping[str, Any]) -> Deed:
    return _read(Deed, answer)


def _read(record: type[T], answer: Mapping[str, Any]) -> T:
    try:
        return TypeAdapter(record).validate_python(answer)
    except ValidationError as error:
        raise Unreachable(f"the service answered with something else than a {record.__name__}: {error}") from error
