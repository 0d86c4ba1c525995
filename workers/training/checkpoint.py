"""Files of a trial that are either whole or absent: the resumable checkpoint and the trained model.

A file is written beside its place, flushed to the disk and renamed, so a kill at any moment leaves the former version.
The checkpoint begins with the SHA-256 of what follows: a damaged one is recognised before it is read.
"""

import hashlib
import io
import json
import logging
import os
import pickle
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

import torch
from torch import Tensor

from nas.records import Artifact, Measurement

_FORMAT = 1
_HASH_BYTES = 64
_UNREADABLE = (RuntimeError, ValueError, LookupError, EOFError, TypeError, AttributeError, pickle.UnpicklingError)
"""What `torch.load` was seen or is documented to raise for bytes that it cannot make sense of."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Checkpoint:
    """How far a training came. `state` is what it goes on from; None once the last epoch is done."""

    epochs_done: int
    measurements: tuple[Measurement, ...]
    state: dict[str, Any] | None


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckpointFile:
    """The one checkpoint of a trial. `digest` names the training it belongs to; another training's is never loaded."""

    path: Path
    digest: str
    log: logging.Logger

    def save(self, checkpoint: Checkpoint) -> None:
        """Replaces the file in one step."""
        content = {
            "format": _FORMAT,
            "digest": self.digest,
            "epochs_done": checkpoint.epochs_done,
            "measurements": [asdict(measurement) for measurement in checkpoint.measurements],
            "state": checkpoint.state,
        }
        payload = _pickled(content)
        write_atomically(self.path, hashlib.sha256(payload).hexdigest().encode() + payload)

    def load(self) -> Checkpoint | None:
        """The checkpoint, or None with the reason in the log: absent, damaged, of another training, artifacts gone."""
        self._remove_partial_files()
        if not self.path.exists():
            return None
        try:
            return self._read()
        except _Unusable as reason:
            self.log.warning("checkpoint %s ignored: %s; the training starts again", self.path.name, reason)
            return None

    def _read(self) -> Checkpoint:
        content = _unpickled(self.path.read_bytes())
        if content.get("format") != _FORMAT or content.get("digest") != self.digest:
            raise _Unusable("it belongs to another architecture, task, seed or version")
        measurements = tuple(_measurement(data) for data in content["measurements"])
        for artifact in (artifact for measurement in measurements for artifact in measurement.artifacts):
            if not _path(artifact.uri).exists():
                raise _Unusable(f"its artifact {artifact.name} is missing")
        return Checkpoint(epochs_done=content["epochs_done"], measurements=measurements, state=content["state"])

    def _remove_partial_files(self) -> None:
        for partial in self.path.parent.glob(f"{self.path.name}.*.partial"):
            partial.unlink(missing_ok=True)


def training_digest(content: Mapping[str, Any]) -> str:
    """The SHA-256 of a JSON value, keys sorted."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def write_model(
    path: Path, *, weights: Mapping[str, Tensor], architecture: Mapping[str, Any], task: Mapping[str, Any]
) -> Artifact:
    """Writes the artifact `model` and returns its record.

    The file is a dictionary for `torch.load(weights_only=True)`: `architecture` and `task` as JSON text, `weights` the
    state dict of the evaluated network, on the CPU.
    """
    content = {
        "format": _FORMAT,
        "architecture": json.dumps(architecture, sort_keys=True),
        "task": json.dumps(task, sort_keys=True),
        "weights": {name: value.detach().cpu() for name, value in weights.items()},
    }
    payload = _pickled(content)
    write_atomically(path, payload)
    return artifact_of(path, payload)


def artifact_of(path: Path, payload: bytes) -> Artifact:
    """The record of a file that holds these bytes; its name is the file's without the suffix."""
    digest = hashlib.sha256(payload).hexdigest()
    return Artifact(name=path.stem, uri=path.resolve().as_uri(), sha256=digest, size_bytes=len(payload))


def write_atomically(path: Path, payload: bytes) -> None:
    """Puts the bytes at `path` so that a reader, even after a power cut, finds the old file or the new one."""
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    with partial.open("wb") as stream:
        stream.write(payload)
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


class _Unusable(Exception):
    """Why a checkpoint file is not loaded."""


def _path(uri: str) -> Path:
    return Path(url2pathname(urlsplit(uri).path))


def _pickled(content: Mapping[str, Any]) -> bytes:
    buffer = io.BytesIO()
    torch.save(content, buffer)
    return buffer.getvalue()


def _unpickled(data: bytes) -> dict[str, Any]:
    expected, payload = data[:_HASH_BYTES], data[_HASH_BYTES:]
    if hashlib.sha256(payload).hexdigest().encode() != expected:
        raise _Unusable("it is damaged (its checksum does not fit)")
    try:
        content = torch.load(io.BytesIO(payload), map_location="cpu", weights_only=True)
    except _UNREADABLE as error:
        raise _Unusable(f"it cannot be read ({type(error).__name__})") from error
    return dict(content)


def _measurement(data: Mapping[str, Any]) -> Measurement:
    artifacts = tuple(Artifact(**artifact) for artifact in data["artifacts"])
    return Measurement(**{**data, "artifacts": artifacts})
