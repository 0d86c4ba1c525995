"""The supervisor: starts what nobody works on, again after a death with growing patience, and ends its children."""

import json
import os
import subprocess
import sys

import pytest

from api.data_sets.records import Checking, Standing
from api.data_sets.store import DataSets
from api.ownership import this_process
from api.supervisor import PATIENCE_S, Supervisor, close, end, spawn, supervised
from nas.clock import ManualClock
from nas.memory import MemoryStorage
from nas.records import SearchStatus

ADDRESSES = {"address": "here:1", "dashboard": "http://here:2"}


class Nursery:
    """Starts children that wait for the end of their input, and remembers what they were told to do."""

    def __init__(self):
        self.told = []
        self.children = []

    def __call__(self, arguments, *, listen=False, own_ray=False):
        self.told.append((*arguments, own_ray))
        line = json.dumps(ADDRESSES)
        code = f"import sys; {listen} and print({line!r}, flush=True); sys.stdin.read()"
        child = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.children.append(child)
        return child


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def storage(clock):
    return MemoryStorage(clock=clock)


@pytest.fixture
def nursery():
    made = Nursery()
    yield made
    for child in made.children:
        end(child)


@pytest.fixture
def supervisor(storage, clock, nursery):
    return Supervisor(storage=storage, most=2, driver="inline", spawn=nursery, clock=clock)


def started(nursery):
    return [told[1] for told in nursery.told if told[0] == "conduct"]


def finish(storage, search):
    """Runs the search to its end, as a child does."""
    lease = storage.acquire_lease(search.id, "child", 60)
    storage.set_search_status(lease, SearchStatus.RUNNING)
    storage.set_search_status(lease, SearchStatus.COMPLETED)
    storage.release_lease(lease)


def test_searches_start_in_their_order_and_not_too_many_at_a_time(storage, supervisor, nursery):
    ids = sorted(storage.create_search(f"toy-{number}", {}).id for number in range(3))
    supervisor.step()
    supervisor.step()
    assert started(nursery) == ids[:2]
    finish(storage, storage.search(ids[0]))
    end(nursery.children[0])
    supervisor.step()
    assert started(nursery) == ids


def test_of_those_that_wait_the_higher_priority_starts_first(storage, supervisor, nursery):
    priorities = (0, 5, -1, 5)
    ids = [storage.create_search("toy", {}, priority=priority).id for priority in priorities]
    supervisor.most = len(ids)
    supervisor.step()
    assert started(nursery) == [*sorted([ids[1], ids[3]]), ids[0], ids[2]]


def test_a_search_somebody_works_on_is_left_to_them_until_they_are_gone(storage, supervisor, nursery, clock):
    search = storage.create_search("toy", {})
    storage.acquire_lease(search.id, str(this_process()), 60)
    supervisor.step()
    assert started(nursery) == []
    clock.advance(61)
    supervisor.step()
    assert started(nursery) == [search.id]


def test_a_search_whose_process_died_is_started_again_with_growing_patience(storage, supervisor, nursery, clock):
    storage.create_search("toy", {})
    supervisor.step()
    for death in range(3):
        end(nursery.children[-1])
        supervisor.step()
        assert len(started(nursery)) == death + 1, "not at once"
        clock.advance(PATIENCE_S * 2**death)
        supervisor.step()
        assert len(started(nursery)) == death + 2


def test_one_ray_serves_all_searches_and_starts_with_the_first(storage, supervisor, nursery):
    supervisor.driver = "ray"
    supervisor.cpus = 2
    supervisor.step()
    assert nursery.told == []
    ids = sorted(storage.create_search(f"toy-{number}", {}).id for number in range(2))
    supervisor.step()
    head, *searches = nursery.told
    assert head == ("ray-head", "--cpus", "2", True)
    assert searches == [("conduct", each, "--driver", "ray", "--ray-address", "here:1", True) for each in ids]


def test_a_ray_given_by_address_is_used_and_none_started(storage, supervisor, nursery):
    supervisor.driver, supervisor.ray_address = "ray", "there:3"
    search = storage.create_search("toy", {})
    supervisor.step()
    assert nursery.told == [("conduct", search.id, "--driver", "ray", "--ray-address", "there:3", False)]


def test_a_check_of_a_data_set_is_started_once_and_settled_when_it_ends(sqlite_storage, supervisor, nursery):
    data_sets = supervisor.data_sets = DataSets(sqlite_storage.engine, sqlite_storage.clock)
    data_sets.add("cells", "detection", {}, check=Checking.EVERY_PICTURE)
    supervisor.step()
    supervisor.step()
    assert nursery.told == [("check-data", "cells", "--checking", "every_picture", False)]
    assert data_sets.registered("cells").standing is Standing.CHECKING
    end(nursery.children[0])
    supervisor.step()
    assert data_sets.registered("cells").standing is Standing.UNCHECKED
    data_sets.wish("cells", Checking.SAMPLE)
    with supervised(supervisor):
        supervisor.wake()
        while len(nursery.children) < 2:
            os.sched_yield()
    assert nursery.children[1].poll() == 0


def test_children_end_with_the_supervisor(storage, supervisor, nursery):
    supervisor.driver = "ray"
    storage.create_search("toy", {})
    with supervised(supervisor):
        supervisor.wake()
        while len(nursery.children) < 2:
            os.sched_yield()
    assert [child.poll() for child in nursery.children] == [0, 0]


def test_a_bad_look_does_not_end_the_service(storage, supervisor, nursery, caplog):
    def broken(arguments, **options):
        supervisor.stopping.set()
        raise OSError("no more processes")

    beats = []
    supervisor.spawn, supervisor.beat = broken, lambda: beats.append("alive")
    storage.create_search("toy", {})
    supervisor.run()
    assert "looking after the searches failed" in caplog.text
    assert beats == []


def test_every_look_that_goes_well_is_a_beat(supervisor):
    beats = []

    def beat():
        beats.append("alive")
        supervisor.wake()
        if len(beats) == 2:
            supervisor.stopping.set()

    supervisor.beat = beat
    supervisor.run()
    assert beats == ["alive", "alive"]


def test_a_ray_that_does_not_start_is_tried_again_with_patience(storage, supervisor, caplog):
    def stillborn(arguments, *, listen=False, own_ray=False):
        started.append(arguments)
        return subprocess.Popen(["true"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    started = []
    supervisor.driver, supervisor.spawn = "ray", stillborn
    storage.create_search("toy", {})
    supervisor.step()
    supervisor.step()
    end(supervisor.ray)
    assert started == [["ray-head"]]
    assert "the local Ray did not start" in caplog.text


def test_a_real_child_is_one_of_the_command_line():
    child = spawn(["spaces", "nosuch"], listen=True)
    assert child.wait(60) == 3
    close(child)


def test_where_ray_is_is_told_once_that_is_known(storage, nursery):
    ours = Supervisor(storage=storage, spawn=nursery)
    assert ours.cluster() == {}
    storage.create_search("toy", {})
    ours.step()
    assert ours.cluster() == ADDRESSES
    theirs = Supervisor(storage=storage, ray_address="there:1", dashboard="http://there:2", spawn=nursery)
    assert theirs.cluster() == {"address": "there:1", "dashboard": "http://there:2"}
