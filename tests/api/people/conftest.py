"""People of an empty database, and a desk for whoever acts."""

import pytest

from api.people.desk import Desk, People
from api.people.records import Principal, Project, Role


@pytest.fixture
def people(sql_storage):
    """On SQLite and on PostgreSQL; with a project `vision` beside the default one."""
    found = People.over(sql_storage.engine, sql_storage.clock)
    found.projects.create(Project(name="vision"))
    return found


@pytest.fixture
def desk(people):
    """The desk of an admin of all projects."""
    return Desk(people, Principal(name="root", role=Role.ADMIN, token_id="root"))


@pytest.fixture
def desk_of_vision(people):
    """The desk of an admin of one project."""
    return Desk(people, Principal(name="vera", role=Role.ADMIN, project="vision", token_id="vera"))
