"""An ended search is removed with its files, and no other."""

import pytest

from api.deletion import delete_search
from nas.artifact_stores import FsspecArtifacts
from nas.drivers.inline import run_inline
from nas.errors import ArtifactUnreachable, IllegalTransition, NotFound
from nas.records import SearchStatus
from nas.testing.searches import ToyEvaluator, toy_controller, toy_document


def test_files_of_the_search_go_with_it_and_those_of_others_stay(sqlite_storage, tmp_path):
    ended = toy_controller(sqlite_storage, toy_document(budget={"trials": 2}))
    run_inline(ended, ToyEvaluator())
    other = toy_controller(sqlite_storage, toy_document())
    for search_id in (ended.search_id, other.search_id):
        model = tmp_path / "trials" / search_id / "00000" / "model.pt"
        model.parent.mkdir(parents=True)
        model.write_bytes(b"weights")
    with pytest.raises(IllegalTransition):
        delete_search(sqlite_storage, sqlite_storage.search(other.search_id), tmp_path)
    delete_search(sqlite_storage, sqlite_storage.search(ended.search_id), tmp_path)
    assert [folder.name for folder in (tmp_path / "trials").iterdir()] == [other.search_id]
    with pytest.raises(NotFound):
        sqlite_storage.search(ended.search_id)


def test_what_a_store_keeps_of_the_search_goes_too(sqlite_storage, tmp_path, bucket):
    search = sqlite_storage.create_search("toys", {})
    lease = sqlite_storage.acquire_lease(search.id, "test", 60)
    sqlite_storage.set_search_status(lease, SearchStatus.CANCELLED)
    store = FsspecArtifacts(bucket)
    ours, theirs = (store.put(b"weights", f"{name}/00000/model.pt") for name in (search.id, "other"))
    delete_search(sqlite_storage, search, tmp_path, bucket)
    assert store.read(theirs) == b"weights"
    with pytest.raises(ArtifactUnreachable):
        store.read(ours)
