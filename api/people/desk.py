"""What people do to tokens and projects, over REST or on the command line: each within what they see, and recorded."""

from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Engine

from api.errors import Forbidden
from api.people.audit import Audit
from api.people.forms import NewProject, NewToken, ProjectChange
from api.people.projects import Projects
from api.people.records import Deed, Issued, Listing, Principal, Project, Role, Token, TokenKind
from api.people.tokens import Tokens
from nas.clock import Clock
from nas.errors import NotFound
from nas.records import DEFAULT_PROJECT


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

    def create_token(self, asked: NewToken) -> Issued: ...

    def tokens(self, *, limit: int = 50, cursor: str | None = None) -> Listing[Token]: ...

    def revoke_token(self, token_id: str) -> Token: ...

    def create_project(self, asked: NewProject) -> Project: ...

    def projects(self, *, limit: int = 50, cursor: str | None = None) -> Listing[Project]: ...

    def change_project(self, name: str, asked: ProjectChange) -> Project: ...

    def deeds(self, *, project: str | None = None, limit: int = 50, cursor: str | None = None) -> Listing[Deed]: ...


class Desk:
    """Implements `Counter` over the database, for one principal whose role has been checked."""

    def __init__(self, people: People, principal: Principal) -> None:
        self._people = people
        self._principal = principal

    def create_token(self, asked: NewToken) -> Issued:
        """A token for a project, by default for what the principal sees. Raises `NotFound`."""
        project = self.within(asked.project)
        issued = self._people.tokens.issue(asked.name, asked.role, project=project, lifetime_s=asked.lifetime_s)
        self.record("token.create", issued.token.id, project=project, name=asked.name, role=asked.role)
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

    def create_project(self, asked: NewProject) -> Project:
        """The project as it is stored. Raises `Forbidden` and `Taken`."""
        self.check_all("make projects")
        made = self._people.projects.create(Project(**asked.model_dump()))
        self.record("project.create", made.name, project=made.name, **asked.model_dump(exclude={"name"}))
        return made

    def projects(self, *, limit: int = 50, cursor: str | None = None) -> Listing[Project]:
        """By ascending name."""
        return self._people.projects.projects(only=self._principal.project, limit=limit, cursor=cursor)

    def change_project(self, name: str, asked: ProjectChange) -> Project:
        """The project with its weight or quotas changed. Raises `Forbidden`."""
        self.check_all("change the quotas of projects")
        changes = asked.model_dump(exclude_unset=True)
        changed = self._people.projects.change(name, changes)
        self.record("project.set", name, project=name, **changes)
        return changed

    def deeds(self, *, project: str | None = None, limit: int = 50, cursor: str | None = None) -> Listing[Deed]:
        """Newest first."""
        return self._people.audit.deeds(project=self.within(project), limit=limit, cursor=cursor)

    def within(self, project: str | None) -> str | None:
        """The project that is meant, None for all: the one asked for, or the principal's own. Raises `NotFound` for
        one that is another's, or is not there."""
        if project is None:
            return self._principal.project
        if not self._principal.sees(project):
            raise NotFound(f"no project has the name {project!r}")
        return self._people.projects.project(project).name

    def submits_to(self, project: str | None) -> str:
        """The project that a new search belongs to. Raises `NotFound`."""
        return self.within(project) or DEFAULT_PROJECT

    @property
    def trusted(self) -> bool:
        """Whether the principal, an admin of all projects, may name any path of the machine."""
        return self._principal.role is Role.ADMIN and self._principal.project is None

    def record(self, action: str, subject: str, *, project: str | None, **detail: Any) -> None:
        """Adds to the audit what the principal just did."""
        self._people.audit.record(self._principal, action, subject, project=project, detail=detail)

    def check_all(self, deed: str) -> None:
        """Raises `Forbidden` where the principal is of one project only."""
        if self._principal.project is not None:
            raise Forbidden(f"only an admin of all projects may {deed}; this one is of {self._principal.project!r}")
