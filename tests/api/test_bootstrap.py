"""The composition root: a stored search runs to its end under this process's lease, with either driver."""

import json
import os
import subprocess
import sys

import pytest

from api.bootstrap import Driver, conduct
from api.errors import Unreachable
from api.storage import open_storage
from nas.document import load_document
from nas.errors import LeaseHeld
from nas.records import SearchStatus
from tests.api.tiny_search import write_document


@pytest.fixture
def storage(tmp_path):
    opened = open_storage(f"sqlite:///{tmp_path / 'nas.db'}")
    yield opened
    opened.close()


def queue(storage, folder, **fields):
    """A queued search of one trial."""
    document = load_document(write_document(folder, trials=1, **fields))
    return storage.create_search(document.name, document.model_dump(mode="json"))


def test_a_search_runs_to_its_end_and_is_given_back(storage, tmp_path):
    search = queue(storage, tmp_path)
    ended = conduct(storage, search.id, home=tmp_path / "home", driver=Driver.INLINE)
    assert ended.status is SearchStatus.COMPLETED
    assert storage.lease_of(search.id) is None
    assert (tmp_path / "home" / "trials" / search.id / "00000" / "model.pt").is_file()


def test_a_search_of_somebody_else_is_not_touched(storage, tmp_path):
    search = queue(storage, tmp_path)
    storage.acquire_lease(search.id, "process 7 on elsewhere (12345678.9)", 60)
    with pytest.raises(LeaseHeld, match="process 7 on elsewhere"):
        conduct(storage, search.id, home=tmp_path, driver=Driver.INLINE)
    assert storage.search(search.id).status is SearchStatus.QUEUED


def test_a_ray_that_is_not_there_is_told_at_once_and_the_search_given_back(storage, tmp_path):
    search = queue(storage, tmp_path)
    with pytest.raises(Unreachable, match=r"no Ray answers at 127\.0\.0\.1:1"):
        conduct(storage, search.id, home=tmp_path, ray_address="127.0.0.1:1")
    assert storage.lease_of(search.id) is None


@pytest.mark.ray
def test_a_search_runs_on_a_ray_that_is_there(storage, tmp_path, local_ray):
    search = queue(storage, tmp_path)
    command = [sys.executable, "-m", "api.cli", "conduct", search.id, "--ray-address", local_ray]
    environment = {**os.environ, "NAS_HOME": str(tmp_path), "RAY_AUTH_MODE": "token", "OMP_NUM_THREADS": "1"}
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE) as child:
        assert child.wait(120) == 0
    assert storage.search(search.id).status is SearchStatus.COMPLETED


@pytest.mark.ray
def test_our_own_ray_tells_its_addresses_and_ends_with_its_input():
    with subprocess.Popen(
        [sys.executable, "-m", "api.cli", "ray-head", "--cpus", "1"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as head:
        told = json.loads(head.stdout.readline())
        assert told["dashboard"].startswith("http://127.0.0.1:")
        head.stdin.close()
        assert head.wait(60) == 0
