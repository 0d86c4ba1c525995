"""What people do to tokens and projects, over REST or on the command line: each within what they see, and recorded."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from sqlalchemy import Engine

from api.errors import Forbidden
from api.people.audit import Audit
from api.people.projects import Projects
from api.people.records import Deed, Issued, Listing, Principal, Project, Role, Token, TokenKind
from api.people.tokens import Tokens
from nas.clock import Clock
from nas.errors import NotFound


@dataclass(frozen=True, kw_only=True, slots=True)
class People:
    """Everything stored about people."""

    tokens: Tokens
    projects: Projects
    audit: Audit

    @classmethod
    def over(cls, engine: Engine, clock: Clock) -> "People":
        """Those of a database."""
        return cls(tokens=Tokens(engine, clock), projects=Projects(engine, clock), audit=Audit(engine, clock))


class Counter(Protocol):
    """What the command line asks for, of the database or of a service. All of it raises `NotFound`."""

    def create_token(
        self, name: str, role: Role, *, project: str | None = None, lifetime_s: float | None = None
    ) -> Issued: ...

    def tokens(self, *, limit: int = 50, cursor: str | None = None) -> Listing[Token]: ...

    def revoke_token(self, token_id: str) -> Token: ...

    def create_project(self, project: Project) -> Project: ...

    def projects(self, *, limit: int = 50, cursor: str | None = None) -> Listing[Project]: ...

    def change_project(self, name: str, changes: Mapping[str, Any]) -> Project: ...

    def deeds(self, *, project: str | None = None, limit: int = 50, cursor: str | None = None) -> Listing[Deed]: ...


class Desk:
    """Implements `Counter` over the database, for one principal whose role has been checked."""

    def __init__(self, people: People, principal: Principal) -> None:
        self._people = people
        self._principal = principal

    def create_token(
        self, name: str, role: Role, *, project: str | None = None, lifetime_s: float | None = None
    ) -> Issued:
        """A token for a project, by default for what the principal sees. Raises `NotFound` and `Forbidden`."""
        project = self.within(project)
        if project is not None:
            self._people.projects.project(project)
        issued = self._people.tokens.issue(name, role, project=project, lifetime_s=lifetime_s)
        self.record("token.create", issued.token.id, project=project, name=name, role=role)
        return issued

    def tokens(self, *, limit: int = 50, cursor: str | None = None) -> Listing[Token]:
        """Newest first."""
        return self._people.tokens.tokens(project=self._principal.project, limit=limit, cursor=cursor)

    def revoke_token(self, token_id: str) -> Token:
        """The token, good no longer."""
        found = self._people.tokens.token(token_id)
        if found.kind is not TokenKind.TOKEN or not self._principal.sees(found.project):
            raise NotFound(f"no token has the id {token_id!r}")
        revoked = self._people.tokens.revoke(token_id)
        self.record("token.revoke", token_id, project=found.project, name=found.name)
        return revoked

    def create_project(self, project: Project) -> Project:
        """The project as it is stored. Raises `Forbidden` and `Taken`."""
        self._check_all("make projects")
        made = self._people.projects.create(project)
        self.record("project.create", made.name, project=made.name, **_limits(made))
        return made

    def projects(self, *, limit: int = 50, cursor: str | None = None) -> Listing[Project]:
        """By ascending name."""
        return self._people.projects.projects(only=self._principal.project, limit=limit, cursor=cursor)

    def change_project(self, name: str, changes: Mapping[str, Any]) -> Project:
        """The project with its weight or quotas changed. Raises `Forbidden`."""
        self._check_all("change the quotas of projects")
        changed = self._people.projects.change(name, changes)
        self.record("project.set", name, project=name, **changes)
        return changed

    def deeds(self, *, project: str | None = None, limit: int = 50, cursor: str | None = None) -> Listing[Deed]:
        """Newest first."""
        return self._people.audit.deeds(project=self.within(project), limit=limit, cursor=cursor)

    def within(self, project: str | None) -> str | None:
        """The project that is meant: the one asked for, or the principal's own. Raises `NotFound` for another's."""
        if project is not None and not self._principal.sees(project):
            raise NotFound(f"no project has the name {project!r}")
        return self._principal.project if project is None else project

    def record(self, action: str, subject: str, *, project: str | None, **detail: Any) -> None:
        """Adds to the audit what the principal just did."""
        self._people.audit.record(self._principal, action, subject, project=project, detail=detail)

    def _check_all(self, deed: str) -> None:
        if self._principal.project is not None:
            raise Forbidden(f"only an admin of all projects may {deed}; this one is of {self._principal.project!r}")


def _limits(project: Project) -> dict[str, Any]:
    return {name: value for name, value in asdict(project).items() if name not in ("name", "created_at")}
