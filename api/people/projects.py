"""Projects: whose searches share quotas and a part of the cluster. None is ever deleted: what was done there stays."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import Engine, insert, select, update
from sqlalchemy.exc import IntegrityError

from api.database import reading, writing
from api.errors import Taken
from api.people.listing import listing
from api.people.records import Listing, Project
from api.rows import AnyRow
from api.tables import projects
from nas.clock import Clock, utc
from nas.errors import NotFound


class Projects:
    """The stored projects; `default` is always there."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def create(self, project: Project) -> Project:
        """The project as it is stored. Raises `Taken` when there is one of that name."""
        row = {**asdict(project), "created_at": utc(self._clock())}
        try:
            with writing(self._engine) as connection:
                return _record(connection.execute(insert(projects).values(row).returning(*projects.c)).one())
        except IntegrityError as error:
            raise Taken(f"there is a project {project.name!r} already") from error

    def project(self, name: str) -> Project:
        """By its name. Raises `NotFound`."""
        with reading(self._engine) as connection:
            row = connection.execute(select(projects).where(projects.c.name == name)).one_or_none()
        if row is None:
            raise NotFound(f"no project has the name {name!r}")
        return _record(row)

    def projects(self, *, only: str | None = None, limit: int = 50, cursor: str | None = None) -> Listing[Project]:
        """By ascending name; all, or only the one of a name."""
        statement = select(projects) if only is None else select(projects).where(projects.c.name == only)
        return listing(
            self._engine,
            statement,
            along=projects.c.name,
            newest_first=False,
            limit=limit,
            cursor=cursor,
            project=only,
            record=_record,
        )

    def change(self, name: str, changes: Mapping[str, Any]) -> Project:
        """The project with some of its fields replaced; None lifts a quota. Raises `NotFound`."""
        if changes:
            with writing(self._engine) as connection:
                connection.execute(update(projects).where(projects.c.name == name).values(dict(changes)))
        return self.project(name)


def _record(row: AnyRow) -> Project:
    return Project(**{field.name: row._mapping[field.name] for field in fields(Project)})
