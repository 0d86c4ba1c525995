"""At the desk everybody acts within what they see, and what they do is recorded."""

import pytest

from api.errors import Forbidden
from api.people.forms import NewProject, NewToken, ProjectChange
from api.people.records import Role
from nas.errors import NotFound


def actions(people):
    return [(deed.actor, deed.action, deed.project) for deed in people.audit.deeds().items]


def test_what_is_done_is_recorded(people, desk):
    token = desk.create_token(NewToken(name="nightly", role=Role.SUBMIT, project="vision")).token
    desk.revoke_token(token.id)
    desk.create_project(NewProject(name="robots", max_searches=3))
    desk.change_project("robots", ProjectChange(max_searches=None))
    assert actions(people) == [
        ("root", "project.set", "robots"),
        ("root", "project.create", "robots"),
        ("root", "token.revoke", "vision"),
        ("root", "token.create", "vision"),
    ]
    assert [deed.detail for deed in people.audit.deeds(project="robots").items] == [
        {"max_searches": None},
        {"weight": 1.0, "max_searches": 3, "max_concurrent": None, "gpu_hours": None, "artifact_bytes": None},
    ]


def test_an_admin_of_a_project_makes_tokens_of_that_project_only(people, desk_of_vision):
    assert desk_of_vision.create_token(NewToken(name="a", role=Role.READ)).token.project == "vision"
    with pytest.raises(NotFound, match="no project has the name 'default'"):
        desk_of_vision.create_token(NewToken(name="a", role=Role.READ, project="default"))
    assert len(people.tokens.tokens().items) == 1


def test_an_admin_of_a_project_sees_and_revokes_its_tokens_only(people, desk, desk_of_vision):
    theirs = desk.create_token(NewToken(name="theirs", role=Role.READ, project="default")).token
    everywhere = desk.create_token(NewToken(name="everywhere", role=Role.READ)).token
    ours = desk.create_token(NewToken(name="ours", role=Role.READ, project="vision")).token
    assert desk_of_vision.tokens().items == (ours,)
    for hidden in (theirs, everywhere):
        with pytest.raises(NotFound):
            desk_of_vision.revoke_token(hidden.id)
    assert desk_of_vision.revoke_token(ours.id).revoked_at is not None
    assert {deed.project for deed in desk_of_vision.deeds().items} == {"vision"}
    with pytest.raises(NotFound):
        desk_of_vision.deeds(project="default")


def test_quotas_are_set_by_admins_of_all_projects(people, desk_of_vision):
    with pytest.raises(Forbidden, match="only an admin of all projects"):
        desk_of_vision.change_project("vision", ProjectChange(max_searches=100))
    with pytest.raises(Forbidden):
        desk_of_vision.create_project(NewProject(name="mine"))
    assert [each.name for each in desk_of_vision.projects().items] == ["vision"]
    assert actions(people) == []


def test_a_token_of_a_project_that_is_not_there(people, desk):
    with pytest.raises(NotFound, match="'nothing'"):
        desk.create_token(NewToken(name="a", role=Role.READ, project="nothing"))
    assert actions(people) == []
