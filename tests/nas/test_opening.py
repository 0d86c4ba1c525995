"""Opening a search for running."""

from pathlib import Path

import pytest

from nas.controller import Controller
from nas.errors import DocumentError, LeaseHeld, NotFound
from nas.memory import MemoryStorage
from nas.opening import open_controller
from nas.records import SearchStatus
from nas.testing.searches import SPLIT, toy_document


def created(storage, **fields):
    document = toy_document(**fields)
    return storage.create_search(document.name, document.model_dump(mode="json")).id


def test_the_document_alone_makes_a_controller():
    storage = MemoryStorage()
    controller = open_controller(storage, created(storage), owner="a", home=Path("home"))
    assert isinstance(controller, Controller)
    assert storage.search(controller.search_id).status is SearchStatus.RUNNING
    first = controller.next_trial()
    assert first.architecture["kind"] == "spinenet"
    assert set(storage.trial(controller.search_id, 0).static_metrics) > {"params", "macs"}


def test_a_search_has_one_controller():
    storage = MemoryStorage()
    search_id = created(storage)
    open_controller(storage, search_id, owner="a", home=Path("home"))
    with pytest.raises(LeaseHeld, match="is being run by a"):
        open_controller(storage, search_id, owner="b", home=Path("home"))


def test_nothing_is_taken_when_the_annotations_cannot_be_read():
    storage = MemoryStorage()
    search_id = created(storage, task={"kind": "detection", "data": {"train": SPLIT, "val": SPLIT}})
    with pytest.raises(DocumentError, match="cannot be read"):
        open_controller(storage, search_id, owner="a", home=Path("home"))
    assert storage.lease_of(search_id) is None


def test_an_unknown_search_is_not_found():
    with pytest.raises(NotFound):
        open_controller(MemoryStorage(), "nothing", owner="a", home=Path("home"))
