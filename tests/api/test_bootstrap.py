"""The composition root: a stored search runs to its end under this process's lease, with either driver."""

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import replace

import pytest

from api.app import create_app
from api.bootstrap import Driver, conduct, give_up
from api.errors import Refused, Unreachable
from api.settings import Settings
from api.storage import open_storage
from nas.artifacts import content_of
from nas.document import load_document
from nas.errors import ArtifactUnreachable, LeaseHeld
from nas.leaderboard import parse_query
from nas.records import SearchStatus
from tests.api.test_ownership import dead_process
from tests.api.tiny_search import write_document


@pytest.fixture
def storage(tmp_path):
    opened = open_storage(f"sqlite:///{tmp_path / 'nas.db'}")
    yield opened
    opened.close()


def child(folder, *arguments, **variables):
    """A command that runs in the folder and keeps its state there."""
    command = [sys.executable, "-P", "-m", "api.cli", *arguments]
    environment = {**os.environ, "NAS_HOME": str(folder), "OMP_NUM_THREADS": "1", **variables}
    return subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.PIPE)


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


def test_artifacts_of_a_search_are_put_into_s3_and_served_from_there(storage, tmp_path, bucket, make_client):
    search = queue(storage, tmp_path)
    home = tmp_path / "home"
    conduct(storage, search.id, home=home, artifacts=bucket, driver=Driver.INLINE)
    artifacts = storage.trial(search.id, 0).measurements[-1].artifacts
    assert {artifact.name for artifact in artifacts} >= {"model"}
    assert all(artifact.uri.startswith(f"{bucket}/{search.id}/00000/") for artifact in artifacts)
    assert all(len(content_of(artifact)) == artifact.size_bytes for artifact in artifacts)
    shutil.rmtree(home / "trials")
    client = make_client(create_app(storage, Settings(home=home, artifacts=bucket)))
    pictures = [artifact for artifact in artifacts if artifact.uri.endswith(".jpg")]
    for picture in pictures:
        answer = client.get(f"/searches/{search.id}/trials/0/pictures/{picture.name}")
        assert (answer.status_code, answer.content) == (200, content_of(picture))
    assert pictures, "what the network finds on pictures is drawn"
    assert client.request("DELETE", f"/searches/{search.id}").status_code == 204
    with pytest.raises(ArtifactUnreachable):
        content_of(artifacts[0])


SCREENING = {"pool": 3, "metric": "nwot", "scores": ["synflow", "zico"], "batch_size": 4}


def test_candidates_are_screened_before_they_are_trained(storage, tmp_path):
    search = queue(storage, tmp_path, screening=SCREENING)
    ended = conduct(storage, search.id, home=tmp_path / "home", driver=Driver.INLINE)
    assert ended.status is SearchStatus.COMPLETED
    trial = storage.trial(search.id, 0)
    assert {"nwot", "synflow", "zico", "params"} <= set(trial.static_metrics)
    assert trial.redraws["screened_out"] == 2
    page = storage.leaderboard(search.id, parse_query(sort="nwot", where=["synflow>0"]))
    assert [found.number for found in page.trials] == [0]


def test_what_cannot_be_scored_at_all_is_told_and_the_search_goes_on_later(storage, tmp_path):
    search = queue(storage, tmp_path, screening={**SCREENING, "batch_size": 64})
    with pytest.raises(Refused, match=r"candidates cannot be scored .* make screening\.batch_size smaller"):
        conduct(storage, search.id, home=tmp_path / "home", driver=Driver.INLINE)
    assert storage.search(search.id).status is SearchStatus.RUNNING
    assert storage.events(search.id)[-1].kind == "screening_failed"
    assert storage.lease_of(search.id) is None


def test_a_search_of_somebody_else_is_not_touched(storage, tmp_path):
    search = queue(storage, tmp_path)
    storage.acquire_lease(search.id, "process 7 on elsewhere (12345678.9)", 60)
    with pytest.raises(LeaseHeld, match="process 7 on elsewhere"):
        conduct(storage, search.id, home=tmp_path, driver=Driver.INLINE)
    assert storage.search(search.id).status is SearchStatus.QUEUED


