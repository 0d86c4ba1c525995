"""What is asked for is checked in one place."""

import pytest
from pydantic import ValidationError

from api.people.forms import NewProject, NewToken, ProjectChange
from api.people.records import Project, Role


@pytest.mark.parametrize("name", ["a", "default", "vision-2.0_x", "0" * 64])
def test_names_of_projects(name):
    assert NewProject(name=name).name == name


@pytest.mark.parametrize("name", ["", "A", "a b", "-a", "a/b", "..", "a" * 65, "a\n", "\u00e9"])
def test_what_is_no_name_of_a_project(name):
    with pytest.raises(ValidationError):
        NewProject(name=name)
    with pytest.raises(ValidationError):
        NewToken(name="a", role=Role.READ, project=name)


def test_only_what_is_given_is_changed():
    assert ProjectChange(max_searches=None).model_dump(exclude_unset=True) == {"max_searches": None}


def test_a_new_project_has_the_fields_of_one():
    assert Project(**NewProject(name="vision").model_dump()) == Project(name="vision")
