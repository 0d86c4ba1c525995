"""Checkpoints: whole, or not loaded at all."""

import hashlib
import logging
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nas.records import Artifact, Measurement
from workers.training.checkpoint import (
    Checkpoint,
    CheckpointFile,
    training_digest,
    write_atomically,
    write_model,
)

MEASURED = Measurement(fidelity=1, metrics={"AP": 0.25}, elapsed_s=1.5)


def file_in(directory: Path, digest: str = "d", log: logging.Logger | None = None) -> CheckpointFile:
    return CheckpointFile(path=directory / "checkpoint.pt", digest=digest, log=log or logging.Logger("trial"))


def saved(directory: Path) -> CheckpointFile:
    file = file_in(directory)
    file.save(Checkpoint(epochs_done=1, measurements=(MEASURED,), state={"network": {"w": torch.arange(3.0)}}))
    return file


def test_what_was_saved_comes_back(tmp_path: Path) -> None:
    loaded = saved(tmp_path).load()
    assert loaded is not None
    assert loaded.state is not None
    assert (loaded.epochs_done, loaded.measurements) == (1, (MEASURED,))
    assert torch.equal(loaded.state["network"]["w"], torch.arange(3.0))


def test_without_a_file_there_is_nothing(tmp_path: Path) -> None:
    assert file_in(tmp_path).load() is None


def test_another_training_does_not_use_it(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    saved(tmp_path)
    log = logging.Logger("trial")
    log.addHandler(caplog.handler)
    assert file_in(tmp_path, digest="other", log=log).load() is None
    assert "belongs to another architecture" in caplog.text


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_any_damaged_byte_is_noticed(tmp_path: Path, data: st.DataObject) -> None:
    file = saved(tmp_path)
    content = bytearray(file.path.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    file.path.write_bytes(bytes(content))
    assert file.load() is None


@pytest.mark.parametrize("length", [0, 10, 64, 500])
def test_a_cut_file_is_noticed(tmp_path: Path, length: int) -> None:
    file = saved(tmp_path)
    file.path.write_bytes(file.path.read_bytes()[:length])
    assert file.load() is None


def test_a_file_that_is_sound_but_no_checkpoint_is_not_loaded(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    log = logging.Logger("trial")
    log.addHandler(caplog.handler)
    file = file_in(tmp_path, log=log)
    file.path.write_bytes(hashlib.sha256(b"text").hexdigest().encode() + b"text")
    assert file.load() is None
    assert "cannot be read" in caplog.text


def test_it_is_not_used_when_its_artifact_is_gone(tmp_path: Path) -> None:
    artifact = write_model(tmp_path / "model.pt", weights={}, architecture={}, task={})
    done = Measurement(fidelity=1, metrics={}, artifacts=(artifact,))
    file = file_in(tmp_path)
    file.save(Checkpoint(epochs_done=1, measurements=(done,), state=None))
    assert file.load() == Checkpoint(epochs_done=1, measurements=(done,), state=None)
    (tmp_path / "model.pt").unlink()
    assert file.load() is None


def test_a_half_written_file_of_a_killed_process_is_removed(tmp_path: Path) -> None:
    file = saved(tmp_path)
    (tmp_path / "checkpoint.pt.4711.partial").write_bytes(b"half")
    assert file.load() is not None
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint.pt"]


def test_the_model_record_fits_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a folder" / "model.pt"
    path.parent.mkdir()
    artifact = write_model(path, weights={"w": torch.ones(2)}, architecture={"kind": "x"}, task={"kind": "y"})
    content = path.read_bytes()
    assert artifact == Artifact(
        name="model", uri=path.as_uri(), sha256=hashlib.sha256(content).hexdigest(), size_bytes=len(content)
    )
    assert torch.load(path, weights_only=True)["architecture"] == '{"kind": "x"}'


def test_writing_replaces_and_leaves_nothing_beside(tmp_path: Path) -> None:
    for content in (b"first", b"second"):
        write_atomically(tmp_path / "file", content)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("file", b"second")]


def test_the_digest_ignores_the_order_of_keys() -> None:
    assert training_digest({"a": 1, "b": 2}) == training_digest({"b": 2, "a": 1}) != training_digest({"a": 1})
