"""How the service stands, on both databases."""

import pytest

from api.database import reading
from api.operations import operations_of
from api.people.desk import People
from api.people.records import Project
from api.quotas import standings
from api.schema import newest_version
from nas.clock import utc
from nas.controller import told_of_share
from nas.quotas import HOUR_S, Spent
from nas.records import Failure, FailureKind, Pause, SearchStatus, TrialStatus
from nas.testing.searches import toy_document
from nas.testing.stored import trial


@pytest.fixture
def look(sql_storage):
    """How everything stands, of a project or of all."""

    def look(project=None):
        with reading(sql_storage.engine) as connection:
            return operations_of(connection, project=project, now=utc(sql_storage.clock()))

    return look


def begun(storage, name, *, project="default", running=1, concurrent=2, **options):
    """A lease on a running search with some of its trials running."""
    document = toy_document(name=name, resources={"concurrent": concurrent, "gpus": 0.5}).model_dump(mode="json")
    search = storage.create_search(name, document, project=project, **options)
    lease = storage.acquire_lease(search.id, f"holder of {name}", 60)
    storage.set_search_status(lease, SearchStatus.RUNNING)
    for number in range(running):
        storage.add_trial(lease, trial(number, status=TrialStatus.RUNNING))
        storage.clock.advance(1)
    return lease


def test_running_trials_are_told_longest_first(sql_storage, look):
    begun(sql_storage, "cells", running=2)
    begun(sql_storage, "shapes")
    view = look()
    assert [(each.name, each.number) for each in view.running] == [("cells", 0), ("cells", 1), ("shapes", 0)]
    assert (view.running_total, view.running[0].gpus) == (3, 0.5)
    assert view.running[0].since < view.running[1].since


def test_only_so_many_are_listed(sql_storage, look, monkeypatch):
    begun(sql_storage, "cells", running=3, concurrent=3)
    monkeypatch.setattr("api.operations.MOST", 2)
    view = look()
    assert (len(view.running), view.running_total) == (2, 3)


def test_what_waits_is_told_with_why(sql_storage, look):
    document = toy_document().model_dump(mode="json")
    sql_storage.create_search("queued", document)
    sql_storage.create_search("urgent", document, priority=3)
    paused = begun(sql_storage, "paused")
    sql_storage.request_pause(paused.search_id, Pause.NOW)
    short = begun(sql_storage, "short", running=0)
    sql_storage.add_event(short, "waits", "project default may run 2 trials at a time (max_concurrent) and runs 2")
    begun(sql_storage, "idle", running=0)
    begun(sql_storage, "full", running=2)
    for name, shares in (("shared", (1,)), ("alone", (1, None))):
        lease = begun(sql_storage, name)
        for share in shares:
            sql_storage.add_event(lease, "share", told_of_share(share, 2))
        sql_storage.add_event(lease, "note", "something else happened")
    found = {each.name: each for each in look().waiting}
    assert list(found) == ["urgent", "queued", "paused", "short", "idle", "shared"]
    assert found["queued"].why.startswith("no controller has taken it up")
    assert found["paused"].why.startswith("paused by wish")
    assert found["short"].why.startswith("project default may run 2 trials at a time")
    assert found["idle"].why.startswith("its controller has fewer trials to hand out")
    assert found["shared"].why == "may run 1 of its 2 trials at a time: the cluster is shared with other searches"
    assert (found["paused"].running, found["paused"].wanted) == (1, 2)


def test_leases_are_told_with_when_they_end(sql_storage, look):
    lease = begun(sql_storage, "cells", running=0)
    sql_storage.clock.advance(45)
    (held,) = look().leases
    assert (held.owner, held.fence, held.expires_in_s) == ("holder of cells", lease.fence, pytest.approx(15))
    sql_storage.clock.advance(45)
    assert look().leases[0].expires_in_s == pytest.approx(-30)
    sql_storage.release_lease(lease)
    assert look().leases == []


def test_failures_of_a_day_are_counted_by_kind_with_the_last_of_each(sql_storage, look):
    lease = begun(sql_storage, "cells", running=3, concurrent=3)
    for number, kind in enumerate((FailureKind.DIVERGED, FailureKind.TIMEOUT, FailureKind.DIVERGED)):
        failure = Failure(kind=kind, message=f"trial {number} {kind}")
        sql_storage.move_trial(lease, number, TrialStatus.FAILED, failure)
        sql_storage.clock.advance(1)
    first, second = look().failures
    assert (first.kind, first.times, first.number, first.message) == ("diverged", 2, 2, "trial 2 diverged")
    assert (second.kind, second.times) == ("timeout", 1)
    sql_storage.clock.advance(24 * HOUR_S)
    assert look().failures == []


def test_projects_are_told_with_their_quotas_and_what_they_used(sql_storage, look):
    people = People.over(sql_storage.engine, sql_storage.clock)
    people.projects.create(Project(name="vision", weight=2.0, gpu_hours=10, max_concurrent=4))
    lease = begun(sql_storage, "cells", project="vision", running=2)
    spent = Spent(trial_s=HOUR_S, gpu_s=HOUR_S / 2)
    sql_storage.move_trial(lease, 0, TrialStatus.COMPLETED, spent=spent)
    (vision,) = look("vision").projects
    assert (vision.weight, vision.running, vision.max_concurrent) == (2.0, 1, 4)
    assert (vision.gpu_hours, vision.max_gpu_hours, vision.trial_hours) == (0.5, 10, 1.0)
    with reading(sql_storage.engine) as connection:
        assert {each.name for each in look().projects} == standings(connection).keys()


def test_a_project_is_told_of_itself_alone(sql_storage, look):
    for project in ("ours", "theirs"):
        People.over(sql_storage.engine, sql_storage.clock).projects.create(Project(name=project))
        lease = begun(sql_storage, project, project=project, running=2, concurrent=3)
        sql_storage.move_trial(lease, 0, TrialStatus.FAILED, Failure(kind=FailureKind.DATA, message=project))
    view = look("ours")
    told = [each.project for each in (*view.running, *view.waiting, *view.leases)]
    assert told == ["ours"] * 2
    assert ([each.name for each in view.projects], [each.name for each in view.failures]) == (["ours"], ["ours"])
    assert view.running_total == 1


def test_versions_are_told_without_loading_anything(look):
    versions = look().versions
    assert versions.schema_ == newest_version()
    assert versions.database.split()[0] in ("sqlite", "postgresql")
    assert {"ray", "torch", "sqlalchemy"} <= versions.packages.keys()
