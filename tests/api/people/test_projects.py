"""Projects hold quotas; `default` is always there."""

import pytest

from api.errors import Taken
from api.people.records import Project
from nas.clock import utc
from nas.errors import NotFound


def test_the_default_project_is_there_without_limits(people):
    found = people.projects.project("default")
    assert (found.weight, found.max_searches, found.max_concurrent) == (1.0, None, None)
    assert (found.gpu_hours, found.artifact_bytes) == (None, None)


def test_a_project_is_kept_whole_and_its_name_once(people, clock):
    asked = Project(name="robots", weight=2.5, max_searches=3, max_concurrent=4, gpu_hours=0.5, artifact_bytes=10**12)
    made = people.projects.create(asked)
    assert made.created_at == utc(clock())
    assert people.projects.project("robots") == made
    with pytest.raises(Taken, match="'robots' already"):
        people.projects.create(asked)


def test_some_fields_are_changed_and_quotas_are_lifted(people):
    people.projects.change("vision", {"max_searches": 3, "weight": 2.0})
    changed = people.projects.change("vision", {"max_searches": None})
    assert (changed.max_searches, changed.weight) == (None, 2.0)
    assert people.projects.change("vision", {}) == changed
    with pytest.raises(NotFound, match="'nothing'"):
        people.projects.change("nothing", {"weight": 2.0})


def test_projects_are_listed_by_name_in_pages(people):
    people.projects.create(Project(name="a"))
    first = people.projects.projects(limit=2)
    second = people.projects.projects(limit=2, cursor=first.next_cursor)
    assert [each.name for each in (*first.items, *second.items)] == ["a", "default", "vision"]
    assert [each.name for each in people.projects.projects(only="vision").items] == ["vision"]
