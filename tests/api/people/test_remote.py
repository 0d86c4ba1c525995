"""Asked over REST, the desk answers as the one at the database does."""

import httpx
import pytest

from api.errors import Refused, Taken, Unreachable
from api.people.desk import Desk
from api.people.forms import NewProject, NewToken, ProjectChange
from api.people.records import Principal, Role
from api.people.remote import RemoteDesk
from api.rest import RestClient
from nas.errors import NotFound


@pytest.fixture
def here(client):
    """The desk at the database."""
    return Desk(client.app.state.service.people, Principal(name="here", role=Role.ADMIN))


@pytest.fixture
def there(client):
    """The desk of the service over it."""
    return RemoteDesk(RestClient(client))


def test_tokens_are_the_stored_ones(here, there):
    issued = there.create_token(NewToken(name="nightly", role=Role.SUBMIT))
    assert issued.text.startswith("nas_")
    assert issued.token == here.tokens().items[0]
    assert there.tokens(limit=1) == here.tokens(limit=1)
    assert there.tokens(cursor=there.tokens(limit=1).next_cursor).items == here.tokens().items[1:]
    assert there.revoke_token(issued.token.id) == here.tokens().items[0]


def test_projects_and_deeds_are_the_stored_ones(here, there):
    made = there.create_project(NewProject(name="vision", max_searches=3))
    assert there.change_project("vision", ProjectChange(max_searches=None)).max_searches is None
    assert there.change_project("vision", ProjectChange(max_searches=3)) == made
    assert there.projects() == here.projects()
    assert there.deeds(project="vision") == here.deeds(project="vision")
    assert len(there.deeds().items) == 3


def test_problems_come_back_as_the_errors_they_were(there, client_of):
    there.create_project(NewProject(name="vision"))
    with pytest.raises(Taken):
        there.create_project(NewProject(name="vision"))
    with pytest.raises(NotFound):
        there.revoke_token("none")
    with pytest.raises(Refused, match="needs the role admin"):
        RemoteDesk(RestClient(client_of(Role.SUBMIT))).tokens()


def test_another_kind_of_service_is_told():
    transport = httpx.MockTransport(lambda request: httpx.Response(200, content=b'{"id": 3}'))
    told = pytest.raises(Unreachable, match="something else than a Project")
    with httpx.Client(transport=transport, base_url="http://service") as http, told:
        RemoteDesk(RestClient(http)).create_project(NewProject(name="vision"))
