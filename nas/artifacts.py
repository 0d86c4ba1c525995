"""Artifacts, wherever they are kept: put into a store, read with their checksums, fetched to this machine.

Without a store they stay in the folder of their trial, at a file:// address, and nothing is copied.
"""

import hashlib
import os
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Protocol
from urllib.parse import urlsplit
from urllib.request import url2pathname

from nas.artifact_stores import FsspecArtifacts
from nas.errors import ArtifactUnreachable
from nas.records import Artifact, Assignment, Measurement

SHOWN = 16  # hex digits of the checksum in a key


class ArtifactStore(Protocol):
    """Where artifacts of many trials are kept, under keys: names parted by slashes. All of it raises
    `ArtifactUnreachable`."""

    def put(self, content: bytes, key: str) -> str:
        """The address of the content, which is there from now on, in the place of what was there."""
        ...

    def read(self, address: str) -> bytes:
        """What was put there."""
        ...

    def remove(self, address: str) -> None:
        """Nothing is there any more; nothing may have been there before."""
        ...

    def remove_all(self, key: str) -> None:
        """Nothing is there any more under keys that begin with this one and a slash."""
        ...

    def holds(self, address: str) -> bool:
        """Whether the address is one of this store's, whatever is there."""
        ...


def open_artifacts(root: str | None) -> ArtifactStore | None:
    """The store at the address of a folder or bucket, as s3://bucket/nas; None without one. Raises
    `ArtifactUnreachable` for an address that nothing installed understands."""
    return None if root is None else FsspecArtifacts(root)


def kept(measurement: Measurement, assignment: Assignment) -> Measurement:
    """The measurement with its artifacts in the store of the assignment, if that has one.

    The checksum is part of the key: a trial that is trained again never replaces what was recorded before.
    """
    store = open_artifacts(assignment.artifacts) if measurement.artifacts else None
    if store is None:
        return measurement
    moved = (
        _put(artifact, store, f"{assignment.search_id}/{assignment.number:05d}") for artifact in measurement.artifacts
    )
    return replace(measurement, artifacts=tuple(moved))


def content_of(artifact: Artifact) -> bytes:
    """The very bytes that were recorded. Raises `ArtifactUnreachable`, also for bytes that are others by now."""
    file = file_of(artifact)
    content = FsspecArtifacts(artifact.uri).read(artifact.uri) if file is None else _content(file)
    if hashlib.sha256(content).hexdigest() != artifact.sha256:
        raise ArtifactUnreachable(f"{artifact.uri} is not the file that was recorded")
    return content


def fetched(artifact: Artifact, folder: Path) -> Path:
    """A file of this machine that holds the artifact: where it was written, else a checked copy in the folder.

    Raises `ArtifactUnreachable`.
    """
    file = file_of(artifact)
    if file is not None:
        if not file.is_file():
            raise ArtifactUnreachable(f"the {artifact.name} must be a file of this machine, got {artifact.uri!r}")
        return file
    copy = folder / f"{artifact.sha256}{PurePosixPath(urlsplit(artifact.uri).path).suffix}"
    if not copy.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        partial = copy.with_name(f"{copy.name}.{os.getpid()}.partial")
        partial.write_bytes(content_of(artifact))
        partial.replace(copy)
    os.utime(copy)  # a copy that nobody has asked for in long may be removed
    return copy


def file_of(artifact: Artifact) -> Path | None:
    """Where the artifact lies in the file system; None for one that is kept elsewhere."""
    place = urlsplit(artifact.uri)
    return Path(url2pathname(place.path)) if place.scheme == "file" else None


def _put(artifact: Artifact, store: ArtifactStore, key: str) -> Artifact:
    file = file_of(artifact)
    if file is None or store.holds(artifact.uri):
        return artifact
    return replace(artifact, uri=store.put(_content(file), f"{key}/{artifact.sha256[:SHOWN]}/{file.name}"))


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise ArtifactUnreachable(f"{file} cannot be read: {error.strerror}") from error
