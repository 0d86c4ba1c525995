"""What rules name is removed from the disk; what was recorded stays."""

import os
from datetime import timedelta

import pytest

from api.pruning import best_of, carry_out, plan_pruning
from nas.artifact_stores import MemoryArtifacts
from nas.errors import IllegalTransition, NotFound
from nas.folders import trial_folder
from nas.pruning import PruneRules
from nas.records import Artifact, Measurement, SearchStatus, TrialStatus
from nas.testing.searches import toy_document
from nas.testing.stored import TTL_S, add_running

VALUES = (0.3, 0.9, 0.5)


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


@pytest.fixture
def cells(sql_storage, home):
    """A completed search of three trials with files."""
    return searched(sql_storage, home, "cells")


def searched(storage, home, name, *, status=SearchStatus.COMPLETED, **fields):
    document = toy_document(name=name).model_dump(mode="json") | fields
    search = storage.create_search(name, document)
    lease = storage.acquire_lease(search.id, "test", TTL_S)
    storage.set_search_status(lease, SearchStatus.RUNNING)
    for number, value in enumerate(VALUES):
        add_running(storage, lease, number)
        folder = trial_folder(home, search.id, number)
        folder.mkdir(parents=True)
        for file in ("model.pt", "checkpoint.pt", "trial.log"):
            (folder / file).write_bytes(b"x" * 10)
        model = Artifact(name="model", uri=(folder / "model.pt").as_uri(), sha256="0" * 64, size_bytes=10)
        measured = Measurement(fidelity=1, metrics={"AP": value}, elapsed_s=1.0, artifacts=(model,))
        storage.add_measurement(lease, number, measured)
        storage.move_trial(lease, number, TrialStatus.COMPLETED)
    if status is not SearchStatus.RUNNING:
        storage.set_search_status(lease, status)
    storage.release_lease(lease)
    return storage.search(search.id)


def kept(home, search):
    return {number for number in range(3) if (trial_folder(home, search.id, number) / "model.pt").exists()}


def usage(storage):
    from api.database import reading
    from api.quotas import usage_of

    with reading(storage.engine) as connection:
        return usage_of(connection)["default"].artifact_bytes


def test_all_but_the_best_go_and_their_records_stay(sql_storage, home, cells):
    planned = plan_pruning(sql_storage, home, PruneRules(keep_best=1))
    ((row,), spared) = planned.rows, planned.spared
    assert (row.search, row.numbers, row.size_bytes, spared) == (cells, (0, 2), 40, ())
    assert kept(home, cells) == {0, 1, 2}, "a plan removes nothing"
    assert list(carry_out(sql_storage, home, planned)) == [row]
    assert kept(home, cells) == {1}
    assert (trial_folder(home, cells.id, 0) / "trial.log").exists()
    pruned = sql_storage.trial(cells.id, 0)
    assert (pruned.metrics["AP"], pruned.measurements[0].artifacts, pruned.pruned_at is None) == (0.3, (), False)
    assert usage(sql_storage) == 10
    assert plan_pruning(sql_storage, home, PruneRules(keep_best=1)).rows == (), "nothing is left to remove"


def test_what_a_killed_process_left_behind_is_found_again(sql_storage, home, cells):
    sql_storage.prune_trials(cells.id, (0,))
    (row,) = plan_pruning(sql_storage, home, PruneRules(keep_best=2)).rows
    assert row.numbers == (0,)


def test_searches_that_go_on_and_those_others_begin_with_are_left_alone(sql_storage, home, cells):
    running = searched(sql_storage, home, "running", status=SearchStatus.RUNNING)
    sql_storage.create_search("next", {"begin_with": {"search_id": cells.id}})
    planned = plan_pruning(sql_storage, home, PruneRules())
    assert planned.rows == ()
    assert set(planned.spared) == {
        ("running", "is running"),
        ("cells", "search next begins with it"),
        ("next", "is queued"),
    }
    with pytest.raises(IllegalTransition, match="is running; only ended searches are pruned"):
        plan_pruning(sql_storage, home, PruneRules(), search=running.id)
    with pytest.raises(NotFound):
        plan_pruning(sql_storage, home, PruneRules(), search="none")


def test_a_trial_that_is_retrained_or_whose_files_are_named_stays(sql_storage, home, cells):
    sql_storage.create_search("full", {"retrains": {"search": cells.id, "trial": 2}})
    sql_storage.create_search("robust", {"task": {"weights": str(trial_folder(home, cells.id, 0) / "model.pt")}})
    (row,) = plan_pruning(sql_storage, home, PruneRules(), search="cells").rows
    assert row.numbers == (1,)


def test_a_search_that_goes_on_between_plan_and_removal_is_left_alone(sql_storage, home, cells):
    planned = plan_pruning(sql_storage, home, PruneRules())
    sql_storage.request_trials(cells.id, 1000)
    assert list(carry_out(sql_storage, home, planned)) == []
    assert kept(home, cells) == {0, 1, 2}


def test_the_best_of_a_search_whose_metric_nothing_has_are_none(sql_storage, home, cells):
    assert best_of(sql_storage, cells, 2) == {1, 2}
    assert best_of(sql_storage, sql_storage.create_search("odd", {}), 2) == set()


def test_caches_that_nobody_has_opened_for_long_go(sql_storage, home, clock):
    (home / "cache").mkdir(parents=True)
    for name, days in (("old.pixels", 40), ("new.pixels", 1), ("old.lock", 40)):
        (home / "cache" / name).write_bytes(b"12345")
        os.utime(home / "cache" / name, (clock() - days * 86_400,) * 2)
    planned = plan_pruning(sql_storage, home, None, caches_unused=timedelta(days=30))
    assert [file.name for file in planned.caches] == ["old.pixels"]
    assert planned.size_bytes == 5
    assert list(carry_out(sql_storage, home, planned)) == []
    assert sorted(file.name for file in (home / "cache").iterdir()) == ["new.pixels", "old.lock"]


def test_what_a_store_keeps_of_a_trial_is_counted_and_goes_too(sql_storage, home):
    store = MemoryArtifacts()
    search = sql_storage.create_search("kept", toy_document(name="kept").model_dump(mode="json"))
    lease = sql_storage.acquire_lease(search.id, "test", TTL_S)
    sql_storage.set_search_status(lease, SearchStatus.RUNNING)
    addresses = [store.put(b"x" * 10, f"{search.id}/{number:05d}/model.pt") for number in range(2)]
    for number, address in enumerate(addresses):
        add_running(sql_storage, lease, number)
        model = Artifact(name="model", uri=address, sha256="0" * 64, size_bytes=10)
        measured = Measurement(fidelity=1, metrics={"AP": VALUES[number]}, elapsed_s=1.0, artifacts=(model,))
        sql_storage.add_measurement(lease, number, measured)
        sql_storage.move_trial(lease, number, TrialStatus.COMPLETED)
    sql_storage.set_search_status(lease, SearchStatus.COMPLETED)
    planned = plan_pruning(sql_storage, home, PruneRules(keep_best=1), store=store)
    assert [(row.numbers, row.size_bytes) for row in planned.rows] == [((0,), 10)]
    assert len(list(carry_out(sql_storage, home, planned, store))) == 1
    assert list(store.contents) == addresses[1:]
