"""Leases named after processes: the living keep theirs, the dead lose them at once."""

import subprocess
import sys
import threading
from dataclasses import replace

import pytest

from api.ownership import Owner, free_from_the_dead, held_by_the_living, is_dead, kept, this_process
from nas.memory import MemoryStorage


@pytest.fixture
def storage():
    return MemoryStorage()


def dead_process() -> Owner:
    """An owner of this machine whose process has ended."""
    code = "from api.ownership import this_process; print(this_process())"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    owner = Owner.parse(said.strip())
    assert owner is not None
    return owner


def test_an_owner_is_readable_and_read_back():
    me = this_process()
    assert Owner.parse(str(me)) == me
    assert str(me).startswith(f"process {me.pid} on ")
    elsewhere = this_process(cluster="ray-head:6379")
    assert Owner.parse(str(elsewhere)) == elsewhere
    assert str(elsewhere) == f"{me}, trials on ray-head:6379"
    assert Owner.parse("somebody") is None


def test_only_what_is_seen_to_be_gone_is_dead():
    me = this_process()
    assert not is_dead(me)
    assert is_dead(replace(me, started="1")), "another process has the number now"
    assert is_dead(dead_process())
    assert not is_dead(replace(dead_process(), place="elsewhere")), "nobody here can see that machine"


def test_the_search_of_a_dead_process_is_free_at_once(storage):
    search = storage.create_search("toy", {})
    storage.acquire_lease(search.id, str(dead_process()), 60)
    now = storage.clock()
    assert held_by_the_living(storage, search.id, now=now) is None
    free_from_the_dead(storage, search.id)
    assert storage.acquire_lease(search.id, "another", 60) is not None
    free_from_the_dead(storage, search.id)
    assert held_by_the_living(storage, search.id, now=now) == "another"
    assert held_by_the_living(storage, search.id, now=now + 61) is None


class Renewed(MemoryStorage):
    """Tells when a lease was renewed."""

    def __init__(self):
        super().__init__()
        self.renewed = threading.Event()

    def renew_lease(self, lease, ttl_s):
        self.renewed.set()
        return super().renew_lease(lease, ttl_s)


def test_a_lease_is_renewed_while_work_goes_on():
    storage = Renewed()
    search = storage.create_search("toy", {})
    lease = storage.acquire_lease(search.id, "me", 60)
    with kept(storage, lease, ttl_s=0.01):
        assert storage.renewed.wait(10)


def test_a_lease_that_was_taken_over_is_let_go():
    storage = Renewed()
    search = storage.create_search("toy", {})
    lease = storage.acquire_lease(search.id, "me", 60)
    storage.acquire_lease(search.id, "me", 60)
    with kept(storage, lease, ttl_s=0.01):
        assert storage.renewed.wait(10)
