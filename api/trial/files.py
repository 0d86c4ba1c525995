"""Files of a trial that pages show: the end of its log, and its pictures. Nothing outside its folder is ever read."""

import hashlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, ConfigDict, Field

from nas.artifacts import ArtifactStore, file_of
from nas.errors import ArtifactUnreachable, NotFound
from nas.folders import LOG
from nas.records import Artifact, Trial

TAIL_BYTES = 16_384  # of a log that is read for the first time
MOST_BYTES = 65_536  # of one answer
LARGEST_PICTURE = 16 * 2**20
PICTURES = {
    ".png": ("image/png", b"\x89PNG\r\n\x1a\n"),
    ".jpg": ("image/jpeg", b"\xff\xd8\xff"),
    ".jpeg": ("image/jpeg", b"\xff\xd8\xff"),
}
"""Ending -> media type, and what such a file begins with."""


class LogTail(BaseModel):
    """A stretch of a log."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"text": "2026-03-01T09:00:49Z INFO epoch 4 of 12\n", "start": 2140, "end": 2181, "size": 2181}
            ]
        }
    )

    text: str = Field(description="whole lines, unless a single one is too long")
    start: int = Field(description="bytes of the log before it; other than `after` where the log is a new one")
    end: int = Field(description="send it as `after` to read on")
    size: int | None = Field(description="bytes of the log; null where there is none on this machine")


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """A picture as it is sent."""

    file: str
    media_type: str
    content: bytes


def log_tail(folder: Path, after: int | None) -> LogTail:
    """The lines of the trial's log behind the first `after` bytes, by default the last ones; at most `MOST_BYTES`."""
    path = folder / LOG
    if not (_is_below(path, folder) and path.is_file()):
        return LogTail(text="", start=0, end=0, size=None)
    with path.open("rb") as stream:
        size = path.stat().st_size
        newest = after is None or after > size
        start = max(0, size - TAIL_BYTES) if newest else after or 0
        stream.seek(start)
        part = stream.read(MOST_BYTES)
    if newest and start > 0:  # begins within a line
        skipped = part.find(b"\n") + 1
        start, part = start + skipped, part[skipped:]
    part = part[: part.rfind(b"\n") + 1] or (part if len(part) == MOST_BYTES else b"")
    return LogTail(text=part.decode(errors="replace"), start=start, end=start + len(part), size=size)


def is_picture(artifact: Artifact) -> bool:
    """Whether it is one of a kind that browsers show, and no larger than is sent."""
    return Path(urlsplit(artifact.uri).path).suffix.lower() in PICTURES and artifact.size_bytes <= LARGEST_PICTURE


def picture_of(trial: Trial, name: str, folder: Path, store: ArtifactStore | None = None) -> Picture:
    """The picture that the trial recorded under this name, from its folder or from the store. Raises `NotFound`, saying
    why."""
    artifacts = [each for measurement in trial.measurements for each in measurement.artifacts]
    artifact = next((each for each in artifacts if each.name == name and is_picture(each)), None)
    if artifact is None:
        raise NotFound(f"trial {trial.number} has no picture {name!r}")
    content = _kept(artifact, store) if store is not None and store.holds(artifact.uri) else _written(artifact, folder)
    if content is None:
        raise NotFound(f"the picture {name!r} of trial {trial.number} is not on this machine")
    file = PurePosixPath(urlsplit(artifact.uri).path)
    media_type, begins = PICTURES[file.suffix.lower()]
    if not content.startswith(begins):
        raise NotFound(f"the picture {name!r} of trial {trial.number} is no {media_type} of at most 16 MiB")
    return Picture(file=unquote(file.name), media_type=media_type, content=content)


def _kept(artifact: Artifact, store: ArtifactStore) -> bytes | None:
    """What the store has; nothing where it does not answer, or has something else by now."""
    try:
        content = store.read(artifact.uri)
    except ArtifactUnreachable:
        return None
    return content if hashlib.sha256(content).hexdigest() == artifact.sha256 else None


def _written(artifact: Artifact, folder: Path) -> bytes | None:
    """What lies in the folder of the trial; nothing for what does not, and for far more than was recorded."""
    path = file_of(artifact)
    if path is None or not _is_below(path, folder) or not path.is_file():
        return None
    return path.read_bytes() if path.stat().st_size <= LARGEST_PICTURE else b""


def _is_below(path: Path, folder: Path) -> bool:
    """Whether the file lies in the folder, links followed."""
    try:
        return path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError, ValueError):  # links that go round in a circle, a name with a zero byte
        return False
