"""Documents become searches, with the id of the earlier search they begin with."""

import pytest

from nas.creation import create_search, pinned, same_document
from nas.drivers.inline import run_inline
from nas.errors import IdempotencyConflict, NotFound, UnfitSearch
from nas.memory import MemoryStorage
from nas.testing.searches import ToyEvaluator, toy_controller, toy_document

LEARNS = {"search": "cells", "learn": True}


@pytest.fixture
def storage():
    return MemoryStorage()


def ended(storage, **fields):
    controller = toy_controller(storage, toy_document(name="cells", budget={"trials": 3}, **fields))
    run_inline(controller, ToyEvaluator())
    return controller.search_id


def test_a_document_that_names_no_search_is_stored_as_it_is(storage):
    document = toy_document()
    assert create_search(storage, document).document == document.model_dump(mode="json")


def test_a_name_is_stored_with_the_id_of_the_search_it_means(storage):
    ended(storage)
    newest = ended(storage)
    stored = create_search(storage, toy_document(begin_with=LEARNS)).document["begin_with"]
    assert (stored["search"], stored["search_id"]) == ("cells", newest)


def test_a_stored_document_submitted_again_means_the_same_earlier_search(storage):
    first = ended(storage)
    document = pinned(toy_document(begin_with=LEARNS), storage)
    ended(storage)
    assert pinned(document, storage).begin_with.search_id == first


def test_an_unknown_search_is_not_found(storage):
    with pytest.raises(NotFound, match=r"begin_with\.search: no search has the name or id 'cells'"):
        create_search(storage, toy_document(begin_with=LEARNS))
    assert storage.searches().searches == ()


def test_what_another_project_has_found_is_not_to_be_seen(storage):
    earlier = ended(storage)
    for begin_with in (LEARNS, LEARNS | {"search_id": earlier}):
        with pytest.raises(NotFound):
            create_search(storage, toy_document(begin_with=begin_with), project="theirs")
    made = create_search(storage, toy_document(begin_with=LEARNS), "once", priority=3)
    assert (made.priority, made.document["begin_with"]["search_id"]) == (3, earlier)
    other = create_search(storage, toy_document(), "once", project="theirs")
    assert (other.project, other.document["begin_with"]) == ("theirs", None)


def test_a_search_that_goes_on_is_refused_whatever_is_wanted_of_it(storage):
    controller = toy_controller(storage, toy_document(name="cells"))
    for begin_with in (LEARNS, {"search": controller.search_id, "top": 1}):
        with pytest.raises(UnfitSearch, match=r"begin_with\.search: search cells \(.*\) must have ended, is running"):
            create_search(storage, toy_document(begin_with=begin_with))


def test_only_the_same_objectives_can_be_learned_from(storage):
    ended(storage, objectives=[{"metric": "AP"}, {"metric": "params", "goal": "minimize"}])
    message = r"must have the same objectives, maximize AP, has maximize AP, minimize params"
    with pytest.raises(UnfitSearch, match=message):
        create_search(storage, toy_document(begin_with=LEARNS))
    assert create_search(storage, toy_document(begin_with={"search": "cells", "top": 2}))


def test_only_the_same_task_can_be_learned_from(storage):
    ended(storage)
    task = toy_document().task.model_dump(mode="json")
    longer = task | {"epochs": 99, "batch_size": 3}
    with pytest.raises(UnfitSearch, match=r"differs in task\.batch_size, task\.epochs|task\.epochs, task\.batch_size"):
        create_search(storage, toy_document(begin_with=LEARNS, task=longer))
    assert create_search(storage, toy_document(begin_with={"search": "cells"}, task=longer))
    assert create_search(storage, toy_document(begin_with=LEARNS, task=task | {"loader_threads": 2}))


def test_a_document_that_cannot_be_read_any_more_is_no_beginning(storage):
    search = storage.create_search("old", {"name": "old"})
    storage.request_cancel(search.id)
    lease = storage.acquire_lease(search.id, "a", 60)
    storage.set_search_status(lease, "cancelled")
    with pytest.raises(UnfitSearch, match="is one of another version"):
        create_search(storage, toy_document(begin_with={"search": "old"}))


def test_the_same_key_finds_the_first_search_whatever_the_name_means_by_then(storage):
    ended(storage)
    document = toy_document(begin_with=LEARNS)
    first = create_search(storage, document, "once")
    ended(storage)
    toy_controller(storage, toy_document(name="cells"))
    assert create_search(storage, document, "once") == first
    with pytest.raises(IdempotencyConflict):
        create_search(storage, toy_document(), "once")


def test_documents_are_the_same_but_for_what_the_name_meant():
    given = toy_document(begin_with=LEARNS).model_dump(mode="json")
    stored = given | {"begin_with": given["begin_with"] | {"search_id": "1"}}
    other = given | {"begin_with": given["begin_with"] | {"search_id": "2"}}
    assert same_document(stored, given)
    assert same_document(stored, stored)
    assert not same_document(stored, other)
    assert not same_document(given, stored)
    assert not same_document(stored, given | {"seed": 1})
    assert not same_document(stored, toy_document().model_dump(mode="json"))
