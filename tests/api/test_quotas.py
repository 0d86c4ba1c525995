"""Quotas and usage of projects on both databases: as in memory."""

import pytest

from api.database import reading
from api.people.desk import People
from api.people.records import Project
from api.quotas import standings, usage_of
from nas.errors import QuotaReached
from nas.quotas import Quota, Spent, Standing, Usage
from nas.records import Artifact, Measurement, Promotion, SearchStatus, TrialStatus
from nas.testing.stored import trial

DOCUMENT = {"name": "cells", "budget": {"trials": 9}}


@pytest.fixture
def begun(sql_storage):
    """Leases on two running searches of a project that may run two trials at a time and keep 100 bytes."""
    limits = Project(name="vision", max_concurrent=2, artifact_bytes=100, max_searches=2)
    People.over(sql_storage.engine, sql_storage.clock).projects.create(limits)
    leases = []
    for _ in range(2):
        search = sql_storage.create_search("cells", DOCUMENT, project="vision")
        lease = sql_storage.acquire_lease(search.id, "first", 60)
        sql_storage.set_search_status(lease, SearchStatus.RUNNING)
        leases.append(lease)
    return leases


def run(storage, lease, number):
    storage.add_trial(lease, trial(number, status=TrialStatus.RUNNING))


def used(storage):
    with reading(storage.engine) as connection:
        return usage_of(connection)


def test_searches_of_a_project_share_its_running_trials(sql_storage, begun):
    first, second = begun
    run(sql_storage, first, 0)
    run(sql_storage, first, 1)
    with pytest.raises(QuotaReached, match="project vision may run 2 trials at a time"):
        run(sql_storage, second, 0)
    assert sql_storage.trials(second.search_id) == [], "nothing of it was recorded"
    sql_storage.move_trial(first, 0, TrialStatus.COMPLETED)
    run(sql_storage, second, 0)


def test_a_trial_is_not_tried_again_beyond_the_quota(sql_storage, begun):
    first, second = begun
    run(sql_storage, first, 0)
    sql_storage.move_trial(first, 0, TrialStatus.STOPPED)
    run(sql_storage, second, 0)
    run(sql_storage, second, 1)
    with pytest.raises(QuotaReached):
        sql_storage.promote_trial(first, 0, Promotion(job=1, fidelity=0), "again")
    assert sql_storage.trial(first.search_id, 0).status is TrialStatus.STOPPED


def test_what_trials_took_is_counted_by_project(sql_storage, begun):
    first, second = begun
    for lease, spent in (
        (first, Spent(trial_s=2.0, gpu_s=4.0)),
        (second, Spent(trial_s=1.0, gpu_s=0.5)),
        (first, None),
    ):
        number = len(sql_storage.trials(lease.search_id))
        run(sql_storage, lease, number)
        sql_storage.move_trial(lease, number, TrialStatus.COMPLETED, spent=spent)
    assert used(sql_storage) == {"vision": Usage(trials=3, trial_s=3.0, gpu_s=4.5)}


def test_artifacts_are_counted_once_and_freed_with_their_search(sql_storage, begun):
    first, second = begun
    run(sql_storage, first, 0)
    model = Artifact(name="model", uri="file:///model", sha256="0" * 64, size_bytes=120)
    for _ in range(2):
        sql_storage.add_measurement(first, 0, Measurement(fidelity=1, metrics={"AP": 0.5}, artifacts=(model,)))
    assert used(sql_storage)["vision"].artifact_bytes == 120
    with pytest.raises(QuotaReached, match="may keep 100 bytes of artifacts"):
        run(sql_storage, second, 0)
    sql_storage.move_trial(first, 0, TrialStatus.COMPLETED)
    sql_storage.set_search_status(first, SearchStatus.COMPLETED)
    sql_storage.delete_search(first.search_id)
    assert used(sql_storage)["vision"].artifact_bytes == 0
    run(sql_storage, second, 0)


def test_unfinished_searches_are_limited_by_project(sql_storage, begun):
    with pytest.raises(QuotaReached, match="may have 2 unfinished searches"):
        sql_storage.create_search("cells", DOCUMENT, project="vision")
    assert sql_storage.create_search("cells", DOCUMENT).project == "default"
    sql_storage.set_search_status(begun[0], SearchStatus.COMPLETED)
    sql_storage.create_search("cells", DOCUMENT, project="vision")


def test_every_project_is_told_with_what_it_has_and_what_runs(sql_storage, begun):
    first, _ = begun
    run(sql_storage, first, 0)
    run(sql_storage, first, 1)
    spent = Spent(trial_s=60.0, gpu_s=30.0)
    sql_storage.move_trial(first, 0, TrialStatus.COMPLETED, spent=spent)
    with reading(sql_storage.engine) as connection:
        found, only = standings(connection), standings(connection, "default")
    limits = Quota(max_searches=2, max_concurrent=2, artifact_bytes=100)
    used = Usage(trials=1, trial_s=60.0, gpu_s=30.0)
    assert found["vision"] == Standing(quota=limits, usage=used, unfinished=2, running=1)
    assert found["default"] == Standing()
    assert list(only) == ["default"]
