"""What is stored about people, and who makes a request. Frozen values."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar

from nas.records import DEFAULT_PROJECT

T = TypeVar("T")


class Role(StrEnum):
    """What a token is good for; each role may do what those before it may."""

    READ = "read"
    SUBMIT = "submit"
    ADMIN = "admin"

    def covers(self, needed: "Role") -> bool:
        """Whether this role may do what the needed one may."""
        ranks = list(Role)
        return ranks.index(self) >= ranks.index(needed)


class TokenKind(StrEnum):
    """How a token comes with a request."""

    TOKEN = "token"  # in the header, from programs
    SESSION = "session"  # in a cookie, from browsers
    CODE = "code"  # in a link, once


@dataclass(frozen=True, kw_only=True, slots=True)
class Principal:
    """Who makes a request. `project` is the only one they see; None: all projects."""

    name: str
    role: Role
    project: str | None = None
    token_id: str | None = None  # None: no stored token, but the service's own, or the command line over its database

    def sees(self, project: str | None) -> bool:
        """Whether what belongs to the project (None: to all of them) is theirs to see."""
        return self.project in (None, project)


@dataclass(frozen=True, kw_only=True, slots=True)
class Project:
    """Whose searches share quotas. A quota that is None sets no limit."""

    name: str
    weight: float = 1.0  # its part of the cluster while others want it, too
    max_searches: int | None = None  # unfinished ones
    max_concurrent: int | None = None  # running trials
    gpu_hours: float | None = None
    artifact_bytes: int | None = None
    created_at: datetime | None = None


DEFAULT = Project(name=DEFAULT_PROJECT)


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """What is stored of a token: all but its text, of which only the digest is."""

    id: str
    kind: TokenKind
    name: str
    role: Role
    project: str | None  # None: all projects
    source: str | None  # of a session or a code: the token it stands for
    created_at: datetime
    expires_at: datetime | None  # None: never
    revoked_at: datetime | None

    @property
    def principal(self) -> Principal:
        """Who comes with it."""
        return Principal(name=self.name, role=self.role, project=self.project, token_id=self.id)


@dataclass(frozen=True, kw_only=True, slots=True)
class Issued:
    """A new token with its text, which is shown this once and stored nowhere."""

    token: Token
    text: str = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Deed:
    """One row of the audit: who did what to which object of which project."""

    id: int
    at: datetime
    actor: str
    token_id: str | None
    project: str | None
    action: str  # noun.verb, as token.create
    object: str
    detail: dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing(Generic[T]):
    """A page of records; `next_cursor` is None on the last."""

    items: tuple[T, ...]
    next_cursor: str | None = None