def test_a_ray_that_is_not_there_is_told_at_once_and_the_search_given_back(storage, tmp_path):
    search = queue(storage, tmp_path)
    for address in ("127.0.0.1:1", "nonsense"):
        with pytest.raises(Unreachable, match=f"no Ray answers at {address}"):
            conduct(storage, search.id, home=tmp_path, ray_address=address)
    assert storage.lease_of(search.id) is None


@pytest.mark.ray
def test_a_search_runs_on_a_ray_that_is_there_whatever_lies_in_the_folder(storage, tmp_path, local_ray):
    for package in ("api", "nas", "ray", "workers"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text("raise SystemExit('of another project')")
    search = queue(storage, tmp_path, screening=SCREENING)
    with child(tmp_path, "conduct", search.id, "--ray-address", local_ray, RAY_AUTH_MODE="token") as conducting:
        assert conducting.wait(120) == 0
    assert storage.search(search.id).status is SearchStatus.COMPLETED
    assert storage.trial(search.id, 0).redraws["screened_out"] == 2


SLOW_S = 300  # for two processes that import torch, one after the other, on a busy machine


def seen(condition, *, within_s=SLOW_S):
    """Whether it comes true: another process makes it so."""
    ends = time.monotonic() + within_s
    while not condition() and time.monotonic() < ends:
        threading.Event().wait(0.2)
    return condition()


@pytest.mark.ray
def test_a_search_of_lower_priority_waits_for_the_other_on_the_same_ray(storage, tmp_path, local_ray):
    document = load_document(write_document(tmp_path, trials=2)).model_dump(mode="json")  # two at a time: all of Ray
    later, urgent = (storage.create_search("tiny", document, priority=priority) for priority in (0, 5))
    killed = replace(dead_process(), cluster=local_ray)  # it conducted the urgent one, and will be followed
    storage.set_search_status(storage.acquire_lease(urgent.id, str(killed), 600), SearchStatus.RUNNING)

    def told():
        return [event.message for event in storage.events(later.id) if event.kind == "share"]

    on_ray = ("--ray-address", local_ray)
    with child(tmp_path, "conduct", later.id, *on_ray, RAY_AUTH_MODE="token") as waiting:
        assert seen(told)
        with child(tmp_path, "conduct", urgent.id, *on_ray, RAY_AUTH_MODE="token") as conducting:
            assert conducting.wait(SLOW_S) == 0
        assert waiting.wait(SLOW_S) == 0
    assert told() == [
        "may run 0 of its 2 trials at a time: the cluster is shared with other searches",
        "may run all of its 2 trials at a time",
    ]
    finished = storage.search(urgent.id).finished_at
    assert all(trial.started_at > finished for trial in storage.trials(later.id))


@pytest.mark.ray
def test_our_own_ray_is_asked_for_nothing_it_can_never_hold(storage, tmp_path):
    search = queue(storage, tmp_path, resources={"cpus": 1, "gpus": 64})
    with child(tmp_path, "conduct", search.id) as conducting:
        assert conducting.wait(120) == 1
    failed = storage.search(search.id)
    assert failed.status is SearchStatus.FAILED
    assert failed.reason.startswith("a trial asks for 1 CPUs and 64 GPUs")


def test_a_search_that_cannot_begin_is_failed_with_its_reason(storage, tmp_path):
    search = queue(storage, tmp_path)
    assert give_up(storage, search.id, "no pictures").reason == "no pictures"
    assert storage.search(search.id).status is SearchStatus.FAILED
    assert storage.lease_of(search.id) is None


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
        assert told["address"].startswith("127.0.0.1:")
        assert told["dashboard"].startswith("http://127.0.0.1:")
        head.stdin.close()
        assert head.wait(60) == 0
