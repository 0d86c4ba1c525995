"""The catalogue over the database, and the same one asked over REST."""

import pytest

from api.data_sets.catalogue import OpenCatalogue, RemoteCatalogue
from api.data_sets.records import Checking, Standing
from api.data_sets.store import DataSets
from api.data_sets.views import NewDataSet
from api.errors import Forbidden, Refused, Taken
from api.people.desk import Desk, People
from api.people.records import Principal, Role
from api.rest import RestClient
from nas.errors import DocumentError, NotFound


@pytest.fixture
def people(sql_storage):
    return People.over(sql_storage.engine, sql_storage.clock)


@pytest.fixture
def catalogue_of(people, data_sets):
    """Makes the catalogue of an admin, of all projects or one."""
    return lambda project=None: OpenCatalogue(
        data_sets, Desk(people, Principal(name="root", role=Role.ADMIN, project=project)), roots=()
    )


def test_what_is_done_to_sets_is_recorded(people, catalogue_of, cells):
    catalogue = catalogue_of()
    made = catalogue.add(NewDataSet(name="cells", kind="detection", data=cells))
    assert (made.standing, catalogue.show("cells")) == (Standing.CHECKING, made)
    assert catalogue.find("cells").data == cells
    catalogue.check("cells", Checking.EVERY_PICTURE)
    catalogue.remove("cells")
    deeds = people.audit.deeds().items[::-1]
    assert [(deed.action, deed.object, deed.project) for deed in deeds] == [
        ("data.add", "cells", None),
        ("data.check", "cells", None),
        ("data.remove", "cells", None),
    ]
    assert deeds[0].detail["train.images"] == cells["train"]["images"]


def test_only_an_admin_of_all_projects_changes_the_catalogue(catalogue_of, people, cells):
    catalogue_of().add(NewDataSet(name="cells", kind="detection", data=cells))
    ours = catalogue_of("default")
    assert [row.name for row in ours.list().items] == ["cells"]
    for deed in (
        lambda: ours.add(NewDataSet(name="more", kind="detection", data=cells)),
        lambda: ours.check("cells", Checking.SAMPLE),
        lambda: ours.remove("cells"),
    ):
        with pytest.raises(Forbidden, match="only an admin of all projects"):
            deed()
    assert len(people.audit.deeds().items) == 1


def test_over_rest_the_same_is_answered(client, client_of, cells):
    there = RemoteCatalogue(RestClient(client))
    storage = client.app.state.service.storage
    here = DataSets(storage.engine, storage.clock)
    asked = NewDataSet(name="cells", kind="detection", data=cells, check=None)
    assert there.add(asked).standing is Standing.UNCHECKED
    assert there.find("cells") == here.find("cells")
    assert there.check("cells", Checking.EVERY_PICTURE) == there.show("cells")
    assert here.claim("cells") is Checking.EVERY_PICTURE
    assert [row.name for row in there.list(limit=1).items] == ["cells"]
    with pytest.raises(Taken):
        there.add(asked)
    with pytest.raises(DocumentError, match=r"data\.val: is required"):
        there.add(NewDataSet(name="more", kind="detection", data={"train": cells["train"]}))
    with pytest.raises(Refused, match="needs the role admin"):
        RemoteCatalogue(RestClient(client_of(Role.SUBMIT))).remove("cells")
    there.remove("cells")
    with pytest.raises(NotFound):
        there.show("cells")
