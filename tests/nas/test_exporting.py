"""What a trial needs to be taken home."""

import hashlib
from dataclasses import replace

import pytest

from nas.artifact_stores import FsspecArtifacts
from nas.exporting import NoExport, file_of, order_of
from nas.memory import MemoryStorage
from nas.records import Artifact, Measurement
from nas.testing.searches import toy_document
from tests.nas.known_search import known_search


@pytest.fixture
def found():
    """A finished search and its first trial."""
    storage = MemoryStorage()
    search = known_search(storage)
    return search, storage.trial(search.id, 0)


def with_model(trial, uri):
    model = Artifact(name="model", uri=uri, sha256="12ab", size_bytes=7)
    last = replace(trial.measurements[-1], artifacts=(model,))
    return replace(trial, measurements=[*trial.measurements[:-1], last])


def test_an_order_says_all_there_is_to_know_of_the_trial(found, tmp_path):
    search, trial = found
    (tmp_path / "model.pt").write_bytes(b"weights")
    order = order_of(search, with_model(trial, (tmp_path / "model.pt").as_uri()), home=tmp_path)
    assert (order.called, order.trial_id, order.epochs) == ("cells/0", trial.id, 2)
    assert (order.model, order.model_sha256) == (str(tmp_path / "model.pt"), "12ab")
    assert (order.training.seed, order.training.architecture) == (trial.seed, trial.architecture)
    assert order.training.directory == str(tmp_path / "trials" / search.id / "00000")
    assert (order.training.task, order.document) == (search.document["task"], search.document)


def test_a_trial_that_left_no_model_here_is_told(found, tmp_path):
    search, trial = found
    with pytest.raises(NoExport, match="trial 0 of cells has no model yet: it is completed"):
        order_of(search, trial, home=tmp_path)
    with pytest.raises(NoExport, match="the model must be a file of this machine, got '"):
        order_of(search, with_model(trial, "file:///nowhere/model.pt"), home=tmp_path)
    with pytest.raises(NoExport, match=r"elsewhere://bucket/model\.pt cannot be reached"):
        order_of(search, with_model(trial, "elsewhere://bucket/model.pt"), home=tmp_path)
    with pytest.raises(NoExport):
        file_of(Artifact(name="log", uri="", sha256="", size_bytes=0), copies=tmp_path)


def test_a_model_that_a_store_keeps_is_copied(tmp_path):
    digest = hashlib.sha256(b"weights").hexdigest()
    FsspecArtifacts(f"memory://{tmp_path.name}").put(b"weights", "model.pt")
    model = Artifact(name="model", uri=f"memory://{tmp_path.name}/model.pt", sha256=digest, size_bytes=7)
    assert file_of(model, copies=tmp_path).read_bytes() == b"weights"


def test_what_another_program_judged_keeps_no_networks(found, tmp_path):
    search, trial = found
    document = toy_document().model_dump(mode="json")
    other = replace(search, document={**document, "task": {"kind": "function"}, "strategy": {"kind": "given"}})
    with pytest.raises(NoExport, match="judged by another program"):
        order_of(other, replace(trial, measurements=[Measurement(fidelity=1, metrics={})]), home=tmp_path)
