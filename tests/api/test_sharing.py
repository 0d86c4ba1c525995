"""Searches on one cluster share it by priority and by what their projects weigh; what one leaves the others get."""

import pytest

from api.ownership import this_process
from api.people.projects import Projects
from api.people.records import Project
from api.sharing import EVERY_S, ClusterShare
from api.storage import SqlStorage
from nas.clock import ManualClock
from nas.fair_share import Room
from nas.memory import MemoryStorage
from nas.records import Finished, Measured, Measurement, Pause, SearchStatus, Signal
from nas.testing.searches import toy_controller, toy_document

CLUSTER = "ray-head:6379"
OWNER = str(this_process(cluster=CLUSTER))
FOUR, NOWHERE = Room(cpus=4), Room(cpus=0)


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def storage(clock):
    return MemoryStorage(clock=clock, weights={"heavy": 3.0})


def begun(storage, name, *, owner=OWNER, concurrent=4, **options):
    """The id of a search that runs under this owner."""
    document = {"name": name, "resources": {"cpus": 1, "concurrent": concurrent}}
    search = storage.create_search(name, document, **options)
    storage.set_search_status(storage.acquire_lease(search.id, owner, 60.0), SearchStatus.RUNNING)
    return search.id


def share(storage, search_id, clock, *, room=FOUR, grows_to=NOWHERE, cluster=CLUSTER):
    made = ClusterShare(storage, search_id, cluster=cluster, grows_to=grows_to, clock=clock)
    made.room = lambda: room
    return made


def test_who_is_alone_on_a_cluster_has_it_all(storage, clock):
    ours = begun(storage, "ours")
    begun(storage, "inline", owner=str(this_process()))
    begun(storage, "elsewhere", owner=str(this_process(cluster="another:6379")))
    begun(storage, "unknown", owner="somebody")
    assert share(storage, ours, clock)() is None


def test_two_searches_get_half_each_until_one_ends(storage, clock):
    first, second = begun(storage, "first"), begun(storage, "second")
    shares = [share(storage, each, clock) for each in (first, second)]
    assert [each() for each in shares] == [2, 2]
    storage.set_search_status(storage.lease_of(first), SearchStatus.COMPLETED)
    assert shares[1]() == 2, "it looks again after a while"
    clock.advance(EVERY_S)
    assert shares[1]() is None


def test_the_higher_priority_goes_first_and_the_other_gets_the_rest(storage, clock):
    later = begun(storage, "later")
    urgent = begun(storage, "urgent", priority=5, concurrent=3)
    assert [share(storage, each, clock)() for each in (urgent, later)] == [3, 1]
    assert share(storage, later, clock, room=Room(cpus=3))() == 0


def test_projects_share_by_their_weight(storage, clock):
    heavy, light = begun(storage, "heavy", project="heavy"), begun(storage, "light")
    assert [share(storage, each, clock)() for each in (heavy, light)] == [3, 1]


def test_a_search_that_is_to_pause_leaves_its_room(storage, clock):
    ours, theirs = begun(storage, "ours"), begun(storage, "theirs")
    storage.request_pause(theirs, Pause.LATER)
    assert share(storage, ours, clock)() is None


def test_a_cluster_that_grows_is_dealt_as_large_as_it_gets(storage, clock):
    ours = begun(storage, "ours")
    begun(storage, "theirs")
    assert share(storage, ours, clock, room=Room(cpus=0), grows_to=Room(cpus=6))() == 3


def test_before_it_is_connected_and_off_any_cluster_nothing_is_dealt(storage, clock):
    ours = begun(storage, "ours")
    begun(storage, "theirs")
    assert share(storage, ours, clock, cluster=None)() is None
    assert ClusterShare(storage, ours, cluster=CLUSTER, grows_to=FOUR, clock=clock)() is None


def test_shares_in_sql_are_those_in_memory(sql_storage: SqlStorage):
    clock = ManualClock()
    Projects(sql_storage.engine, clock).create(Project(name="heavy", weight=3.0))
    heavy, light = begun(sql_storage, "heavy", project="heavy"), begun(sql_storage, "light")
    assert [share(sql_storage, each, clock)() for each in (heavy, light)] == [3, 1]


def test_a_search_without_a_share_waits_and_goes_on_when_room_is_free(storage, clock):
    document = toy_document(strategy={"kind": "random"}, budget={"trials": 3}, resources={"concurrent": 2})
    controller = toy_controller(storage, document, clock=clock, owner=OWNER)
    urgent = begun(storage, "urgent", priority=1)
    controller._share = share(storage, controller.search_id, clock, room=Room(cpus=2))
    for _ in range(100):
        assert controller.next_trial() is Signal.WAIT
        clock.advance(1)
        storage.renew_lease(storage.lease_of(urgent), 60.0)
    assert storage.lease_of(controller.search_id).expires_at > clock(), "its lease is kept meanwhile"
    storage.set_search_status(storage.lease_of(urgent), SearchStatus.COMPLETED)
    clock.advance(EVERY_S)
    assert [controller.next_trial().number for _ in range(2)] == [0, 1]
    told = [event.message for event in storage.events(controller.search_id) if event.kind == "share"]
    assert told == [
        "may run 0 of its 2 trials at a time: the cluster is shared with other searches",
        "may run all of its 2 trials at a time",
    ]
    controller.record(Measured(number=0, measurement=Measurement(fidelity=1, metrics={"AP": 1.0})), Finished(number=0))
    assert controller.next_trial().number == 2
