"""Searches of a project to look at."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from api.people.desk import People
from api.people.records import Project
from nas.records import SearchStatus


@pytest.fixture
def begin():
    """Begins a search of the project `vision` in any SQL storage: its lease."""

    def begun(storage, name="cells", *, ttl_s=10_000):
        projects = People.over(storage.engine, storage.clock).projects
        if "vision" not in [project.name for project in projects.projects().items]:
            projects.create(Project(name="vision"))
        search = storage.create_search(name, {"name": name}, project="vision")
        lease = storage.acquire_lease(search.id, "test", ttl_s)
        storage.set_search_status(lease, SearchStatus.RUNNING)
        return lease

    return begun


@pytest.fixture
def figures():
    """Reads metrics in text: `figures(text)["nas_searches"]` maps the values of labels, in
    the order of their names, to the value."""

    def read(text):
        found = {}
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                found.setdefault(sample.name, {})[tuple(value for _, value in sorted(sample.labels.items()))] = (
                    sample.value
                )
        return found

    return read
